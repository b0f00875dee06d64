"""Extraction of many files gives the same with and without workers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from llmlint.facts import batch
from llmlint.facts.batch import extract_each
from llmlint.facts.model import ModuleFacts
from llmlint.facts.unparsable import UnparsableError

ITEMS = [
    ("a.py", "import openai\n\n\ndef ask(q: str) -> str:\n    return openai.responses.create(input=q)\n"),
    ("broken.py", "def f(:\n"),
    ("ümläut.py", "x = 'größer'\n"),
    ("empty.py", ""),
]


def described(workers: int) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for path, outcome in extract_each(ITEMS, lambda done: None, workers=workers):
        if isinstance(outcome, ModuleFacts):
            found.append((path, msgspec.to_builtins(outcome)))
        else:
            assert isinstance(outcome, UnparsableError)
            found.append((path, (outcome.line, outcome.column, outcome.message)))
    return found


def test_workers_give_the_same() -> None:
    here = described(workers=1)
    assert [path for path, _ in here] == [path for path, _ in ITEMS]
    assert isinstance(here[1][1], tuple)
    assert described(workers=2) == here


def test_progress_is_told_of_every_file() -> None:
    told: list[int] = []
    assert len(list(extract_each(ITEMS, told.append, workers=1))) == len(ITEMS)
    assert told == [0, 1, 2, 3]


UNGUARDED = """
import sys
from llmlint.facts import batch
from llmlint.facts.batch import extract_each

print("begun")
items = [(f"{number}.py", "x = 1\\n") for number in range(4)]
found = [path for path, outcome in extract_each(items, lambda done: None, workers=2)]
print(*sorted(found), "libcst" in sys.modules)
"""


def test_workers_do_not_run_the_program_again(tmp_path: Path) -> None:
    """Nor is libcst imported where nothing is parsed."""
    program = tmp_path / "program.py"
    program.write_text(UNGUARDED, encoding="utf-8")
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["begun", "0.py 1.py 2.py 3.py False"]


def test_more_than_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "CHUNK", 20)
    assert described(workers=2) == described(workers=1)
