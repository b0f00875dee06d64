"""What is written down: pages, and the stretches of them that speak of something."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.promptfiles import PromptFiles
from llmlint.audit.prose import words_in
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile
from llmlint.repository.markdown import Block, Link, Markdown, Section

_SHOWN = 50
READ = 2000
"""Characters of a paragraph, and with it of a heading, that are looked at: what is longer is data."""
ENDINGS = (".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc")
"""Of files that are read as documents."""
_DEEP = 3
"""From this level on a heading is about a part of what the page is about."""
_NAME_IN_CODE = re.compile(r"[a-z0-9]_[a-z0-9]|\w\(\)|(?<!\S)--[a-z]")
_PLAIN_LINK = re.compile(r"https?://[^\s)>\]\"'`]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A section, or a single block of one, with the links in it."""

    path: str
    line: int
    title: str
    """Its heading; empty for a single block."""
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    inner: tuple[Section, ...] = ()
    """The headings below its own."""

    @property
    def text(self) -> str:
        """What it says, headings and all."""
        below = (section.title for section in self.inner)
        return "\n".join((self.title, *below, *(block.text for block in self.blocks)))

    @property
    def said(self) -> list[tuple[int, str]]:
        """The same without code, piece by piece with their lines, in order."""
        titles = [(self.line, self.title), *((section.line, section.title) for section in self.inner)]
        return sorted([*titles, *((b.line, b.text) for b in self.blocks if b.kind != "code")])

    @property
    def steps(self) -> int:
        """How many items of lists it has: what is to be done is told in steps."""
        return sum(block.kind == "item" for block in self.blocks)

    def first(self, pattern: re.Pattern[str]) -> Evidence | None:
        """The first place in it where the pattern is found, with what is found."""
        for line, text in self.said:
            match = pattern.search(text)
            if match:
                return Evidence(self.path, line, f"\u201c{' '.join(match[0].split())[:60]}\u201d")
        return None

    @property
    def words(self) -> int:
        """How many words of prose it has."""
        return sum(words_in(block.text) for block in self.blocks if block.kind != "code")

    @property
    def targets(self) -> Iterator[Link]:
        """Links, and addresses that are written out."""
        yield from self.links
        for block in self.blocks:
            for match in _PLAIN_LINK.finditer(block.text):
                yield Link(match[0].rstrip(".,;:"), block.text, block.line)

    @property
    def evidence(self) -> Evidence:
        """The place, named after the heading or by its first words."""
        shown = self.title or (self.blocks[0].text if self.blocks else "")
        shown = " ".join(shown.split())
        return Evidence(self.path, self.line, shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…")


@dataclass(frozen=True, slots=True)
class Page:
    """A document, or the part of one below a heading."""

    path: str
    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]

    @classmethod
    def whole(cls, path: str, markdown: Markdown) -> Page:
        """All of a file."""
        return cls(path, markdown.sections, markdown.blocks, markdown.links)

    def below(self, section: Section) -> Page:
        """What stands below one of its headings, that heading included."""
        last = self._end(section)
        return Page(
            self.path,
            tuple(one for one in self.sections if section.line <= one.line < last and one.level),
            section.blocks,
            tuple(link for link in self.links if section.line <= link.line < last),
        )

    def parts(self, headings: re.Pattern[str]) -> Iterator[Page]:
        """What stands below such headings, as pages of their own; not once more what is inside of one."""
        last = 0.0
        for section in self.sections:
            if section.level and section.line >= last and headings.search(section.title[:READ]):
                last = self._end(section)
                yield self.below(section)

    def _end(self, section: Section) -> float:
        after = (s for s in self.sections if s.line > section.line)
        return next((s.line for s in after if s.level <= section.level or not section.level), float("inf"))

    def above(self, section: Section) -> Iterator[Section]:
        """The headings below which one of its headings stands, the nearest first, that heading included."""
        level = section.level + 1
        for one in reversed(self.sections):
            if one.line <= section.line and 0 < one.level < level:
                level = one.level
                yield one

    @property
    def passage(self) -> Passage:
        """The page as one stretch, which begins at its first heading."""
        title = next((section for section in self.sections if section.level), None)
        line = title.line if title is not None else self.blocks[0].line if self.blocks else 1
        inner = tuple(section for section in self.sections if section.line > line)
        return Passage(
            self.path, line, title.title if title is not None else "", self.blocks, self.links, inner
        )

    def of(self, section: Section) -> Passage:
        """One section with its subsections."""
        last = self._end(section)
        links = tuple(link for link in self.links if section.line <= link.line < last)
        inner = tuple(one for one in self.sections if section.line < one.line < last)
        return Passage(self.path, section.line, section.title, section.blocks, links, inner)

    def headed(self, headings: re.Pattern[str]) -> Iterator[Passage]:
        """The sections whose heading speaks of it; the title of the page is a heading too."""
        return (self.of(section) for section in self.sections_headed(headings))

    def sections_headed(self, headings: re.Pattern[str]) -> Iterator[Section]:
        """The same as sections."""
        for section in self.sections:
            if section.level and headings.search(section.title[:READ]):
                yield section

    @property
    def chapter(self) -> str:
        """The page above it, where its front matter names one (``markup`` makes it a heading)."""
        lines = (line for section in self.sections[:2] for line in section.title.splitlines())
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("parent:")), "")

    def saying(self, words: re.Pattern[str]) -> Iterator[Passage]:
        """Single paragraphs, items and cells that speak of it, with the code that follows them."""
        for number, block in enumerate(self.blocks):
            if block.kind == "code" or not words.search(block.text[:READ]):
                continue
            following = self.blocks[number + 1 : number + 2]
            yield self.around(number, 1 + sum(one.kind == "code" for one in following))

    def around(self, number: int, blocks: int) -> Passage:
        """A block and those that follow it, so many in all, with the links in the first of them."""
        chosen = self.blocks[number : number + blocks]
        last = chosen[0].line + chosen[0].text.count("\n")
        links = tuple(link for link in self.links if chosen[0].line <= link.line <= last)
        return Passage(self.path, chosen[0].line, "", chosen, links)


