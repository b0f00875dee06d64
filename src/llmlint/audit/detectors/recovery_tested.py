"""Whether a test makes the provider fail and looks at what the user gets."""

from __future__ import annotations

from llmlint.audit.catalogue import read
from llmlint.audit.failuretests import FailureTest, FailureTests
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile

ENOUGH = 2
"""So many of the ways in which a provider fails are tried."""
SHOWN = 3
"""So many tests of each way are shown."""


def tested(subject: Subject) -> CriterionResult:
    """Timeout, rate limit, outage, malformed answer: at least two of them, with an assertion."""
    failures = [failure.name for failure in read("recovery", RecoveryFile).failure]
    found = list(subject.once(FailureTests).all())
    looking = [test for test in found if test.looks]
    kinds = [name for name in failures if any(name in test.kinds for test in looking)]
    count = Count(len(kinds), len(failures), "ways to fail")
    if len(kinds) >= ENOUGH:
        return met(_shown(looking, kinds), count=count)
    if kinds:
        return vague(_shown(looking, kinds), f"only one way to fail is tried ({kinds[0]})", count)
    if looking:
        return vague(map(_plain, looking[:SHOWN]), "something fails, and nobody says in which way", count)
    if found:
        return vague(map(_plain, found[:SHOWN]), "nobody looks at what the user gets", count)
    return missing(count=count)


def _shown(tests: list[FailureTest], kinds: list[str]) -> list[Evidence]:
    shown = [
        Evidence(test.func.path, test.span.line, f"`{test.func.name[:50]}`: {kind}")
        for kind in kinds
        for test in [test for test in tests if kind in test.kinds][:SHOWN]
    ]
    return list(dict.fromkeys(shown))


def _plain(test: FailureTest) -> Evidence:
    return Evidence(test.func.path, test.span.line, f"`{test.func.name[:60]}`")


DETECTORS = {"recovery.tested": tested}
