"""The audit for people: levels, blockers first, then each criterion with its evidence, then what to do next.

Colour only repeats what a word says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from rich.table import Table
from rich.text import Text

from llmlint.audit.crosswalk import items, lists
from llmlint.audit.model import BLOCKING, Assessed, AuditReport, AxisResult, Verdict
from llmlint.audit.score import HIGHEST
from llmlint.reporters.audit import Wanted
from llmlint.reporters.console import terminal
from llmlint.reporters.display import plural, printable, shown_path

_COLOURS = {
    Verdict.MET: "green",
    Verdict.ATTESTED: "green",
    Verdict.VAGUE: "yellow",
    Verdict.MISSING: "red",
    Verdict.NOT_APPLICABLE: "dim",
}
_SHOWN = 3
"""Places of evidence that are shown per criterion; all are in the JSON."""
DEFAULT = "eight-axes"


def write(reports: Sequence[AuditReport], stream: IO[str], wanted: Wanted, *, color: bool) -> None:
    """Writes the reports, one after the other."""
    console = terminal(stream, color=color)
    for report in reports:
        title = printable(shown_path(report.root, report.package or "."))
        console.print(Text(f"Readiness of {title}", style="bold underline"))
        if report.unscored:
            console.print(Text(f"Not scored: {report.unscored}."))
            continue
        console.print(Text(f"{plural(report.sites, 'place')} where a model is called\n"))
        console.print(_levels(report, wanted))
        for axis in sorted(report.axes, key=lambda axis: (not axis.blocks, axis.axis)):
            if axis.criteria:
                console.print(_axis(report, axis))
        console.print(_end(report))


def _levels(report: AuditReport, wanted: Wanted) -> Table:
    rows: list[tuple[str, int | None]] = [(axis.name, axis.level) for axis in report.axes]
    if wanted.form != DEFAULT:
        rows = [(item.title, item.level) for item in items(report, wanted.form)]
    table = Table(box=None, pad_edge=False, title=lists()[wanted.form].title, title_justify="left")
    for heading in ("", "level", "", ""):
        table.add_column(heading, no_wrap=True)
    for name, level in rows:
        if level is None:
            table.add_row(name, "-", "", "not judged", style="dim")
            continue
        blocks = level <= BLOCKING
        bar = "#" * level + "." * (HIGHEST - level)
        table.add_row(name, str(level), bar, "blocks" if blocks else "", style="red" if blocks else "green")
    return table


def _axis(report: AuditReport, axis: AxisResult) -> Text:
    out = Text(f"\n{axis.axis} {axis.name}", style="bold")
    out.append(f" level {axis.level}{' (blocks)' if axis.blocks else ''}\n", style="bold")
    if axis.level != axis.earned:
        reason = f"held at {axis.level} by {plural(len(axis.findings), 'finding')}"
        first = axis.findings[0]
        place = f"{shown_path(report.root, first.location.path)}:{first.location.line}"
        out.append(f"  {reason}, the first: {printable(place)} {first.code}\n", style="yellow not bold")
    for one in axis.criteria:
        _criterion(out, report, one)
    return out


def _criterion(out: Text, report: AuditReport, one: Assessed) -> None:
    result = one.result
    out.append(f"  {result.verdict.value:<9}", style=f"{_COLOURS[result.verdict]} not bold")
    out.append(f" {one.criterion.title}", style="not bold")
    said = [str(result.count)] if result.count is not None else []
    said += [printable(result.why)] if result.why else []
    out.append(f": {'; '.join(said)}\n" if said else "\n", style="not bold")
    for place in result.evidence[:_SHOWN]:
        where = f"{shown_path(report.root, place.path)}:{place.line}"
        out.append(f"              {printable(where)} {printable(place.what)}\n", style="dim not bold")
    more = len(result.evidence) - _SHOWN
    if more > 0:
        out.append(f"              and {more} more\n", style="dim not bold")


def _end(report: AuditReport) -> Text:
    out = Text()
    step = report.next_step
    if step is not None:
        out.append(f"Next: {step.title}\n", style="bold")
        for one in step.cheapest:
            out.append(f"  {one.criterion.title}: {one.criterion.closes}\n")
    for place in report.problems:
        where = f"{shown_path(report.root, place.path)}:{place.line}"
        out.append(f"Not read: {printable(where)} {printable(place.what)}\n")
    for note in report.notes:
        out.append(f"Note: {printable(note)}\n")
    for axis, level, least in report.below:
        out.append(f"Axis {axis} is at {level}, and {least} is asked of it\n", style="red")
    out.append(f"{plural(len(report.blockers), 'blocker')} among {len(report.axes)} axes", style="bold")
    return out
