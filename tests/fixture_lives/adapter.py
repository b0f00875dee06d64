"""The one place where the fixtures meet the analysis."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from llmlint.engine import analyse
from llmlint.model.finding import Finding, Status
from llmlint.registry import Layer
from llmlint.request import Request
from llmlint.scope import requests_for
from support.generate_docs import TODAY

from .expectation import Place, place
from .situations import Situation


def findings_of(situation: Situation, root: Path) -> list[Finding]:
    """Everything found in the situation, written to the empty folder ``root``.

    All default-on rules run, and the situation's own rule. Suppressed findings are among the result.
    """
    situation.write(root)
    template = Request(Path(), layers=(Layer(extend_select=(situation.code,)),), today=TODAY)
    reports = [analyse(request) for request in requests_for([root], template=template)]
    return [finding for report in reports for finding in report.findings]


def places(findings: Iterable[Finding], status: Status) -> Counter[Place]:
    """Where the findings with this status are."""
    return Counter(place(finding) for finding in findings if finding.status is status)
