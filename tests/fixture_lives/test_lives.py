"""Every situation in ``fixtures/`` is found exactly as its comments say, in each of its lives."""

from __future__ import annotations

from collections import Counter

import pytest

from .adapter import findings_of
from .aliasing import aliased
from .expectation import difference, disagreements, place
from .situations import Situation, situations

ALL = list(situations())


def living(life: str) -> pytest.MarkDecorator:
    """One test per situation that takes part in ``life``."""
    chosen = [situation for situation in ALL if situation.lives(life)]
    return pytest.mark.parametrize("situation", chosen, ids=lambda situation: situation.id)


def report(lines: list[str]) -> str:
    return "\n" + "\n".join(lines)


@living("plain")
def test_plain(situation: Situation) -> None:
    lines = disagreements(situation, findings_of(situation.files, situation.code))
    assert not lines, report(lines)


@living("alias")
def test_with_aliased_imports(situation: Situation) -> None:
    files = aliased(situation.files)
    changed = situation.with_files(files)
    lines = difference(changed, Counter(map(place, findings_of(files, situation.code))))
    assert not lines, report([*lines, *(text for text in files.values())])
