"""No two rules report the same cause on the same line, whichever rules are selected.

Every situation is analysed with all rules there are. Where findings of two rules stand on one line,
the pair is in ``TWO_CAUSES`` with the reason why there are two things to mend; where one rule speaks
twice on a line, the fixture announces it twice.
"""

from __future__ import annotations

import functools
import itertools
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from llmlint import registry
from llmlint.engine import Request, analyse
from llmlint.model.finding import Status
from llmlint.registry import Layer
from llmlint.scope import requests_for

from .expectation import Place, expected, place
from .situations import Situation, living, of_life

TWO_CAUSES: dict[tuple[str, str], str] = {
    ("LLM003", "LLM303"): "the comment suppresses nothing, and so the client keeps its deadline of minutes",
}

EVERY_RULE = Layer(select=tuple(registry.names()))


@functools.cache
def found_in(situation_id: str) -> Counter[Place]:
    """What all rules find in a situation."""
    (situation,) = (one for one in of_life("plain") if one.id == situation_id)
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory).resolve()
        situation.write(root)
        template = Request(Path(), layers=(EVERY_RULE,))
        reports = [analyse(request) for request in requests_for([root], template=template)]
        return Counter(place(f) for report in reports for f in report.of_status(Status.REPORTED))


def pairs(found: Counter[Place]) -> dict[tuple[str, str], list[str]]:
    """The pairs of codes that stand on one line, and where."""
    by_line: dict[tuple[str, int], set[str]] = defaultdict(set)
    for path, line, code in found:
        by_line[path, line].add(code)
    result: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (path, line), codes in by_line.items():
        for first, second in itertools.combinations(sorted(codes), 2):
            result[first, second].append(f"{path}:{line}")
    return result


@living("plain")
def test_one_finding_for_one_cause(situation: Situation) -> None:
    found = found_in(situation.id)
    assert {pair: where for pair, where in pairs(found).items() if pair not in TWO_CAUSES} == {}
    twice = {key: number for key, number in found.items() if number > 1}
    assert {key: number for key, number in twice.items() if expected(situation)[key] < number} == {}


def test_every_pair_in_the_table_occurs() -> None:
    seen = {pair for situation in of_life("plain") for pair in pairs(found_in(situation.id))}
    assert sorted(TWO_CAUSES.keys() - seen) == []
