"""The report as SARIF 2.1.0, for code scanning services and whatever else reads that standard.

Files are named relative to the working directory, which is ``%SRCROOT%``, where they are below it,
else by a whole URI. All rules there are are described, so that an index stays what it is whichever are
selected. Every result says whether it is suppressed, as the standard wants it: all or none.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from llmlint import __version__, registry
from llmlint.model.finding import Finding, Status
from llmlint.model.location import Location
from llmlint.model.rule import AXES, Rule
from llmlint.reporters.display import printable, slashed
from llmlint.reporters.fingerprints import fingerprints
from llmlint.request import Report
from llmlint.triage import BY_PATH

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
_PROBLEM = {"error": "error", "warning": "warning", "advice": "recommendation"}
_SECURITY = {"error": "8.0", "warning": "5.5", "advice": "2.0"}
"""Code scanning sorts security rules by a number; these stand in the middle of high, medium and low."""
SITE = registry.DOCS.partition("/rules/")[0]


def text(reports: Sequence[Report]) -> str:
    """The whole report, one run."""
    rules = registry.all_rules()
    index = {rule.code: number for number, rule in enumerate(rules)}
    here = Path.cwd().as_uri()
    run = {
        "tool": {
            "driver": {
                "name": "llmlint",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": SITE,
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "originalUriBaseIds": {ROOT: {"uri": here if here.endswith("/") else f"{here}/"}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(report, finding, fingerprint, index)
            for report, finding, fingerprint in fingerprints(reports)
        ],
    }
    # ASCII only: names in code may hold anything.
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    page = registry.page(rule.code)
    markdown = _absolute(page.read_text(encoding="utf-8")) if page is not None else rule.summary
    axis = AXES[rule.axis]
    properties: dict[str, Any] = {
        "axis": axis,
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "precision": rule.confidence.value,
        "problem.severity": _PROBLEM[rule.severity.value],
        "tags": ["llm", "-".join(re.findall(r"[a-z]+", axis.replace("'", "")))],
    }
    if axis.startswith("security"):
        properties["tags"].append("security")
        properties["security-severity"] = _SECURITY[rule.severity.value]
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary.replace("`", "")},
        "fullDescription": {"text": f"{rule.summary.replace('`', '')} ({axis})"},
        "help": {"text": f"See {registry.docs_url(rule.code)}", "markdown": markdown},
        "helpUri": registry.docs_url(rule.code),
        "defaultConfiguration": {"enabled": rule.default, "level": LEVELS[rule.severity.value]},
        "properties": properties,
    }


def _absolute(markdown: str) -> str:
    """A page with links that lead somewhere wherever it is shown."""
    markdown = re.sub(r"\]\((LLM\d{3})-[a-z0-9-]+\.md", rf"]({SITE}/rules/\1/", markdown)
    return re.sub(r"\]\(\.\./docs/([\w/-]+)\.md", rf"]({SITE}/\1/", markdown)


def _result(report: Report, finding: Finding, fingerprint: str, index: dict[str, int]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[registry.rule(finding.code).severity.value],
        "message": {"text": _message([finding.message, finding.help])},
        "locations": [_location(report, finding.location)],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        "suppressions": _suppressions(finding),
    }
    if finding.steps:
        steps = [
            {"location": {**_location(report, step.location), "message": {"text": _message([step.message])}}}
            for step in finding.steps
        ]
        made["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return made


def _message(lines: Iterable[str]) -> str:
    """Plain text: braces are doubled; a bracket before a parenthesis, half a link, is set apart."""
    text = "\n".join(printable(line) for line in lines if line)
    return re.sub(r"\]\(", "] (", text.replace("{", "{{").replace("}", "}}"))


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    if finding.status is Status.REPORTED:
        return []
    by_path = finding.reason.startswith(BY_PATH)
    one: dict[str, Any] = {"kind": "external" if by_path else "inSource"}
    if finding.reason:
        one["justification"] = printable(finding.reason)
    return [one]


def _location(report: Report, place: Location) -> dict[str, Any]:
    region = {"startLine": max(place.line, 1), "startColumn": place.column + 1}
    if place.end_line:
        region |= {"endLine": place.end_line, "endColumn": place.end_column + 1}
    return {"physicalLocation": {"artifactLocation": _artifact(report, place.path), "region": region}}


def _artifact(report: Report, path: str) -> dict[str, str]:
    shown = slashed(report.root, path)
    if os.path.isabs(shown):
        return {"uri": "file://" + quote(os.fsencode(shown if shown.startswith("/") else f"/{shown}"))}
    return {"uri": quote(os.fsencode(shown)), "uriBaseId": ROOT}
