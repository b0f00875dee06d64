"""LLM000 cannot be a fixture: no code of a user's is meant to bring it about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llmlint import registry
from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.model.rule import Check, Confidence, Rule, Severity
from llmlint.project.project import Project

from .adapter import findings_of
from .expectation import place
from .situations import Situation

TEXT = "from openai import OpenAI\n\nclient = OpenAI(timeout=30)\n"
SITUATION = Situation("LLM000", "crash", {"app/x.py": TEXT}, (), frozenset())


def rule(code: str, check: Check) -> Rule:
    return Rule(code, "some-rule", "finds something", Severity.ERROR, Confidence.HIGH, check)


def fails(project: Project) -> Iterator[Finding]:
    raise ZeroDivisionError("not today")


def fails_late(project: Project) -> Iterator[Finding]:
    yield Finding("LLM302", "first", Location("app/x.py", 3))
    raise KeyError("not today")


def speaks(project: Project) -> Iterator[Finding]:
    yield Finding("LLM303", "still checked", Location("app/x.py", 3))


@pytest.mark.parametrize("broken", [fails, fails_late])
def test_a_rule_that_fails_is_one_finding_and_ends_nothing(
    broken: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "select", lambda _: (rule("LLM302", broken), rule("LLM303", speaks)))
    findings = findings_of(SITUATION, tmp_path)
    assert ("app/x.py", 3, "LLM303") in map(place, findings)
    problems = [finding for finding in findings if finding.code == "LLM000"]
    assert [place(problem) for problem in problems] == [("app/x.py", 1, "LLM000")]
    assert "LLM302" in problems[0].message
    assert "not today" not in problems[0].message


def test_a_project_that_cannot_be_linked_is_one_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(*args: object, **kwargs: object) -> Project:
        raise RecursionError("too deep")

    monkeypatch.setattr(Project, "build", build)
    assert [place(f) for f in findings_of(SITUATION, tmp_path)] == [("app/x.py", 1, "LLM000")]
