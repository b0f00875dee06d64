"""Looks of earlier runs are what a new look would be, and are not asked about files that have changed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from llmlint.catalogue.seeds import seeds
from llmlint.source import looks as module
from llmlint.source.document import from_text
from llmlint.source.looks import Looks
from llmlint.source.sources import Sources
from llmlint.source.store import Store
from tests.conftest import Tree

FILES = {"a.py": "import openai\n", "b.py": "from . import a  # llmlint: ignore\n", "c.py": "x = 1\n"}


@pytest.fixture
def root(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a few files that are older than any run."""
    monkeypatch.setattr(module, "WORTH_KEEPING", 1)
    made = tree(FILES)
    for name in FILES:
        os.utime(made / name, (time.time() - 100, time.time() - 100))
    return made


def look_at_all(root: Path, texts: dict[str, str] | None = None) -> dict[str, module.Look]:
    buffers = {path: from_text(path, text) for path, text in (texts or {}).items()}
    with Store(root) as store:
        looks = Looks(Sources(root, buffers), seeds(), store)
        found = {name: looks.at(name) for name in FILES}
        looks.keep(time.time_ns())
    return found


def unreadable(*_: object) -> bytes:
    raise AssertionError("this file was read")


def test_an_unchanged_file_is_not_read_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look_at_all(root)
    assert [first[name].scan.seed for name in FILES] == [True, False, False]
    assert [first[name].commented for name in FILES] == [False, True, False]
    monkeypatch.setattr(Sources, "head", unreadable)
    assert look_at_all(root) == first


@pytest.mark.parametrize("text", ["import anthropic\n", "import openai \n"])
def test_a_changed_file_is(root: Path, text: str) -> None:
    first = look_at_all(root)
    (root / "c.py").write_text(text)
    again = look_at_all(root)
    assert again["c.py"].scan.seed
    assert {**again, "c.py": None} == {**first, "c.py": None}


def test_a_file_of_the_same_size_that_changed_just_now_is_read_again(root: Path) -> None:
    (root / "c.py").write_text("x = 2\n")
    now = time.time_ns() + 60_000_000_000  # after the run began, however slow the machine is
    os.utime(root / "c.py", ns=(now, now))
    before = look_at_all(root)["c.py"]
    (root / "c.py").write_text("x = 3\n")
    os.utime(root / "c.py", ns=(now, now))
    assert look_at_all(root)["c.py"] != before


def test_a_buffer_is_not_the_file(root: Path) -> None:
    on_disk = look_at_all(root)
    edited = look_at_all(root, {"c.py": "import openai\n"})
    assert edited["c.py"].scan.seed
    assert look_at_all(root) == on_disk


def test_other_seeds_are_other_looks(root: Path) -> None:
    look_at_all(root)
    with Store(root) as store:
        assert not Looks(Sources(root, {}), seeds(at_home=["openai"]), store).at("a.py").scan.seed


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x81\xa1a\x93\x01\x02\x03", b"\x91" * 100_000])
def test_what_are_no_looks_is_left_out(root: Path, data: bytes) -> None:
    first = look_at_all(root)
    with Store(root) as store:
        store.keep({Looks(Sources(root, {}), seeds(), store)._key: data})
    assert look_at_all(root) == first
