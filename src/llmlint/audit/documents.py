"""Passages of documents: what stands below which heading, and what it speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.model import Evidence
from llmlint.repository.files import Repository
from llmlint.repository.markdown import Block, Section
from llmlint.source.ignoring import patterns


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A section of a document (or all of it) with the titles of its subsections."""

    path: str
    title: str
    line: int
    """Of its heading, 1-based."""
    blocks: tuple[Block, ...]
    titles: tuple[tuple[int, str], ...]
    """Line and text of the headings in it, its own first."""

    @property
    def texts(self) -> list[tuple[int, str]]:
        """Everything in it that is said in words, with lines, in order."""
        said = [(block.line, block.text) for block in self.blocks if block.kind != "code"]
        return sorted((*self.titles, *said))

    @property
    def steps(self) -> int:
        """How many items of lists it has: what is to be done is told in steps."""
        return sum(block.kind == "item" for block in self.blocks)

    def first(self, pattern: re.Pattern[str]) -> Evidence | None:
        """The first place in it where the pattern is found, with what is found."""
        for line, text in self.texts:
            match = pattern.search(text)
            if match:
                return Evidence(self.path, line, f"\u201c{' '.join(match[0].split())[:60]}\u201d")
        return None


def documents(repository: Repository, wanted: Iterable[str], unless: Iterable[str]) -> tuple[str, ...]:
    """The documents that fit the first patterns and none of the second, in order."""
    left_out = patterns(unless)
    return tuple(path for path in repository.matching(wanted) if not left_out.match_file(path))


def whole(repository: Repository, path: str) -> Passage:
    """All of a document."""
    page = repository.markdown(path)
    titles = tuple((section.line, section.title) for section in page.sections if section.level)
    title, line = (titles[0][1], titles[0][0]) if titles else ("", 1)
    return Passage(path, title, line, page.blocks, titles)


def below(
    repository: Repository, path: str, heading: re.Pattern[str], inner: bool = False
) -> Iterator[Passage]:
    """What stands below headings in which the pattern is found.

    ``inner``: also below such headings inside of one another.
    """
    sections = repository.markdown(path).sections
    end = 0
    for at, section in enumerate(sections):
        if not section.level or not heading.search(section.title) or (at < end and not inner):
            continue
        end = _end(sections, at)
        titles = tuple((one.line, one.title) for one in sections[at:end])
        yield Passage(path, section.title, section.line, section.blocks, titles)


def _end(sections: tuple[Section, ...], at: int) -> int:
    level = sections[at].level
    return next((n for n in range(at + 1, len(sections)) if sections[n].level <= level), len(sections))


def either(expressions: Iterable[str]) -> re.Pattern[str]:
    """One pattern for all expressions, upper and lower case alike."""
    return re.compile("|".join(f"(?:{one})" for one in expressions), re.IGNORECASE)
