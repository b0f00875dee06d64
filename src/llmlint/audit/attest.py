"""What people attest, and when their word has run out."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from llmlint.audit.configuration import AuditSettings
from llmlint.audit.model import CriterionResult, Evidence, Verdict, vague


def attested(settings: AuditSettings, today: datetime.date | None) -> Mapping[str, CriterionResult]:
    """The newest word on each criterion: attested, or vague when it has expired or is of a day to come.

    Where the day of the run is not known, nothing is attested: no word could be told from an old one.
    """
    found: dict[str, CriterionResult] = {}
    if today is None:
        return found
    for one in sorted(settings.attestations, key=lambda one: one.date):
        days = settings.holds(one.criterion)
        last = one.date + datetime.timedelta(days=days)
        place = Evidence(one.path, one.line, f"{one.who}, {one.date.isoformat()}, {one.link}")
        if one.date > today:
            found[one.criterion] = vague([place], f"attested for {one.date.isoformat()}, which is to come")
        elif last < today:
            why = f"attested on {one.date.isoformat()} for {days} days, expired on {last.isoformat()}"
            found[one.criterion] = vague([place], why)
        else:
            why = f"attested by {one.who}, holds until {last.isoformat()}"
            found[one.criterion] = CriterionResult(Verdict.ATTESTED, (place,), why)
    return found


_ORDER = (Verdict.MISSING, Verdict.VAGUE, Verdict.ATTESTED, Verdict.MET)


def better(seen: CriterionResult, said: CriterionResult | None) -> CriterionResult:
    """What counts of what was found and what somebody says: the better; what was found when they are equal.

    What does not apply, a person may still have said something about: then their word counts.
    """
    if said is None:
        return seen
    if seen.verdict is Verdict.NOT_APPLICABLE:
        return said
    return said if _ORDER.index(said.verdict) > _ORDER.index(seen.verdict) else seen
