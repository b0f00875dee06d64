"""Every situation in ``fixtures/audit/`` gets the verdict its name says, on the evidence it declares."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from llmlint.audit.criteria import criteria
from llmlint.audit.detectors import detectors
from llmlint.audit.model import CriterionResult

from .situations import Situation, report_on, situations

SITUATIONS = list(situations())


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_verdict_and_evidence(situation: Situation, tmp_path: Path) -> None:
    situation.write(tmp_path)
    report = report_on(tmp_path)
    assert report.unscored == ""
    assert [note for note in report.notes if "was not judged" in note] == []
    result = report.assessed[situation.criterion].result
    assert result.verdict is situation.verdict, told(result)
    expected = situation.expected
    assert expected.get("why", "") in result.why, told(result)
    assert expected.get("count", "") in str(result.count or ""), told(result)
    if "evidence" in expected:
        places = [f"{place.path}:{place.line}" for place in result.evidence]
        assert places == [wanted.partition(" ")[0] for wanted in expected["evidence"]], told(result)
        for wanted, place in zip(expected["evidence"], result.evidence, strict=True):
            assert wanted.partition(" ")[2] in place.what, told(result)
    for place in result.evidence:  # a person can go there
        lines = (tmp_path / place.path).read_text(encoding="utf-8").splitlines()
        assert 1 <= place.line <= max(len(lines), 1), place


def told(result: CriterionResult) -> str:
    places = "\n".join(f"  {place.path}:{place.line} {place.what}" for place in result.evidence)
    return f"\n{result.verdict.value}: {result.why} ({result.count})\n{places}"


def test_met_and_vague_say_on_what_evidence() -> None:
    silent = [
        s.id for s in SITUATIONS if s.verdict.value in ("met", "vague") and not s.expected.get("evidence")
    ]
    assert silent == []


def test_every_detector_has_a_situation_that_is_met_and_a_near_miss() -> None:
    """A near miss: what merely looks like evidence (a comment, a dependency that nobody uses)."""
    seen = {(s.criterion, s.folder.name.partition("-")[0]) for s in SITUATIONS}
    lacking = [c for c in detectors() if not {(c, "met"), (c, "missing")} <= seen]
    assert lacking == []


def test_every_situation_is_about_a_criterion_that_is_built() -> None:
    assert {s.criterion for s in SITUATIONS} - detectors().keys() == set()


def test_every_detector_is_of_a_criterion(capsys: pytest.CaptureFixture[str]) -> None:
    """And those that are not built yet are named, so that somebody sees what is to be done."""
    with capsys.disabled():
        todo = [one for one in criteria() if one not in detectors()]
        sys.stdout.write(f"\ncriteria without a detector: {', '.join(todo)}\n" if todo else "")
    assert detectors().keys() - criteria().keys() == set()
