"""What a reviewer asks (``--question``): of each criterion that is missing, vague, or only said to be met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmlint.audit.model import Assessed, AuditReport, Verdict
from llmlint.reporters.audit import Wanted
from llmlint.reporters.audit.sections import name, sections
from llmlint.reporters.display import printable

_ANSWERED = (Verdict.MET, Verdict.NOT_APPLICABLE)


def lines(reports: Sequence[AuditReport], wanted: Wanted) -> Iterator[str]:
    """The questions under the heading of their axis or item; packages one after the other."""
    for number, report in enumerate(reports):
        if len(reports) > 1:
            yield ("\n" if number else "") + f"== {printable(name(report))}"
        if report.unscored:
            yield f"Nothing to ask: {report.unscored}."
            continue
        asked = [(one.title, list(_asked(one.criteria))) for one in sections(report, wanted.form)]
        yield "\n\n".join("\n".join((title, *questions)) for title, questions in asked if questions) or (
            "Nothing to ask: nothing of this list is missing or vague."
        )


def _asked(criteria: Sequence[Assessed]) -> Iterator[str]:
    for one in criteria:
        if one.result.verdict not in _ANSWERED:
            yield f"  {one.criterion.title} ({one.result.verdict.value}): {one.criterion.question}"
