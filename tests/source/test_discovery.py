from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlint.source.discovery import locate, members, project_of
from llmlint.source.roots import configuration_in, find_root
from tests.conftest import Tree, write_tree


def nothing_excluded(root: Path) -> tuple[str, ...]:
    return ()


def test_leaves_out_what_is_never_code(tree: Tree) -> None:
    root = tree(
        dict.fromkeys(
            [
                "app/a.py",
                "app/a.pyi",
                "app/data.txt",
                "app/build/__init__.py",
                "app/build/step.py",
                ".github/scripts/release.py",
                ".venv/lib/x.py",
                "venv/lib/x.py",
                "env3/pyvenv.cfg",
                "env3/lib/x.py",
                "node_modules/gyp/x.py",
                "build/lib/x.py",
                "dist/x.py",
                "app/__pycache__/x.py",
                "thing.egg-info/x.py",
                ".git/hooks/x.py",
            ],
            "",
        )
    )
    assert members(root).files == (
        ".github/scripts/release.py",
        "app/a.py",
        "app/build/__init__.py",
        "app/build/step.py",
    )


def test_gitignore_of_every_level_counts_and_the_nearest_decides(tree: Tree) -> None:
    root = tree(
        {
            ".git/info/exclude": "local_*.py\n",
            ".gitignore": "# comment\n\ngenerated/\n*_pb2.py\n/only_top.py\n\\\n",
            "only_top.py": "",
            "pkg/only_top.py": "",
            "pkg/a_pb2.py": "",
            "pkg/generated/x.py": "",
            "pkg/local_settings.py": "",
            "pkg/keep/.gitignore": "!*_pb2.py\n",
            "pkg/keep/b_pb2.py": "",
        }
    )
    assert members(root).files == ("pkg/keep/b_pb2.py", "pkg/only_top.py")


def test_gitignore_above_the_project_counts_inside_the_repository_only(tree: Tree) -> None:
    root = tree(
        {
            ".gitignore": "*.py\n",
            "repo/.git/HEAD": "",
            "repo/.gitignore": "sub/gen/\n",
            "repo/sub/llmlint.toml": "",
            "repo/sub/gen/x.py": "",
            "repo/sub/y.py": "",
        }
    )
    assert members(root / "repo" / "sub").files == ("y.py",)


def test_exclude_uses_the_patterns_of_gitignore(tree: Tree) -> None:
    root = tree({"vendored/a.py": "", "app/vendored/b.py": "", "app/gen_x.py": "", "app/c.py": ""})
    assert members(root, ("/vendored", "gen_*.py")).files == ("app/c.py", "app/vendored/b.py")


def test_symlinks_neither_loop_nor_double(tree: Tree) -> None:
    root = tree({"app/a.py": "", "app/sub/b.py": ""})
    (root / "app" / "sub" / "up").symlink_to(root / "app", target_is_directory=True)
    (root / "self").symlink_to(root / "self")
    (root / "loop.py").symlink_to(root / "loop.py")
    (root / "linked.py").symlink_to(root / "app" / "a.py")
    assert members(root).files == ("app/a.py", "app/sub/b.py", "linked.py")


def test_hostile_names(tree: Tree) -> None:
    root = tree({"app/a\nb.py": "", "app/[red]x.py": "", "x.py/y.py": "", "l" * 250 + ".py": ""})
    with open(os.fsencode(root) + b"/\xff\xfe.py", "wb"):
        pass
    os.mkfifo(root / "pipe.py")
    assert members(root).files == (
        "app/[red]x.py",
        "app/a\nb.py",
        "l" * 250 + ".py",
        "x.py/y.py",
        "\udcff\udcfe.py",
    )


def test_projects_inside_a_project_are_their_own(tree: Tree) -> None:
    root = tree(
        {
            ".git/HEAD": "",
            "a.py": "",
            "examples/pyproject.toml": "[project]\n",
            "examples/e.py": "",
            "service/pyproject.toml": "[tool.llmlint]\n",
            "service/s.py": "",
            "submodule/.git": "gitdir: elsewhere\n",
            "submodule/m.py": "",
        }
    )
    found = members(root)
    assert found.files == ("a.py", "examples/e.py")
    assert found.nested == (root / "service", root / "submodule")


