"""The report as JSON, for programs.

The shape is that of ``report.schema.json`` beside this file, and its ``version`` changes when a key
goes away or changes its meaning; new keys may come at any time.

* ``version``: of the shape, 1. ``llmlint``: of the program.
* ``findings``: in reading order, whatever became of them: ``status`` is ``reported``, ``suppressed``
  or ``baselined``, and ``reason`` says why where somebody said so.
* Paths are relative to the working directory where they are below it, else absolute. Lines and
  columns count from 1, columns in characters; the end is exclusive and 0 where it is unknown.
* ``severity`` and ``confidence`` are those of the rule, ``axis`` is the first digit of its code and
  ``axis_name`` says which that is.
* ``steps``: how a person gets from the cause to the finding, in order.
* ``summary``: ``findings`` counts the reported ones, ``files`` the checked files, ``parsed`` those that
  have to do with LLMs, ``not_run`` names the selected rules that are below the minimum severity or
  confidence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llmlint import __version__, registry
from llmlint.model.finding import Finding, Status
from llmlint.model.location import Location
from llmlint.model.rule import AXES, Rule
from llmlint.reporters.display import shown_path
from llmlint.request import Report

VERSION = 1


def text(reports: Sequence[Report]) -> str:
    """The whole report."""
    counted = [finding.status for report in reports for finding in report.findings]
    return _dump(
        {
            "version": VERSION,
            "llmlint": __version__,
            "findings": [_finding(report, finding) for report in reports for finding in report.findings],
            "summary": {
                "findings": counted.count(Status.REPORTED),
                "suppressed": counted.count(Status.SUPPRESSED),
                "baselined": counted.count(Status.BASELINED),
                "files": sum(len(report.files) for report in reports),
                "parsed": sum(report.parsed for report in reports),
                "not_run": sorted({code for report in reports for code in report.not_run}),
            },
        }
    )


def rules_text(rules: Sequence[Rule], pages: dict[str, str]) -> str:
    """The rules and their pages."""
    return _dump([{**_rule(rule), "page": pages.get(rule.code, "")} for rule in rules])


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "axis": rule.axis,
        "axis_name": AXES[rule.axis],
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "summary": rule.summary,
        "default": rule.default,
        "url": registry.docs_url(rule.code),
    }


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    rule = registry.rule(finding.code)
    return {
        "code": finding.code,
        "name": rule.name,
        "axis": rule.axis,
        "axis_name": AXES[rule.axis],
        "severity": rule.severity.value,
        "confidence": rule.confidence.value,
        "message": finding.message,
        "help": finding.help,
        "url": registry.docs_url(finding.code),
        "symbol": finding.symbol,
        **_location(report, finding.location),
        "steps": [{"message": step.message, **_location(report, step.location)} for step in finding.steps],
        "status": finding.status.value,
        "reason": finding.reason,
    }


def _location(report: Report, place: Location) -> dict[str, Any]:
    return {
        "path": shown_path(report.root, place.path),
        "line": place.line,
        "column": place.column + 1,
        "end_line": place.end_line,
        "end_column": place.end_column + 1 if place.end_line else 0,
    }


def _dump(value: object) -> str:
    # ASCII only: file names may hold lone surrogates, which no encoding of the output would take.
    return json.dumps(value, indent=2)
