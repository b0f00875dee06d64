"""Extraction of many files gives the same with and without workers."""

from __future__ import annotations

import msgspec

from llmlint.facts.batch import extract_each
from llmlint.facts.extractor import UnparsableError
from llmlint.facts.model import ModuleFacts

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
