"""The audit as one page: no script, nothing from elsewhere, readable in the dark, on paper and on a phone.

Tabs are radio buttons, so they work with scripts off; a policy in the page forbids scripts and requests.
The page is ASCII, whatever encoding it is written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from llmlint import __version__
from llmlint.audit.crosswalk import lists
from llmlint.audit.model import Assessed, AuditReport, Evidence, Verdict
from llmlint.audit.score import HIGHEST
from llmlint.reporters.audit import DEFAULT, Wanted
from llmlint.reporters.audit.elements import Html, element, joined, words
from llmlint.reporters.audit.places import address, beside, pieces, shown
from llmlint.reporters.audit.sections import (
    OPEN,
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

_STYLE = Path(__file__).with_name("page.css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SHOWN = 3
"""Places of evidence that are open; the others unfold."""
_URL = re.compile(r"(https?://[^\s\"'<>]+)")


def text(reports: Sequence[AuditReport], wanted: Wanted) -> str:
    """A whole document."""
    title = f"Readiness of {', '.join(name(report) for report in reports)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", words(title)),
        element("style", Html(_STYLE.read_text(encoding="ascii"))),
    )
    parts = [_Part(report, wanted, f"r{number}").made() for number, report in enumerate(reports)]
    index = [_index(reports)] if len(reports) > 1 else []
    page = element("html", head, element("body", element("main", *index, *parts)), lang="en")
    return f"<!DOCTYPE html>\n{page}"


def _index(reports: Sequence[AuditReport]) -> Html:
    """The levels of all packages."""
    axes = next((report.axes for report in reports if report.axes), ())
    heading = element(
        "tr", element("th"), *(element("th", words(str(one.axis)), title=one.name) for one in axes)
    )
    rows = []
    for number, report in enumerate(reports):
        link = element("a", words(name(report)), href=f"#r{number}")
        cells = [
            element("td", words("-" if one.level is None else str(one.level)), class_=_tone(one.level))
            for one in report.axes
        ] or [element("td", words("not scored"), colspan=str(max(len(axes), 1)))]
        rows.append(element("tr", element("th", link, scope="row"), *cells))
    table = element("table", element("thead", heading), element("tbody", *rows))
    return element("nav", element("h1", words("Readiness")), table, class_="index")


def _tone(level: int | None) -> str:
    return "none" if level is None else "blocking" if Section("", level, level, (), ()).blocks else "passing"


class _Part:
    """One report of the page; ``key`` keeps its anchors apart from those of others."""

    def __init__(self, report: AuditReport, wanted: Wanted, key: str) -> None:
        self.report = report
        self.wanted = wanted
        self.key = key

    def made(self) -> Html:
        report = self.report
        facts = [f"llmlint {__version__}", f"{plural(report.sites, 'place')} where a model is called"]
        if report.day:
            facts.insert(0, report.day.isoformat())
        top = joined(
            element("h1", words(f"Readiness of {name(report)}")),
            element("p", words(" · ".join(facts)), class_="facts"),
        )
        if report.unscored:
            body = element("p", words(f"Not scored: {report.unscored}."), class_="summary")
        else:
            axes = sections(report, DEFAULT)
            body = joined(
                element("p", words(f"{summary(axes)}."), class_="summary"),
                self._lines("Below the minimum", map(words, below(report))),
                self._next(),
                self._tabs(),
                *map(self._section, blocking_first(axes)),
                self._path(),
                self._lines("Not read", map(self._place, report.problems)),
                self._lines("Notes", map(_prose, report.notes)),
            )
        return element("article", top, body, id=self.key)

    # -- levels ---------------------------------------------------------------------------------

    def _tabs(self) -> Html:
        """Every list, one of them open; on paper all of them."""
        buttons, panels = [], []
        for one in lists().values():
            key = f"{self.key}-{one.id}"
            chosen = {"checked": ""} if one.id == self.wanted.form else {}
            buttons.append(element("input", type="radio", name=self.key, id=key, **chosen))
            buttons.append(element("label", words(one.title), for_=key))
            rows = [self._row(section) for section in sections(self.report, one.id)]
            table = element("ul", *rows, class_="levels")
            panels.append(element("div", element("h3", words(one.title)), table, data_list=one.id))
        return element("section", element("h2", words("Levels")), *buttons, *panels, class_="tabs")

    def _row(self, section: Section) -> Html:
        title = words(section.title)
        below_it = []
        if section.axis and section.criteria:
            title = element("a", title, href=f"#{self.key}-axis-{section.axis}")
        elif section.criteria:
            count = element("summary", words(f"{len(section.criteria)} criteria"))
            below_it = [element("details", count, self._made_of(section))]
        verdict = element("span", words(section.verdict), class_="verdict")
        return element(
            "li",
            element("span", title, class_="title"),
            bar(section.level),
            verdict,
            *below_it,
            class_=_tone(section.level),
            data_title=section.title,
            data_level="" if section.level is None else str(section.level),
        )

    def _made_of(self, section: Section) -> Html:
        links = [
            element(
                "li",
                badge(one.result.verdict),
                words(" "),
                element("a", words(one.criterion.title), href=f"#{self.key}-{one.criterion.id}"),
            )
            for one in section.criteria
        ]
        return element("ul", *links)

    # -- what to do -----------------------------------------------------------------------------

    def _next(self) -> Html:
        step = self.report.next_step
        if step is None:
            return Html("")
        todo = [
            element(
                "li", element("strong", words(one.criterion.title)), words(": "), _prose(one.criterion.closes)
            )
            for one in step.cheapest
        ]
        title = element("h2", words(f"Next: {step.title}"))
        return element("section", title, element("ul", *todo), class_="next")

    def _path(self) -> Html:
        rows = [
            element("li", words(f"{step.title}: "), element("em", words(state(self.report, step))))
            for step in self.report.path
        ]
        return element("section", element("h2", words("The path in order")), element("ol", *rows))

    def _lines(self, title: str, lines: Iterable[Html]) -> Html:
        rows = [element("li", line) for line in lines]
        if not rows:
            return Html("")
        return element("section", element("h2", words(title)), element("ul", *rows))

    # -- evidence -------------------------------------------------------------------------------

    def _section(self, section: Section) -> Html:
        title = element(
            "h2",
            words(section.title),
            words(" "),
            bar(section.level),
            words(" "),
            element("span", words(section.verdict), class_="verdict"),
        )
        held = []
        if section.held:
            held.append(
                element(
                    "li",
                    element("span", words("held"), class_="badge vague"),
                    element("div", _prose(holding(section)), *self._places(of_findings(section))),
                )
            )
        return element(
            "section",
            title,
            element("ul", *held, *map(self._criterion, section.criteria), class_="criteria"),
            id=f"{self.key}-axis-{section.axis}",
            class_=f"axis {_tone(section.level)}",
        )

    def _criterion(self, one: Assessed) -> Html:
        criterion, why = one.criterion, said(one)
        told = [element("strong", words(criterion.title))]
        if why:
            told += [words(": "), _prose(why)]
        todo = []
        if one.result.verdict in OPEN:
            todo.append(element("p", element("q", _prose(criterion.question)), class_="question"))
            todo.append(element("p", _prose(criterion.closes), class_="closes"))
        return element(
            "li",
            badge(one.result.verdict),
            element("div", *told, *self._places(one.result.evidence), *todo),
            id=f"{self.key}-{criterion.id}",
            data_criterion=criterion.id,
            data_verdict=one.result.verdict.value,
        )

    def _places(self, places: Sequence[Evidence]) -> Iterator[Html]:
        rows = [element("li", self._place(place)) for place in places]
        if rows:
            yield element("ul", *rows[:_SHOWN], class_="evidence")
        if rows[_SHOWN:]:
            more = element("summary", words(f"and {len(rows) - _SHOWN} more"))
            yield element("details", more, element("ul", *rows[_SHOWN:], class_="evidence"))

    def _place(self, place: Evidence) -> Html:
        link = address(self.report, place, self.wanted) or beside(self.report, place)
        where = element("a", element("code", words(shown(self.report, place))), href=link)
        return joined(where, words(" "), _prose(place.what))


def bar(level: int | None) -> Html:
    """Five fields, so many of them full."""
    if level is None:
        return element("span", class_="bar")
    fields = [element("i", class_="on" if at < level else "off") for at in range(HIGHEST)]
    return element("span", *fields, class_="bar", role="img", aria_label=f"level {level} of {HIGHEST}")


def badge(verdict: Verdict) -> Html:
    """The word of a verdict."""
    return element("span", words(verdict.value), class_=f"badge {verdict.value.replace(' ', '-')}")


def _prose(said_of_it: str) -> Html:
    """Words with their code, and addresses to follow: an attestation's link is its evidence."""
    found = []
    for is_code, part in pieces(said_of_it):
        if is_code:
            found.append(element("code", words(part)))
            continue
        for number, piece in enumerate(_URL.split(part)):
            link = element("a", words(piece), href=piece, rel="noreferrer noopener nofollow")
            found.append(link if number % 2 else words(piece))
    return joined(*found)
