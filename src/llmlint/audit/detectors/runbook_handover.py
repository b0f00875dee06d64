"""What the next engineer reads: how it works, how it is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.pages import Page, Passage
from llmlint.audit.runbook import Runbook, compiled
from llmlint.audit.subject import Subject

_DRAWN = ("diagram", "steps")
_DONE = ("code", "steps")


def handover(subject: Subject) -> CriterionResult:
    """One place that explains how it works, and one that says how to change it."""
    runbook = subject.once(Runbook)
    words = runbook.table.handover
    pages = _Pages(runbook)
    works = _best(
        runbook,
        [*pages.headed(words.works, words.works), *pages.headed(words.works_perhaps, words.works_perhaps)],
        _DRAWN,
    )
    by_name = [page.passage for page in pages.whole if page.path in pages.changing]
    headed = pages.headed(words.changes, words.agents_change)
    others = compiled(words.other)
    changes = _best(runbook, [*by_name, *(one for one in headed if not others.search(one.title))], _DONE)
    if works and changes:
        return met([works, changes])
    if works:
        return vague([works], "how to change it is not said")
    if changes:
        return vague([changes], "how it works is not said")
    part = _best(runbook, pages.of_parts(words.works), _DRAWN) or _best(
        runbook, pages.of_parts(words.changes), _DONE
    )
    return vague([part], "only a part of the program is explained") if part else missing()


class _Pages:
    """The documents, in the order in which people look."""

    def __init__(self, runbook: Runbook) -> None:
        words = runbook.table.handover
        self._documents = runbook.documents
        self._praises = compiled(words.advertises)
        repository, parts = runbook.subject.repository, compiled(words.parts)
        self.changing = frozenset(repository.matching(words.changing))
        translated = compiled(runbook.table.pages.translated)
        pages = (page for page in runbook.documents.pages if not translated.search(page.path))
        every = sorted(pages, key=lambda page: _rank(page.path))
        self.whole = [page for page in every if not parts.search(page.path)]
        self._parts = [page for page in every if parts.search(page.path)]
        agents = (path for path in repository.matching(words.agents) if not parts.search(path))
        self._agents = [Page.whole(path, repository.markdown(path)) for path in agents]

    def headed(self, headings: str, for_agents: str) -> Iterator[Passage]:
        """The sections below such headings: first in what is about the whole, then in files for agents."""
        first = [page for page in self.whole if _rank(page.path) < _LAST]
        yield from self._below(first, headings)
        for page in self._agents:
            yield from page.headed(compiled(for_agents))
        yield from self._below([page for page in self.whole if _rank(page.path) == _LAST], headings)

    def of_parts(self, headings: str) -> Iterator[Passage]:
        """The same in documents that stand beside a part of the program."""
        return self._below(self._parts, headings)

    def _below(self, pages: Iterable[Page], headings: str) -> Iterator[Passage]:
        """Nothing that praises the program, or stands among such sections, explains it."""
        for page in pages:
            for passage in self._documents.explaining(page, compiled(headings)):
                section = next(one for one in page.sections if one.line == passage.line)
                if not any(self._praises.search(one.title) for one in page.above(section)):
                    yield passage


_LAST = 2


def _rank(path: str) -> int:
    """Where people look first."""
    name = path.rpartition("/")[2].lower()
    return 0 if name.startswith("readme") and "/" not in path else 1 if "architecture" in name else _LAST


def _best(runbook: Runbook, passages: Iterable[Passage], shows: tuple[str, ...]) -> Evidence | None:
    """The first that is drawn, shows something and explains it, or explains at length."""
    least = runbook.table.handover.words
    for passage in passages:
        shown = any(runbook.shows(one, passage) for one in shows)
        drawn = "diagram" in shows and runbook.shows("diagram", passage)
        if drawn or passage.words >= (least // 2 if shown else least):
            return passage.evidence
    return None


DETECTORS = {"runbook.handover": handover}
