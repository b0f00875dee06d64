"""Workflow commands: GitHub Actions shows each finding at its line of the pull request.

What a command takes is escaped as GitHub's own toolkit does it; before that, nothing is left that
could start a new line and so a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llmlint import registry
from llmlint.model.finding import Finding, Status
from llmlint.reporters.display import printable, slashed, totals
from llmlint.request import Report

_LEVELS = {"error": "error", "warning": "warning", "advice": "notice"}


def lines(reports: Sequence[Report]) -> Iterator[str]:
    """One command per finding, the totals last."""
    for report in reports:
        for finding in report.of_status(Status.REPORTED):
            yield _command(report, finding)
    yield totals(reports)


def _command(report: Report, finding: Finding) -> str:
    rule = registry.rule(finding.code)
    place = finding.location
    given = {
        "file": slashed(report.root, place.path),
        "line": str(place.line),
        "col": str(place.column + 1),
    }
    if place.end_line:
        given["endLine"] = str(place.end_line)
        if place.end_line == place.line:  # GitHub refuses columns for several lines
            given["endColumn"] = str(place.end_column + 1)
    given["title"] = f"{finding.code} {rule.name} ({rule.severity.value}, {rule.confidence.value} confidence)"
    properties = ",".join(f"{key}={_property(printable(value))}" for key, value in given.items())
    text = [finding.message, *([finding.help] if finding.help else []), registry.docs_url(finding.code)]
    message = "%0A".join(_data(printable(line)) for line in text)
    return f"::{_LEVELS[rule.severity.value]} {properties}::{message}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
