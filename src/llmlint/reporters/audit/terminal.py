"""The audit for people: levels, blockers first, then each criterion with its evidence, then what to do next.

Colour only repeats what a word says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from llmlint.audit.crosswalk import lists
from llmlint.audit.model import Assessed, AuditReport, Evidence, Verdict
from llmlint.audit.score import HIGHEST
from llmlint.reporters.audit import Wanted
from llmlint.reporters.audit.sections import (
    Section,
    below,
    blocking_first,
    holding,
    name,
    of_findings,
    said,
    sections,
    state,
    summary,
)
from llmlint.reporters.console import terminal
from llmlint.reporters.display import plural, printable, shown_path

_COLOURS = {
    Verdict.MET: "green",
    Verdict.ATTESTED: "green",
    Verdict.VAGUE: "yellow",
    Verdict.MISSING: "red",
    Verdict.NOT_APPLICABLE: "dim",
}
_WIDTH = max(len(verdict.value) for verdict in Verdict)
_SHOWN = {Verdict.MET: 1}
_SHOWN_USUALLY = 3
"""Places of evidence that are shown per criterion; all are in every other form."""


def write(reports: Sequence[AuditReport], stream: IO[str], wanted: Wanted, *, color: bool) -> None:
    """Writes the reports, one after the other."""
    console = terminal(stream, color=color)
    for number, report in enumerate(reports):
        if number:
            console.print()
        console.print(Text(f"Readiness of {printable(name(report))}", style="bold underline"))
        if report.unscored:
            console.print(Text(f"Not scored: {report.unscored}."))
        else:
            _scored(console, report, wanted)


def _scored(console: Console, report: AuditReport, wanted: Wanted) -> None:
    found = sections(report, wanted.form)
    title = lists()[wanted.form].title
    console.print(Text(f"{title}; {plural(report.sites, 'place')} where a model is called\n"))
    console.print(_levels(found))
    for section in blocking_first(found):
        console.print(_section(report, section))
    if wanted.form == "path":
        console.print(_path(report))
    console.print(_end(report, found))


def _levels(found: Sequence[Section]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(4):
        table.add_column(no_wrap=True)
    for one in found:
        if one.level is None:
            table.add_row(one.title, "-", "", "not judged", style="dim")
            continue
        bar = "#" * one.level + "." * (HIGHEST - one.level)
        style = "red" if one.blocks else "green"
        table.add_row(one.title, str(one.level), bar, "blocks" if one.blocks else "", style=style)
    return table


def _section(report: AuditReport, section: Section) -> Text:
    out = Text(f"\n{section.title}: {section.verdict}\n", style="bold")
    if section.held:
        out.append(f"  {holding(section)}\n", style="yellow not bold")
        _places(out, report, of_findings(section), _SHOWN_USUALLY)
    for one in section.criteria:
        _criterion(out, report, one)
    out.rstrip()
    return out


def _criterion(out: Text, report: AuditReport, one: Assessed) -> None:
    verdict, why = one.result.verdict, printable(said(one))
    out.append(f"  {verdict.value:<{_WIDTH}}", style=f"{_COLOURS[verdict]} not bold")
    out.append(f"  {one.criterion.title}{': ' if why else ''}{why}\n", style="not bold")
    _places(out, report, one.result.evidence, _SHOWN.get(verdict, _SHOWN_USUALLY))


def _places(out: Text, report: AuditReport, places: Sequence[Evidence], most: int) -> None:
    shown = places[:most]
    for number, place in enumerate(shown, 1):
        more = f" (and {len(places) - most} more)" if number == most < len(places) else ""
        out.append(f"{'':{_WIDTH + 6}}{_place(report, place)}{more}\n", style="dim not bold")


def _place(report: AuditReport, place: Evidence) -> str:
    return f"{printable(shown_path(report.root, place.path))}:{place.line} {printable(place.what)}"


def _path(report: AuditReport) -> Text:
    out = Text("\nThe path\n", style="bold")
    for number, step in enumerate(report.path, 1):
        out.append(f"  {number}. {step.title}: {state(report, step)}\n", style="not bold")
    out.rstrip()
    return out


def _end(report: AuditReport, found: Sequence[Section]) -> Text:
    out = Text("\n")
    for place in report.problems:
        out.append(f"Not read: {_place(report, place)}\n")
    for note in report.notes:
        out.append(f"Note: {printable(note)}\n")
    step = report.next_step
    if step is not None:
        out.append(f"Next: {step.title}\n", style="bold")
        for one in step.cheapest:
            out.append(f"  {one.criterion.title}: {one.criterion.closes}\n")
    for line in below(report):
        out.append(f"Below the minimum: {line}\n", style="red")
    out.append(summary(found), style="bold")
    return out
