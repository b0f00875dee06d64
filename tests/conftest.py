"""Projects on disk, and a pipeline of stand-ins for tests that are not about rules."""

from __future__ import annotations

import calendar
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from llmlint import registry
from llmlint.facts.unparsable import UnparsableError
from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.model.rule import Confidence, Rule, Severity
from support.generate_docs import TODAY

os.environ["SOURCE_DATE_EPOCH"] = str(calendar.timegm(TODAY.timetuple()))
"""Also for programs that tests start: what they find must not depend on the day."""

Tree = Callable[[Mapping[str, str | bytes]], Path]


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files, by path relative to ``root``; text goes out as UTF-8 with line ends as given."""
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Writes a project into a directory that becomes the working directory."""
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    return lambda files: write_tree(root, files)


def run(*arguments: str, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """A module of this interpreter's environment as a program of its own."""
    environment = {**os.environ, "PYTHONWARNINGS": "error::SyntaxWarning", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
    )


class ReadModule(NamedTuple):
    """Stands for ``ModuleFacts``."""

    path: str
    text: str


class StandIns:
    """Stands for extractor, project and rules: every ``BAD`` in a parsed file is a finding of LLM801.

    ``BOOM`` makes the extractor fail, ``NOPARSE`` makes it refuse the file. LLM802 is off by default and
    finds ``ODD``.
    """

    def __init__(self) -> None:
        self.parsed: list[str] = []
        self.failing_rule = False
        self.rules = {
            "LLM801": Rule(
                "LLM801", "bad-word", "BAD", Severity.ERROR, Confidence.HIGH, self._finds("LLM801", "BAD")
            ),
            "LLM802": Rule(
                "LLM802",
                "odd-word",
                "ODD",
                Severity.ADVICE,
                Confidence.LOW,
                self._finds("LLM802", "ODD"),
                default=False,
            ),
        }

    def _finds(self, code: str, word: str) -> Any:
        def check(project: Sequence[ReadModule]) -> Iterator[Finding]:
            if self.failing_rule and code == "LLM801":
                raise KeyError("a mistake of ours")
            for path, text in project:
                for number, line in enumerate(text.split("\n"), 1):
                    for match in re.finditer(word, line):
                        place = Location(path, number, match.start(), number, match.end())
                        yield Finding(
                            code, f"`{word}` stands here, so this is a test", place, help="Write another."
                        )

        return check  # the project of the stand-ins is a list of paths and texts

    def extract(self, path: str, text: str) -> ReadModule:
        self.parsed.append(path)
        if "BOOM" in text:
            raise ZeroDivisionError("division by zero")
        if "NOPARSE" in text:
            raise UnparsableError(3, 4, "unexpected token")
        return ReadModule(path, text)

    def extract_each(self, items: Sequence[tuple[str, str]], progress: Any) -> Iterator[tuple[str, Any]]:
        for path, text in items:
            try:
                yield path, self.extract(path, text)
            except Exception as error:
                yield path, error


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """The engine with stand-ins for everything between reading and triage."""
    made = StandIns()
    extractor = types.ModuleType("llmlint.facts.extractor")
    vars(extractor).update(extract=made.extract)
    batch = types.ModuleType("llmlint.facts.batch")
    vars(batch).update(extract_each=made.extract_each)
    project = types.ModuleType("llmlint.project.project")
    build = staticmethod(lambda modules, catalogue, **kwargs: list(modules))
    vars(project).update(Project=type("Project", (), {"build": build}))
    monkeypatch.setitem(sys.modules, "llmlint.facts.extractor", extractor)
    monkeypatch.setitem(sys.modules, "llmlint.facts.batch", batch)
    monkeypatch.setitem(sys.modules, "llmlint.project.project", project)
    real = registry.rule
    monkeypatch.setattr(registry, "rule", lambda code: made.rules.get(code) or real(code))
    modules = {"LLM801": "llm801_bad_word", "LLM802": "llm802_odd_word"}
    monkeypatch.setattr(registry, "modules", lambda: modules)
    return made
