"""Each finding with its source, the way to it, the advice and its page. For people at a terminal."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import IO

from rich.text import Text

from llmlint.engine import Report
from llmlint.model.finding import Finding, Status
from llmlint.model.location import Location
from llmlint.registry import docs_url, rule
from llmlint.reporters.console import terminal
from llmlint.reporters.display import printable, shown_path, totals, without_keys
from llmlint.source.document import Document

_COLOURS = {"error": "bold red", "warning": "bold yellow", "advice": "bold cyan"}
_WIDEST = 160
"""Characters of a source line that are shown; minified lines would fill the screen."""
TAB = " " * 4


def write(reports: Sequence[Report], stream: IO[str], *, color: bool) -> None:
    """Writes the report; ``color=False`` writes plain text."""
    console = terminal(stream, color=color)
    for report in reports:
        excerpts = _Excerpts(report)
        for finding in report.of_status(Status.REPORTED):
            console.print(_finding(report, finding, excerpts))
    clean = not any(report.of_status(Status.REPORTED) for report in reports)
    console.print(Text(totals(reports), style="bold green" if clean else "bold"))


def _finding(report: Report, finding: Finding, excerpts: _Excerpts) -> Text:
    colour = _COLOURS[rule(finding.code).severity.value]
    out = Text()
    out.append(finding.code, colour)
    out.append(f" {printable(finding.message)}\n", "bold")
    out.append(f"  --> {_place(report, finding.location)}\n", "dim")
    excerpts.add(out, finding.location, colour)
    for number, step in enumerate(finding.steps, 1):
        out.append(f"  {number}. {printable(step.message)}\n")
        if step.location != finding.location:
            out.append(f"     --> {_place(report, step.location)}\n", "dim")
            excerpts.add(out, step.location, "cyan")
    if finding.help:
        out.append("  help: ", "bold cyan")
        out.append(f"{printable(finding.help)}\n")
    out.append(f"  {docs_url(finding.code)}\n", "dim")
    return out


def _place(report: Report, place: Location) -> str:
    return f"{printable(shown_path(report.root, place.path))}:{place.line}:{place.column + 1}"


class _Excerpts:
    """Source lines with a caret below, each file read once."""

    def __init__(self, report: Report) -> None:
        self._sources = report.sources
        self._lines = functools.lru_cache(maxsize=16)(self._read)

    def _read(self, path: str) -> list[str]:
        document = self._sources.document(path) if self._sources is not None else None
        return document.lines if isinstance(document, Document) else []

    def add(self, out: Text, place: Location, colour: str) -> None:
        lines = self._lines(place.path)
        if not 1 <= place.line <= len(lines):
            return
        line = without_keys(lines[place.line - 1])
        # Columns count characters of the source; what is shown may be longer, so the caret's place is
        # measured on what is shown.
        end = place.end_column if place.end_line == place.line else len(line)
        before = _shown(line[: place.column])
        marked = _shown(line[place.column : max(end, place.column + 1)]).rstrip() or " "
        number = str(place.line)
        margin = " " * len(number)
        out.append(f"  {margin} |\n", "dim")
        out.append(f"  {number} | ", "dim")
        out.append(_cut(_shown(line).rstrip()) + "\n")
        out.append(f"  {margin} | ", "dim")
        if _width(before) < _WIDEST:
            carets = min(_width(marked), _WIDEST - _width(before))
            out.append(" " * _width(before) + "^" * carets, colour)
        out.append("\n")


def _shown(text: str) -> str:
    return printable(text.replace("\t", TAB))


def _width(text: str) -> int:
    return Text(text).cell_len


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"
