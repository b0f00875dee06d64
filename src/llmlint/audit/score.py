"""From verdicts to levels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from llmlint.audit.model import BLOCKING, Assessed, AxisResult, Verdict
from llmlint.model.finding import Finding

_WORTH = {Verdict.MET: 2, Verdict.ATTESTED: 2, Verdict.VAGUE: 1, Verdict.MISSING: 0}
"""In halves, so that levels are whole numbers without rounding."""
HIGHEST = 5


def level(assessed: Iterable[Assessed]) -> int | None:
    """0 to 5: the full fifths of the weights that are met, vague ones half; None when nothing applies."""
    counted = [one for one in assessed if one.result.verdict is not Verdict.NOT_APPLICABLE]
    whole = sum(2 * one.criterion.weight for one in counted)
    if not whole:
        return None
    reached = sum(_WORTH[one.result.verdict] * one.criterion.weight for one in counted)
    return HIGHEST * reached // whole


def score(axis: int, assessed: Sequence[Assessed], findings: Sequence[Finding]) -> AxisResult:
    """The axis with its level, which findings cap."""
    earned = level(assessed)
    capped = min(earned, BLOCKING) if earned is not None and findings else earned
    return AxisResult(axis, tuple(assessed), capped, tuple(findings), earned)
