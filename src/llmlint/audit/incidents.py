"""What to do when something goes wrong, each with its steps, and what is written down afterwards."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.pages import READ, Page
from llmlint.audit.prose import words_in
from llmlint.audit.runbook import Runbook, compiled
from llmlint.repository.markdown import Section

_NUMBERED = re.compile(r"(?<!\S)1[.)]\s.+?(?<!\S)2[.)]\s.+?(?<!\S)3[.)]\s", re.DOTALL)
"""Three steps in one paragraph or cell."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A thing that goes wrong, and how many steps are said."""

    place: Evidence
    steps: int


@dataclass(frozen=True, slots=True)
class Postmortem:
    """A template of one, or one that was written: both show what is asked."""

    place: Evidence
    parts: int
    """How many of the usual parts it has."""


def incidents(runbook: Runbook) -> tuple[Incident, ...]:
    """Those of the runbook, and those with steps of what it links."""
    found = [one for page in runbook.pages for one in _of_page(runbook, page)]
    linked = [page for page in runbook.reach if page not in runbook.pages]
    enough = runbook.table.incidents.steps
    found += [one for page in linked for one in _of_page(runbook, page) if one.steps >= enough]
    return tuple(found)


def _of_page(runbook: Runbook, page: Page) -> Iterator[Incident]:
    words = compiled(runbook.table.incidents.headings)
    for section in _innermost(runbook, page, words):
        passage = page.of(section)
        inline = any(_NUMBERED.search(block.text[:READ]) for block in passage.blocks)
        items = sum(block.kind == "item" for block in passage.blocks)
        yield Incident(passage.evidence, max(items, 3 * inline))
    for block in page.blocks:
        if block.kind == "cell" and _NUMBERED.search(block.text[:READ]):
            yield Incident(Evidence(page.path, block.line, "a row with its steps"), 3)


def _innermost(runbook: Runbook, page: Page, words: re.Pattern[str]) -> Iterator[Section]:
    """The innermost of such headings: a chapter of incidents is none itself."""
    own = compiled(runbook.table.pages.own)
    titled = [section for section in page.sections if section.level and not own.search(section.title)]
    named = [section for section in titled if words.search(section.title[:READ])]
    lines = {section.line for section in named}
    for section in named:
        if not any(other.line in lines for other in _below(page, section)):
            yield section


def in_guides(runbook: Runbook) -> tuple[Evidence, ...]:
    """Where guides to trouble, read for want of a runbook, say what goes wrong and what to do then."""
    table = runbook.table.incidents
    words = compiled(f"{table.headings}|{table.troubles}")
    title, advice = compiled(runbook.table.pages.trouble), compiled(table.advice)
    found = []
    for page in runbook.guides:
        for section in _innermost(runbook, page, words):
            passage = page.of(section)
            told = any(block.kind in ("item", "code") for block in passage.blocks)
            if (told or passage.words >= table.explained) and not title.search(section.title[:READ]):
                found.append(passage.evidence)
        for number, block in enumerate(page.blocks):
            text = block.text[:READ].lstrip()
            if block.kind == "item" and words.search(text) and not advice.match(text):
                found.append(page.around(number, 1).evidence)
    if not runbook.pages:
        found += [place for page in runbook.answered for place in _answered(runbook, page)]
    return one_per_line(found)


def _answered(runbook: Runbook, page: Page) -> Iterator[Evidence]:
    """Questions about what goes wrong, as headings or as items of a list, and their answers."""
    table = runbook.table.incidents
    asked = compiled(table.asked)
    for section in _innermost(runbook, page, asked):
        passage = page.of(section)
        if passage.words >= table.explained or any(
            block.kind in ("item", "code") for block in passage.blocks
        ):
            yield passage.evidence
    for number, block in enumerate(page.blocks):
        if block.kind == "item" and block.depth == 1 and asked.search(block.text[:READ]):
            below = itertools.takewhile(lambda one: one.depth > 1, page.blocks[number + 1 :])
            if any(below) or words_in(block.text) >= table.explained:
                yield page.around(number, 1).evidence


def _below(page: Page, section: Section) -> Iterator[Section]:
    for other in page.sections:
        if other.line > section.line:
            if other.level <= section.level:
                return
            yield other


def postmortems(runbook: Runbook) -> tuple[Postmortem, ...]:
    """Files and sections of that name."""
    words = runbook.table.postmortems
    named = runbook.subject.repository.matching(words.files)
    passages = [runbook.documents.page(path).passage for path in runbook.documents.paths if path in named]
    for page in runbook.documents.pages:
        if page.path not in named:
            passages += page.headed(compiled(words.headings))
    return tuple(
        Postmortem(one.evidence, sum(bool(compiled(part).search(one.text)) for part in words.parts))
        for one in passages
    )
