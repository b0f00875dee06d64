"""The same verdicts in the words of published readiness lists."""

from __future__ import annotations

from collections.abc import Mapping

from llmlint.audit.catalogue import read
from llmlint.audit.criteria import criteria, named
from llmlint.audit.model import BLOCKING, AuditReport, Item
from llmlint.audit.score import level
from llmlint.audit.tables.lists import ListsFile, ListTable


def lists() -> Mapping[str, ListTable]:
    """The lists by their ids, the default first."""
    return {one.id: one for one in read("lists", ListsFile).list}


def items(report: AuditReport, name: str) -> tuple[Item, ...]:
    """The items of a list with what was found; raises ``KeyError`` for a list there is not.

    As with axes, a finding of an axis caps the items that hold all of that axis.
    """
    found = []
    for item in lists()[name].item:
        ids = named(item.criteria)
        assessed = tuple(report.assessed[one] for one in ids if one in report.assessed)
        earned = level(assessed)
        whole = _whole_axes(ids)
        findings = tuple(one for axis in report.axes if axis.axis in whole for one in axis.findings)
        reached = min(earned, BLOCKING) if earned is not None and findings else earned
        found.append(Item(item.title, assessed, reached, findings, earned))
    return tuple(found)


def _whole_axes(ids: tuple[str, ...]) -> set[int]:
    axes = {criteria()[one].axis for one in ids}
    return {axis for axis in axes if all(one in ids for one, c in criteria().items() if c.axis == axis)}
