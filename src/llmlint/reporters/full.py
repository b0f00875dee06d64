"""Findings by file, each with its source, the way to it, the advice and its page. For people.

Colour only repeats what a word says. On a terminal, source lines are cut to its width, so that the
caret stays below what it points at; sentences are left to the terminal to wrap, so that they can be
copied whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import IO

from rich.text import Text

from llmlint.model.finding import Finding, Status
from llmlint.model.location import Location
from llmlint.model.rule import AXES
from llmlint.registry import docs_url, rule
from llmlint.reporters.console import terminal
from llmlint.reporters.display import plural, printable, shown_path, totals, without_keys
from llmlint.reporters.lines import Lines
from llmlint.request import Report

_COLOURS = {"error": "bold red", "warning": "bold yellow", "advice": "bold cyan"}
_WIDEST = 160
"""Columns of a source line that are shown; minified lines would fill the screen."""
_NARROWEST = 20
TAB = " " * 4


def write(reports: Sequence[Report], stream: IO[str], *, color: bool, width: int | None = None) -> None:
    """Writes the report; ``color=False`` writes plain text; ``width`` is that of the terminal, if any."""
    console = terminal(stream, color=color)
    for report in reports:
        excerpts = _Excerpts(report, min(width or _WIDEST, _WIDEST))
        reported = report.of_status(Status.REPORTED)
        for path, of_file in itertools.groupby(reported, key=lambda finding: finding.location.path):
            findings = list(of_file)
            name = printable(shown_path(report.root, path))
            console.print(
                Text(name, style="bold underline").append(
                    f": {plural(len(findings), 'finding')}\n", style="not bold not underline"
                )
            )
            for finding in findings:
                console.print(_finding(report, finding, excerpts))
    clean = not any(report.of_status(Status.REPORTED) for report in reports)
    console.print(Text(totals(reports), style="bold green" if clean else "bold"))


def _finding(report: Report, finding: Finding, excerpts: _Excerpts) -> Text:
    of = rule(finding.code)
    colour = _COLOURS[of.severity.value]
    out = Text()
    out.append(f"{finding.code} {of.severity.value}", colour)
    out.append(f" ({AXES[of.axis]}, {of.confidence.value} confidence)\n", "dim")
    out.append(f"{printable(finding.message)}\n", "bold")
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
    """Source lines with a caret below."""

    def __init__(self, report: Report, width: int) -> None:
        self._lines = Lines(report)
        self._width = width

    def add(self, out: Text, place: Location, colour: str) -> None:
        line = self._lines.at(place.path, place.line)
        if line is None:
            return
        line = without_keys(line)
        number = str(place.line)
        margin = " " * len(number)
        # Columns count characters of the source; what is shown may be longer, so the caret's place is
        # measured on what is shown.
        end = place.end_column if place.end_line == place.line else len(line)
        marked = line[place.column : max(end, place.column + 1)].rstrip("\r\n")
        shown, indent, carets = _cut(
            _shown(line[: place.column]),
            _shown(marked) or " ",
            _shown(line[place.column + len(marked) :].rstrip()),
            max(self._width - len(number) - len("   | "), _NARROWEST),
        )
        out.append(f"  {margin} |\n", "dim")
        out.append(f"  {number} | ", "dim")
        out.append(f"{shown.rstrip()}\n")
        out.append(f"  {margin} | ", "dim")
        out.append(" " * indent + "^" * carets, colour)
        out.append("\n")


def _cut(before: str, marked: str, after: str, width: int) -> tuple[str, int, int]:
    """A line of at most ``width`` columns in which the marked part is seen, its indent and its width."""
    if _width(before) + _width(marked) > width:
        # Something of what is before stays, since it says what the marked part belongs to.
        room = max(width // 3, width - _width(marked) - bool(after))
        if _width(before) > room:
            before = "…" + _last(before, room - 1)
    whole = before + marked + after
    indent = _width(before)
    if _width(whole) <= width:
        return whole, indent, _width(marked.rstrip()) or 1
    return _first(whole, width - 1) + "…", indent, max(min(_width(marked.rstrip()), width - indent), 1)


def _first(text: str, width: int) -> str:
    taken = itertools.accumulate((_width(c) for c in text[:width]), initial=0)
    return text[: sum(1 for w in taken if w <= width) - 1]


def _last(text: str, width: int) -> str:
    return _first(text[::-1], width)[::-1]


def _shown(text: str) -> str:
    return printable(text.replace("\t", TAB))


def _width(text: str) -> int:
    return len(text) if text.isascii() else Text(text).cell_len
