"""Find the fixtures: each file or folder directly below ``fixtures/LLM…/`` is one situation."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from .annotations import Annotation, parse, skipped_lives

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
_RULE_FOLDER = re.compile(r"LLM\d{3}")


@dataclass(frozen=True)
class Situation:
    """A small project and what has to be found in it."""

    code: str
    name: str
    files: dict[str, str]
    """Text by path relative to the project root."""
    annotations: tuple[Annotation, ...]
    skipped: frozenset[str]

    @property
    def id(self) -> str:
        """How pytest shows it: ``LLM301-bare_except_returns_none``."""
        return f"{self.code}-{self.name}"

    @property
    def finds(self) -> bool:
        """Whether the comments announce a finding."""
        return any(annotation.kind in ("error", "todo-ok") for annotation in self.annotations)

    def lives(self, life: str) -> bool:
        """Whether this situation takes part in ``life``."""
        return life not in self.skipped

    def with_files(self, files: dict[str, str]) -> Situation:
        """The same expectations about other texts."""
        return replace(self, files=files)

    def write(self, root: Path, configuration: str = "") -> None:
        """Put the project on disk, marked as a project root of its own unless it brings a configuration."""
        for path, text in self.files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8", newline="")
        if not any(name in self.files for name in ("pyproject.toml", "llmlint.toml")):
            (root / "pyproject.toml").write_text(f"[tool.llmlint]\n{configuration}", encoding="utf-8")
        elif "[tool.llmlint" not in self.files.get("pyproject.toml", "[tool.llmlint"):
            (root / "llmlint.toml").write_text(configuration, encoding="utf-8")


@functools.cache
def situations() -> tuple[Situation, ...]:
    """All situations, in a stable order."""
    return tuple(_below(FIXTURES))


def of_life(life: str) -> list[Situation]:
    """The situations that take part in a life."""
    return [situation for situation in situations() if situation.lives(life)]


def living(life: str, *, with_findings: bool = False) -> pytest.MarkDecorator:
    """One test per situation that takes part in ``life``."""
    chosen = [situation for situation in of_life(life) if situation.finds or not with_findings]
    return pytest.mark.parametrize("situation", chosen, ids=lambda situation: situation.id)


def _below(root: Path) -> Iterator[Situation]:
    for folder in sorted(root.iterdir()):
        if not folder.is_dir() or not _RULE_FOLDER.fullmatch(folder.name):
            continue
        for entry in sorted(folder.iterdir()):
            if entry.name.startswith((".", "__")):
                continue
            yield _project(folder.name, entry) if entry.is_dir() else _single(folder.name, entry)


def _single(code: str, file: Path) -> Situation:
    text = _read(file)
    read = parse(file.name, text)
    path = read.settings.get("fixture-path", f"app/{file.name}")
    annotations = tuple(replace(annotation, path=path) for annotation in read.annotations)
    return Situation(code, file.stem, {path: text}, annotations, skipped_lives(read.settings))


def _project(code: str, folder: Path) -> Situation:
    files: dict[str, str] = {}
    annotations: list[Annotation] = []
    skipped: frozenset[str] = frozenset()
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or "__pycache__" in file.parts:
            continue
        path = file.relative_to(folder).as_posix()
        files[path] = _read(file)
        read = parse(path, files[path])
        annotations += read.annotations
        skipped |= skipped_lives(read.settings)
    return Situation(code, folder.name, files, tuple(annotations), skipped)


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8")
