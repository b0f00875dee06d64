"""GitLab's code quality report: a JSON list, one entry per reported finding."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llmlint import registry
from llmlint.model.finding import Finding, Status
from llmlint.model.rule import AXES
from llmlint.reporters.display import slashed
from llmlint.reporters.fingerprints import fingerprints
from llmlint.request import Report

_SEVERITIES = {"error": "major", "warning": "minor", "advice": "info"}
"""GitLab's ``critical`` and ``blocker`` are left to those who know what an outage costs them."""


def text(reports: Sequence[Report]) -> str:
    """The whole report."""
    entries = [
        _entry(report, finding, fingerprint)
        for report, finding, fingerprint in fingerprints(reports)
        if finding.status is Status.REPORTED
    ]
    return json.dumps(entries, indent=2)


def _entry(report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    rule = registry.rule(finding.code)
    about = f"{AXES[rule.axis].capitalize()}: {rule.severity.value}, {rule.confidence.value} confidence."
    body = (finding.help, about, registry.docs_url(finding.code))
    return {
        "description": f"{finding.code} {finding.message}",
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[rule.severity.value],
        "location": {
            "path": slashed(report.root, finding.location.path),
            "lines": {
                "begin": finding.location.line,
                "end": finding.location.end_line or finding.location.line,
            },
        },
        "content": {"body": "\n\n".join(part for part in body if part)},
    }
