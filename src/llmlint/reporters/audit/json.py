"""The audit as JSON, for programs. The shape is that of ``audit.schema.json`` beside this file.

Its ``version`` changes when a key goes away or changes its meaning; new keys may come at any time. Paths are
relative to the working directory where they are below it, else absolute. Lines count from 1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llmlint import __version__
from llmlint.audit.crosswalk import items, lists
from llmlint.audit.model import Assessed, AuditReport, AxisResult, Evidence, Item, Step
from llmlint.reporters.audit import Wanted
from llmlint.reporters.display import shown_path

VERSION = 1


def text(reports: Sequence[AuditReport], wanted: Wanted) -> str:
    """One object; ``reports`` holds one per package."""
    whole = {
        "version": VERSION,
        "llmlint": __version__,
        "list": {"id": wanted.form, "title": lists()[wanted.form].title},
        "reports": [_report(report, wanted) for report in reports],
    }
    # ASCII only: file names may hold lone surrogates, which no encoding of the output would take.
    return json.dumps(whole, indent=2)


def _report(report: AuditReport, wanted: Wanted) -> dict[str, Any]:
    step = report.next_step
    return {
        "root": str(report.root),
        "package": report.package,
        "day": report.day.isoformat() if report.day else None,
        "sites": report.sites,
        "unscored": report.unscored,
        "axes": [_axis(report, axis) for axis in report.axes],
        "items": [_item(item) for item in items(report, wanted.form)] if report.axes else [],
        "path": [_step(one) for one in report.path],
        "next_step": _step(step) if step is not None else None,
        "below": [{"axis": axis, "level": level, "least": least} for axis, level, least in report.below],
        "problems": [_evidence(report, one) for one in report.problems],
        "notes": list(report.notes),
    }


def _axis(report: AuditReport, axis: AxisResult) -> dict[str, Any]:
    return {
        "axis": axis.axis,
        "name": axis.name,
        "level": axis.level,
        "earned": axis.earned,
        "blocks": axis.blocks,
        "criteria": [_criterion(report, one) for one in axis.criteria],
        "findings": [
            {
                "code": one.code,
                "message": one.message,
                "path": shown_path(report.root, one.location.path),
                "line": one.location.line,
            }
            for one in axis.findings
        ],
    }


def _criterion(report: AuditReport, one: Assessed) -> dict[str, Any]:
    criterion, result = one.criterion, one.result
    count = result.count
    return {
        "id": criterion.id,
        "title": criterion.title,
        "verdict": result.verdict.value,
        "why": result.why,
        "evidence": [_evidence(report, place) for place in result.evidence],
        "count": {"done": count.done, "total": count.total, "of": count.of} if count is not None else None,
        "weight": criterion.weight,
        "cost": criterion.cost,
        "code": criterion.code,
        "question": criterion.question,
        "closes": criterion.closes,
    }


def _evidence(report: AuditReport, place: Evidence) -> dict[str, Any]:
    return {"path": shown_path(report.root, place.path), "line": place.line, "what": place.what}


def _item(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "level": item.level,
        "blocks": item.blocks,
        "criteria": [one.criterion.id for one in item.criteria],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "title": step.title,
        "done": step.done,
        "waits_for": list(step.waits_for),
        "cheapest": [one.criterion.id for one in step.cheapest],
    }