class Documents:
    """Every document that people wrote for people; made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._repository = subject.repository
        words = read("runbook", RunbookFile).pages
        left_out = frozenset(self._repository.matching(words.other))
        people = subject.once(PromptFiles).without(words.documents)
        self.paths = tuple(path for path in people if path not in left_out)
        self._central, self._for_users = re.compile(words.central, re.I), re.compile(words.for_users, re.I)
        self._about_it = re.compile(words.about_it, re.I)
        self._pages: dict[str, Page] = {}

    def page(self, path: str) -> Page:
        """One of the files."""
        if path not in self._pages:
            self._pages[path] = Page.whole(path, self._repository.markdown(path))
        return self._pages[path]

    @property
    def pages(self) -> Iterator[Page]:
        """All of them, in the order of their names."""
        return (self.page(path) for path in self.paths)

    def explaining(self, page: Page, headings: re.Pattern[str]) -> Iterator[Passage]:
        """The sections whose heading says how the program works, not how a single part of it does."""
        for section in page.sections_headed(headings):
            if not self._is_about_a_part(page.path, section):
                yield page.of(section)

    def _is_about_a_part(self, path: str, section: Section) -> bool:
        """``How cache_size works``; ``How it works`` and ``### Chat workflow`` in pages about something."""
        if section.title.lower().startswith("how ") and _NAME_IN_CODE.search(section.title):
            return True
        about_the_page = self._about_it.search(section.title) is not None
        narrow = about_the_page or section.level >= _DEEP or self._for_users.search(path) is not None
        return narrow and not self._central.search(posixpath.basename(path))

    def linked(self, page: Page) -> Iterator[Page]:
        """The files of the repository that a page links."""
        for link in page.links:
            target = link.target.partition("#")[0]
            if target and "://" not in target:
                inside = target.startswith("/")
                path = target[1:] if inside else posixpath.join(posixpath.dirname(page.path), target)
                path = posixpath.normpath(path)
                if path in self._repository and path.lower().endswith(ENDINGS) and path != page.path:
                    yield self.page(path)