@pytest.mark.parametrize(
    ("marker", "content", "configures"),
    [
        ("pyproject.toml", "[tool.llmlint]\nselect = []\n", True),
        ("pyproject.toml", "[tool.llmlint.per-path-ignores]\n", True),
        ("pyproject.toml", "tool.llmlint.select = []\n", True),
        ("pyproject.toml", '[tool."llmlint"]\n', True),
        ("pyproject.toml", "[tool.llmlintish]\n", False),
        ("pyproject.toml", "# [tool.llmlint] is not here\n", False),
        ("llmlint.toml", "", True),
        ("setup.cfg", "[tool.llmlint]\n", False),
    ],
)
def test_what_configures_llmlint(tree: Tree, marker: str, content: str, configures: bool) -> None:
    root = tree({marker: content})
    assert configuration_in(root) == (root / marker if configures else None)


def test_the_strongest_sign_makes_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    root = write_tree(
        tmp_path / "home",
        {
            "llmlint.toml": "",  # beyond the repository: not ours
            "repo/.git/HEAD": "",
            "repo/pkg/pyproject.toml": "",
            "repo/pkg/a.py": "",
            "repo/svc/llmlint.toml": "",
            "repo/svc/deep/b.py": "",
        },
    )
    assert find_root(root / "repo/pkg/a.py") == root / "repo"
    assert find_root(root / "repo/svc/deep/b.py") == root / "repo/svc"
    assert find_root(root / "repo/svc/deep") == root / "repo/svc"


def test_without_a_repository_the_outermost_packaging_file_makes_the_root(tree: Tree) -> None:
    root = tree({"sdist/setup.py": "", "sdist/examples/x/pyproject.toml": "", "sdist/examples/x/a.py": ""})
    assert find_root(root / "sdist/examples/x/a.py") == root / "sdist"


def test_without_any_sign(tree: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = tree({"a/b/c.py": ""})
    assert find_root(root / "a/b/c.py") == root  # the working directory
    assert find_root(root / "a/b/c.py", [root / "a"]) == root / "a"
    monkeypatch.chdir("/")
    assert find_root(root / "a/b/c.py") == root / "a/b"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.py").write_text("")
    assert find_root(root / "a/b/c.py") == root / "a/b"


def test_an_ignored_path_that_is_asked_for_is_a_project(tree: Tree) -> None:
    root = tree(
        {
            ".git/HEAD": "",
            ".gitignore": "scratch/\n",
            "scratch/unpacked/pyproject.toml": "",
            "scratch/unpacked/pkg/a.py": "",
            "scratch/loose/b.py": "",
            "app/c.py": "",
        }
    )
    assert project_of(root / "scratch/unpacked/pkg") == root / "scratch/unpacked"
    assert project_of(root / "scratch/loose") == root / "scratch"
    assert project_of(root / "app") == root
    assert members(root / "scratch").files == ("loose/b.py", "unpacked/pkg/a.py")
    assert members(root / "scratch" / "unpacked").files == ("pkg/a.py",)


def test_locate_takes_the_same_turns_as_the_walk(tree: Tree) -> None:
    root = tree(
        {
            ".git/HEAD": "",
            ".gitignore": "gen_*.py\n",
            "app/a.py": "",
            "app/gen_x.py": "",
            ".venv/lib/v.py": "",
            "vendored/w.py": "",
            "svc/llmlint.toml": "",
            "svc/s.py": "",
            "svc/vendored/t.py": "",
        }
    )
    excludes = {root: ("vendored",)}
    passed = [root]
    walked = {root / f: root for f in members(root, ("vendored",)).files}
    for nested in members(root, ("vendored",)).nested:
        walked |= {nested / f: nested for f in members(nested).files}
    located = {
        file: where
        for file in root.rglob("*.py")
        if (where := locate(file, passed, lambda r: excludes.get(r, ()))) is not None
    }
    assert located == walked
    assert set(located) == {root / "app/a.py", root / "svc/s.py", root / "svc/vendored/t.py"}


def test_a_file_passed_by_name_counts_unless_excluded(tree: Tree) -> None:
    root = tree(
        {".git/HEAD": "", ".gitignore": "gen_*.py\n", "app/gen_x.py": "", "app/script": "", "v/w.py": ""}
    )
    assert locate(root / "app/gen_x.py", [root / "app/gen_x.py"], nothing_excluded) == root
    assert locate(root / "app/gen_x.py", [root / "app"], nothing_excluded) is None
    assert locate(root / "app/script", [root / "app/script"], nothing_excluded) == root
    assert locate(root / "v/w.py", [root / "v/w.py"], lambda r: ("v/",)) is None
