"""Every situation in ``fixtures/`` is found exactly as its comments say, in each of its lives."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmlint.model.finding import Status

from .adapter import findings_of, places
from .aliasing import aliased
from .expectation import difference, disagreements, expected
from .situations import Situation, living
from .suppression import FORMS, suppressed
from .wording import complaints


def report(lines: list[str]) -> str:
    return "\n" + "\n".join(lines)


@living("plain")
def test_plain(situation: Situation, tmp_path: Path) -> None:
    findings = [f for f in findings_of(situation, tmp_path) if f.status is Status.REPORTED]
    lines = disagreements(situation, findings)
    lines += [complaint for finding in findings for complaint in complaints(finding)]
    assert not lines, report(lines)


@living("alias")
def test_with_aliased_imports(situation: Situation, tmp_path: Path) -> None:
    changed = situation.with_files(aliased(situation.files))
    lines = difference(changed, places(findings_of(changed, tmp_path), Status.REPORTED))
    assert not lines, report([*lines, *changed.files.values()])


@pytest.mark.parametrize("form", FORMS)
@living("noqa", with_findings=True)
def test_suppressed(situation: Situation, form: str, tmp_path: Path) -> None:
    findings = findings_of(suppressed(situation, form), tmp_path)
    assert not places(findings, Status.REPORTED)
    assert places(findings, Status.SUPPRESSED) == expected(situation)
