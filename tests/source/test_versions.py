from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.source import document
from llmlint.source.versions import Dependencies, files_of_versions, versions_in

UV = '[[package]]\nname = "LangGraph"\nversion = "1.2.0rc1"\n\n[[package]]\nname = "own"\n'


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("uv.lock", UV, [("langgraph", (1, 2, 0))]),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1.4"}, "b": {}}}', [("a", (1, 4))]),
        ("requirements.txt", "a==1.2.3  # why\n", [("a", (1, 2, 3))]),
        ("requirements.txt", "A_b[all]>=1.0,<2; python_version > '3'", [("a-b", (1, 0))]),
        ("requirements.txt", "a>=1,!=1.5,>1.2", [("a", (1, 2))]),
        ("requirements.txt", "a~=1.0.5", [("a", (1, 0, 5))]),
        ("requirements.txt", "a\n-r b.txt\n# c==1\n", [("a", ())]),
        ("requirements.txt", "a<2", [("a", ())]),
        ("requirements.txt", "a @ git+https://example.org/a@v2", [("a", ())]),
        ("pyproject.toml", '[project]\ndependencies = ["a (>=2.1)"]', [("a", (2, 1))]),
        ("pyproject.toml", '[dependency-groups]\ndev = ["a>=3", {include-group = "b"}]', [("a", (3,))]),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\na = "^1.2"\nb = "1.3"',
            [("a", (1, 2)), ("b", (1, 3))],
        ),
        ("pyproject.toml", '[tool.poetry.dependencies]\na = {version = "~2.0"}', [("a", (2, 0))]),
        ("pyproject.toml", '[tool.poetry.dependencies]\na = "^1 || ^2"', [("a", ())]),
    ],
)
def test_reads_the_oldest_version_that_is_allowed(
    name: str, text: str, found: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert versions_in(name, text.encode()) == found


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_a_byte_order_mark_names_the_encoding(encoding: str) -> None:
    """PowerShell writes ``pip freeze > requirements.txt`` so."""
    assert versions_in("requirements.txt", "\ufeffa==1.2\r\n".encode(encoding)) == [("a", (1, 2))]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("uv.lock", b"\xff\xfe"),
        ("uv.lock", b"[[package"),
        ("uv.lock", b"package = 3"),
        ("uv.lock", b'[[package]]\nname = 3\nversion = ["x"]'),
        ("uv.lock", b"a = " + b"[" * 100_000),
        ("Pipfile.lock", b"{"),
        ("Pipfile.lock", b'["default"]'),
        ("Pipfile.lock", b"[" * 100_000),
        ("pyproject.toml", b'project = "x"\ntool = 3\n'),
        ("requirements.txt", b"\xff"),
        ("requirements.txt", b"a==" + b"9" * 10_000),
    ],
)
def test_a_broken_file_says_nothing(name: str, data: bytes) -> None:
    assert versions_in(name, data) == []


def test_lock_files_come_first(tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(UV)
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["langgraph>=1.0", "other>=2"]')
    dependencies = Dependencies(tmp_path)
    assert dependencies.oldest("langgraph") == (1, 2, 0)
    assert dependencies.oldest("Other") == (2,)
    assert dependencies.oldest("absent") is None


def test_the_older_of_two_counts(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("a==2.0\n")
    (tmp_path / "requirements-old.txt").write_text("a==1.0\n")
    assert Dependencies(tmp_path).oldest("a") == (1, 0)
    (tmp_path / "requirements-any.txt").write_text("a\n")
    assert Dependencies(tmp_path).oldest("a") is None


def test_a_file_that_is_too_large_or_none_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.lock").write_text(UV)
    (tmp_path / "requirements.txt").mkdir()
    assert files_of_versions(tmp_path) == ["requirements.txt", "uv.lock"]
    monkeypatch.setattr(document, "SIZE_LIMIT", 10)
    assert Dependencies(tmp_path).oldest("langgraph") is None
