"""No two rules report the same cause on the same line, whichever rules are selected.

Every situation is analysed with all rules there are. ``ASPECTS`` says what each rule asks of the code:
findings of two rules may stand on one line where they ask two things of it (a call without a deadline
*and* with a retired model), never where they ask the same. Where one rule speaks twice on a line, the
fixture announces it twice.
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

ASPECTS = {
    "LLM000": "llmlint itself",
    "LLM001": "configuration",
    "LLM002": "syntax",
    "LLM003": "suppression",
    "LLM101": "what is evaluated",
    "LLM102": "what a test asks",
    "LLM103": "what a test compares",
    "LLM104": "what can fail an eval",
    "LLM201": "what is recorded",
    "LLM202": "what is printed for debugging",
    "LLM203": "whether the project records anything",
    "LLM204": "on whose behalf",
    "LLM301": "what becomes of a failure",
    "LLM302": "deadline",
    "LLM303": "deadline",
    "LLM304": "how often it is tried again",
    "LLM305": "how soon it is tried again",
    "LLM306": "how many retries stand around each other",
    "LLM307": "text that does not parse",
    "LLM308": "who waits meanwhile",
    "LLM309": "what becomes of a failure",
    "LLM310": "who catches a failure",
    "LLM311": "text that was cut off",
    "LLM312": "whether it is run at all",
    "LLM401": "what ends a loop",
    "LLM402": "what ends a loop",
    "LLM403": "what ends a loop",
    "LLM404": "length of the answer",
    "LLM405": "length of the answer",
    "LLM406": "length of the conversation",
    "LLM407": "how many at once",
    "LLM408": "what ends a loop",
    "LLM409": "whether the project knows its costs",
    "LLM501": "where text goes",
    "LLM502": "where text goes",
    "LLM503": "where text goes",
    "LLM504": "where text goes",
    "LLM505": "where text goes",
    "LLM506": "where text goes",
    "LLM507": "who speaks in a prompt",
    "LLM508": "keys",
    "LLM509": "what is switched on",
    "LLM510": "who is asked first",
    "LLM511": "secrets in a prompt",
    "LLM512": "where text goes",
    "LLM513": "transport",
    "LLM514": "what is logged",
    "LLM602": "what becomes of a failure",
    "LLM701": "which model",
    "LLM702": "which model",
    "LLM703": "where the prompt is written",
    "LLM705": "which version of the prompt",
    "LLM706": "which model",
}
"""What each rule asks of the code."""

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
    same = {pair: at for pair, at in pairs(found).items() if ASPECTS[pair[0]] == ASPECTS[pair[1]]}
    assert same == {}
    twice = {key: number for key, number in found.items() if number > 1}
    assert {key: number for key, number in twice.items() if expected(situation)[key] < number} == {}


def test_every_rule_asks_something() -> None:
    assert sorted(ASPECTS) == sorted(registry.names())
