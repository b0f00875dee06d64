"""A report cut into what a reader goes through: the axes, or the items of the list it is told in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.crosswalk import items
from llmlint.audit.model import BLOCKING, Assessed, AuditReport, Evidence, Step, Verdict
from llmlint.model.finding import Finding
from llmlint.reporters.audit import DEFAULT
from llmlint.reporters.display import plural

OPEN = (Verdict.MISSING, Verdict.VAGUE)
"""What is still to be done."""


@dataclass(frozen=True, slots=True)
class Section:
    """An axis or an item, with everything that is said about it."""

    title: str
    """``1 eval coverage``, ``Ownership``."""
    level: int | None
    earned: int | None
    criteria: tuple[Assessed, ...]
    findings: tuple[Finding, ...]
    """What holds the level down, when the criteria alone would give more."""
    axis: int = 0
    """0 for items of other lists."""

    @property
    def blocks(self) -> bool:
        """Whether the level is one with which one does not ship."""
        return self.level is not None and self.level <= BLOCKING

    @property
    def held(self) -> bool:
        """Whether findings hold the level below what the criteria give."""
        return self.level != self.earned

    @property
    def verdict(self) -> str:
        """``level 2 of 5, blocks``."""
        if self.level is None:
            return "not judged"
        return f"level {self.level} of 5{', blocks' if self.blocks else ''}"


def sections(report: AuditReport, form: str) -> tuple[Section, ...]:
    """In the order of the list; nothing when nothing was scored."""
    if not report.axes:
        return ()
    if form == DEFAULT:
        return tuple(
            Section(f"{one.axis} {one.name}", one.level, one.earned, one.criteria, one.findings, one.axis)
            for one in report.axes
        )
    return tuple(
        Section(one.title, one.level, one.earned, one.criteria, one.findings) for one in items(report, form)
    )


def blocking_first(found: Iterable[Section]) -> list[Section]:
    """What has criteria to show: what blocks, then the rest, each in the order of the list."""
    return sorted((one for one in found if one.criteria), key=lambda one: not one.blocks)


def name(report: AuditReport) -> str:
    """What is audited: the package, or the folder of the project. Not escaped."""
    return report.package or report.root.absolute().name or str(report.root)


def summary(found: Iterable[Section]) -> str:
    """``Blockers (3 of 8): eval coverage, …``, or that there are none."""
    judged = [one for one in found if one.level is not None]
    blocking = [one.title.lstrip("12345678 ") for one in judged if one.blocks]
    if not blocking:
        return f"No blockers ({len(judged)} judged)"
    return f"Blockers ({len(blocking)} of {len(judged)}): {', '.join(blocking)}"


def said(one: Assessed) -> str:
    """What decided a verdict: the count, the reason, both or nothing. Not escaped."""
    return "; ".join(part for part in (str(one.result.count or ""), one.result.why) if part)


def holding(section: Section) -> str:
    """Why the level is below what the criteria give."""
    return f"held at {section.level} by {plural(len(section.findings), 'finding')} of `llmlint check`"


def of_findings(section: Section) -> tuple[Evidence, ...]:
    """The findings as places."""
    return tuple(
        Evidence(one.location.path, one.location.line, f"{one.code} {one.message}")
        for one in section.findings
    )


def state(report: AuditReport, step: Step) -> str:
    """Where a row of the path stands: ``done``, ``next``, ``waits for …``."""
    if step.done:
        return "done"
    if step.waits_for:
        return f"waits for {', '.join(step.waits_for)}"
    return "next" if step == report.next_step else "open"


def below(report: AuditReport) -> Iterator[str]:
    """Each axis that is below what is asked of it."""
    names = {axis.axis: axis.name for axis in report.axes}
    for axis, level, least in report.below:
        yield f"{names[axis]} is at level {level}; at least {least} is asked"
