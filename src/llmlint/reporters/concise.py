"""One line per finding: ``path:line:column: CODE message``, columns from 1 as flake8 prints them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmlint.model.finding import Status
from llmlint.reporters.display import printable, shown_path, totals
from llmlint.request import Report


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """The lines of the report, the totals last."""
    for report in reports:
        for finding in report.of_status(Status.REPORTED):
            place = finding.location
            path = printable(shown_path(report.root, place.path))
            yield f"{path}:{place.line}:{place.column + 1}: {finding.code} {printable(finding.message)}"
    yield totals(reports)
