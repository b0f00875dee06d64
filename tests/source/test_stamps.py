"""A stamp holds until something changes that a run depends on, and no longer."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from llmlint.memory import stamp
from llmlint.settings import load
from llmlint.source import stamps
from llmlint.source.discovery import members
from tests.conftest import Tree

FILES = {
    ".git/HEAD": "",
    ".gitignore": "ignored/\n",
    "llmlint.toml": "exclude = ['left_out']\n",
    "requirements.txt": "openai==1.0\n",
    "a.py": "x = 1\n",
    "pkg/b.py": "y = 1\n",
    "pkg/.gitignore": "# nothing yet\n",
    "pkg/notes.txt": "",
    "build/made.py": "",
    "left_out/c.py": "",
    "ignored/d.py": "",
    "nested/pyproject.toml": "[tool.llmlint]\n",
    "nested/e.py": "",
    "other/pyproject.toml": "[project]\n",
}
LATER = time.time() + 100


def of(root: Path) -> stamps.Stamp:
    settings = load(root)
    return stamp(root, settings, members(root, settings.exclude))


def write(root: Path, path: str, text: str) -> None:
    """Writes a file and gives it a time that no clock can mistake for the one it had."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    new = not file.exists()
    file.write_text(text, encoding="utf-8")
    os.utime(file, (LATER, LATER))
    if new:
        os.utime(file.parent, (LATER, LATER))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = 2\n"),
        ("pkg/b.py", "yy = 12\n"),
        ("new.py", ""),
        ("pkg/new.py", ""),
        ("newdir/new.py", ""),
        (".gitignore", ""),
        ("pkg/.gitignore", "b.py\n"),
        ("llmlint.toml", ""),
        ("llmlint-catalogue.toml", ""),
        ("requirements.txt", "openai==0.9\n"),
        ("requirements-dev.txt", "openai==0.9\n"),
        ("uv.lock", ""),
        ("build/__init__.py", ""),
        ("nested/pyproject.toml", "[project]\n"),
        ("other/pyproject.toml", "[tool.llmlint]\n"),
        ("pkg/.git/HEAD", ""),
        (".git/info/exclude", "a.py\n"),
    ],
)
def test_what_a_run_depends_on_is_seen(tree: Tree, path: str, text: str) -> None:
    root = tree(FILES)
    before = of(root)
    assert stamps.holds(root, before)
    write(root, path, text)
    assert not stamps.holds(root, before)
    assert stamps.holds(root, of(root))


@pytest.mark.parametrize(
    "path", ["ignored/d.py", "ignored/new.py", "pkg/notes.txt", ".git/index", ".llmlint_cache/llmlint.db"]
)
def test_what_it_does_not_depend_on_is_not(tree: Tree, path: str) -> None:
    root = tree(FILES)
    before = of(root)
    write(root, path, "changed")
    assert stamps.holds(root, before)


@pytest.mark.parametrize("path", ["a.py", "pkg/b.py", "requirements.txt"])
def test_what_is_gone_is_seen(tree: Tree, path: str) -> None:
    root = tree(FILES)
    before = of(root)
    (root / path).unlink()
    os.utime((root / path).parent, (LATER, LATER))
    assert not stamps.holds(root, before)


def test_a_configuration_above_is_seen(tree: Tree) -> None:
    root = tree({"setup.py": "", "sub/pyproject.toml": "", "sub/a.py": ""})
    before = of(root / "sub")
    write(root, "llmlint.toml", "")
    assert not stamps.holds(root / "sub", before)


def test_what_changed_just_now_is_not_trusted() -> None:
    fine = stamps.Stamp((("a.py", 5_000_000_123, 1),), ())
    assert not fine.settled(5_000_000_124)
    assert fine.settled(5_100_000_000)
    coarse = stamps.Stamp((("a.py", 5_000_000_000, 1),), ())
    assert not coarse.settled(6_900_000_000)
    assert coarse.settled(7_000_000_001)


def test_text_and_back(tree: Tree) -> None:
    root = tree({"\udcff\n.py": "", "a b/c.py": ""})
    before = of(root)
    assert stamps.decode(stamps.encode(before)) == before


@pytest.mark.parametrize("text", ["", "[]", "{}", "[[1], []]", '[[["a", "b", 1]], []]', "[" * 100_000])
def test_what_is_no_stamp_is_none(text: str) -> None:
    assert stamps.decode(text) is None
