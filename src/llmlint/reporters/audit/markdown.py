"""The audit as Markdown, for a pull request or an appendix. A comment on GitHub holds 65 536 characters.

What comes from the repository is escaped: it cannot end its line, open markup, or call a person by ``@name``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from llmlint import __version__
from llmlint.audit.crosswalk import lists
from llmlint.audit.model import Assessed, AuditReport, Evidence
from llmlint.audit.score import HIGHEST
from llmlint.reporters.audit import Wanted
from llmlint.reporters.audit.places import address, pieces, shown
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
from llmlint.reporters.display import plural

_SHOWN = 3
"""Places of evidence per criterion; all are in the JSON and on the page."""
_MARKUP = re.compile(r"([\\`*_\[\]<>&|~#!{}$])")
_BREAK = "&#8203;"
"""A space without width, after which ``@`` and ``#`` mean nobody and nothing."""


def text(reports: Sequence[AuditReport], wanted: Wanted) -> str:
    """One document with a part per package."""
    return "\n\n".join("\n".join(_report(report, wanted)) for report in reports)


def _report(report: AuditReport, wanted: Wanted) -> Iterator[str]:
    yield f"# Readiness of {escaped(name(report))}\n"
    day = f"{report.day.isoformat()}, " if report.day else ""
    yield f"{day}llmlint {__version__}, {plural(report.sites, 'place')} where a model is called.\n"
    if report.unscored:
        yield f"Not scored: {escaped(report.unscored)}."
        return
    found = sections(report, wanted.form)
    yield f"**{summary(found)}.**\n"
    yield f"| {lists()[wanted.form].title} | level | |\n|---|---|---|"
    yield from map(_row, found)
    step = report.next_step
    if step is not None:
        yield f"\n**Next: {step.title}.**\n"
        yield from (f"- {one.criterion.title}: {one.criterion.closes}" for one in step.cheapest)
    yield from _listed("Below the minimum", below(report))
    for section in blocking_first(found):
        yield from _section(report, section, wanted)
    yield "\n## The path in order\n"
    yield from (f"{at}. {one.title}: {state(report, one)}" for at, one in enumerate(report.path, 1))
    yield from _listed("Not read", (_place(report, one, wanted) for one in report.problems))
    yield from _listed("Notes", map(_prose, report.notes))


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"- {line}" for line in lines]
    if found:
        yield f"\n**{title}**\n"
        yield from found


def _row(section: Section) -> str:
    if section.level is None:
        return f"| {section.title} | not judged | |"
    bar = "■" * section.level + "□" * (HIGHEST - section.level)
    return f"| {section.title} | {bar} {section.level} | {'**blocks**' if section.blocks else ''} |"


def _section(report: AuditReport, section: Section, wanted: Wanted) -> Iterator[str]:
    yield f"\n## {section.title}: {section.verdict}\n"
    if section.held:
        yield f"- **{holding(section)}**"
        yield from _places(report, of_findings(section), wanted)
    for one in section.criteria:
        yield _criterion(one)
        yield from _places(report, one.result.evidence, wanted)


def _criterion(one: Assessed) -> str:
    why = said(one)
    return f"- **{one.result.verdict.value}** {one.criterion.title}{': ' if why else ''}{_prose(why)}"


def _places(report: AuditReport, places: Sequence[Evidence], wanted: Wanted) -> Iterator[str]:
    for place in itertools.islice(places, _SHOWN):
        yield f"  - {_place(report, place, wanted)}"
    if len(places) > _SHOWN:
        yield f"  - and {len(places) - _SHOWN} more"


def _place(report: AuditReport, place: Evidence, wanted: Wanted) -> str:
    where, link = code(shown(report, place)), address(report, place, wanted)
    return f"{f'[{where}]({link})' if link else where} {_prose(place.what)}"


def _prose(words: str) -> str:
    return "".join(code(part) if is_code else escaped(part) for is_code, part in pieces(words))


def escaped(words: str) -> str:
    """Text that stays text; what is not printable has to be gone already or is written as an escape."""
    plain = "".join(part if not is_code else f"`{part}`" for is_code, part in pieces(words))
    return re.sub(r"(@|\\#)", rf"\1{_BREAK}", _MARKUP.sub(r"\\\1", plain))


def code(words: str) -> str:
    """A code span that nothing in it can end."""
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{pad}{words}{pad}{fence}"
