"""The runbook of a package: its pages, what they link, and what of its parts they say."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.pages import Documents, Page, Passage
from llmlint.audit.prose import beside_any_script, words_in
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile, Topic

STEPS = 3
PROSE = 40
_NAME = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|(?<!\S)--[a-z][\w-]+", re.ASCII)
_AMOUNT = re.compile(
    r"[$€£¥]\s?\d|\d[\d.,]*\s?(?:k|m)?\s?(?:%|usd|eur|gbp|dollars?|euros?|tokens?|requests?|calls?|rpm|tpm|/\s?(?:day|hour|month))\b",
    re.IGNORECASE,
)
_ARROWS = re.compile(r"-->|->|=>|→|──|▶|sequenceDiagram|flowchart|graph (?:TD|LR|TB)")
_ASSET = re.compile(r"https://github\.com/(?:user-attachments/assets|[\w.-]+/[\w.-]+/assets/\d+)/[\w-]+$")
"""An upload to GitHub has no suffix; as an image it is embedded by these addresses."""
_PHONE = re.compile(r"(?<!\w)\+\d[\d ()-]{7,}\d|\b[\w.+-]+@[\w-]+\.[\w.]+\b")


def compiled(expression: str) -> re.Pattern[str]:
    """One of the table's expressions; case does not matter."""
    return _compiled(expression)


@functools.lru_cache(maxsize=128)
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(beside_any_script(expression), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """What was found about a topic, best first."""

    specific: tuple[Evidence, ...]
    """In the runbook, or in what it links."""
    unspecific: tuple[Evidence, ...]
    """There, and not specific."""
    elsewhere: tuple[Evidence, ...]
    """Specific, in a document that the runbook does not lead to."""
    guides: tuple[Evidence, ...] = ()
    """Specific, in what is read for want of a runbook."""


class Runbook:
    """Answers about the runbook of one package; made once per subject (``subject.once(Runbook)``)."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.documents = subject.once(Documents)
        self.table: RunbookFile = read("runbook", RunbookFile)

    # -- pages ----------------------------------------------------------------------------------

    @functools.cached_property
    def pages(self) -> tuple[Page, ...]:
        """Files that are runbooks by their name or title, and parts of others below such a heading."""
        words = self.table.pages
        named = set(self.subject.repository.matching(words.runbooks))
        titles = compiled(words.titles)
        found: list[Page] = []
        for page in self.documents.pages:
            found += [page] if page.path in named else page.parts(titles)
        return tuple(found)

    @functools.cached_property
    def written(self) -> tuple[Page, ...]:
        """Those that say something, and say it about calls to models."""
        return tuple(page for page in self.pages if not self.is_stub(page) and self.about_models(page))

    def is_stub(self, page: Page) -> bool:
        """Whether hardly anything is written yet."""
        blank = compiled(self.table.pages.blank)
        said = sum(words_in(block.text) for block in page.blocks if not blank.search(block.text))
        return said < self.table.pages.stub

    def about_models(self, page: Page) -> bool:
        """Whether it speaks of calls to models at all."""
        return compiled(self.table.pages.model).search(page.passage.text) is not None

    @functools.cached_property
    def reach(self) -> tuple[Page, ...]:
        """The runbook and the documents that it links."""
        linked = [other for page in self.pages for other in self.documents.linked(page)]
        return (*self.pages, *(p for p in linked if p.path not in {page.path for page in self.pages}))

    @functools.cached_property
    def near(self) -> tuple[Page, ...]:
        """What is read for want of a runbook."""
        named = set(self.subject.repository.matching(self.table.pages.near))
        trouble = compiled(self.table.pages.trouble)
        pages = (p for p in self.documents.pages if p.path in named or trouble.search(p.chapter))
        return tuple(page for page in pages if not self.is_stub(page) and self.about_models(page))

    @property
    def guides(self) -> tuple[Page, ...]:
        """The same where there is no runbook, and what other documents say below a heading about trouble."""
        return () if self.pages else (*self.near, *self._parts_about_trouble)

    @functools.cached_property
    def _parts_about_trouble(self) -> tuple[Page, ...]:
        trouble = compiled(self.table.pages.trouble)
        known = {page.path for page in self.near}
        others = (page for page in self.documents.pages if page.path not in known)
        parts = (part for page in others for part in page.parts(trouble))
        return tuple(part for part in parts if not self.is_stub(part) and self.about_models(part))

    @functools.cached_property
    def answered(self) -> tuple[Page, ...]:
        """Questions that people ask, with their answers: files and chapters made for them."""
        words = self.table.pages
        named = set(self.subject.repository.matching(words.faqs))
        known = {page.path for page in self.pages}
        found: list[Page] = []
        for page in self.documents.pages:
            if page.path not in known:
                found += [page] if page.path in named else page.parts(compiled(words.questions))
        return tuple(page for page in found if not self.is_stub(page) and self.about_models(page))

    # -- parts ----------------------------------------------------------------------------------

    @property
    def topics(self) -> Iterator[Topic]:
        """The parts that are looked for in the same way."""
        return iter(self.table.topic)

    @functools.cached_property
    def parts(self) -> dict[str, Part]:
        """What was found about each of the topics."""
        return {topic.id: self._part(topic) for topic in self.topics}

    def _part(self, topic: Topic) -> Part:
        specific: list[Evidence] = []
        unspecific: list[Evidence] = []
        for page in self.reach:
            own = page in self.pages
            for passage in self._passages(topic, page, whole=own):
                (specific if self._is_specific(topic, passage) else unspecific).append(passage.evidence)
        elsewhere: list[Evidence] = []
        if not specific:
            led = {page.path for page in self.reach}
            for page in self.documents.pages:
                if page.path not in led:
                    headings = compiled(topic.outside)
                    passages = (
                        page.headed(headings) if topic.anywhere else self.documents.explaining(page, headings)
                    )
                    elsewhere += [p.evidence for p in passages if self._is_specific(topic, p)][:1]
        return Part(
            _unique(specific), _unique(unspecific), _unique(elsewhere), _unique(self._in_guides(topic))
        )

    def _in_guides(self, topic: Topic) -> Iterator[Evidence]:
        for page in self.guides:
            for passage in self._passages(topic, page, whole=True):
                if self._is_specific(topic, passage):
                    yield passage.evidence
            for passage in page.saying(compiled(topic.guides)) if topic.guides else ():
                if self._is_specific(topic, passage):
                    yield passage.evidence

    def _passages(self, topic: Topic, page: Page, whole: bool) -> Iterator[Passage]:
        own = compiled(self.table.pages.own)
        yield from (one for one in page.headed(compiled(topic.headings)) if not own.search(one.title))
        if topic.says and whole:
            yield from page.saying(compiled(topic.says))
        if topic.links and whole:
            for link in page.links:
                if compiled(topic.links).search(f"{link.target} {link.text}"):
                    yield Passage(page.path, link.line, link.text or link.target, (), (link,))

    def _is_specific(self, topic: Topic, passage: Passage) -> bool:
        if topic.also and not compiled(topic.also).search(passage.text):
            return False
        return any(self.shows(one, passage) for one in topic.shows)

    def shows(self, what: str, passage: Passage) -> bool:
        """Whether a passage has what makes it specific; what is still to be written has nothing."""
        blank = compiled(self.table.pages.blank)
        blocks = [block for block in passage.blocks if not blank.search(block.text)]
        match what:
            case "code":
                return any(b.kind == "code" or b.spans or _NAME.search(b.text) for b in blocks)
            case "link":
                return any("://" in link.target and not blank.search(link.target) for link in passage.targets)
            case "amount":
                return any(_AMOUNT.search(block.text) for block in blocks)
            case "steps":
                return sum(block.kind == "item" for block in blocks) >= STEPS
            case "diagram":
                drawn = any(block.kind == "code" and _ARROWS.search(block.text) for block in blocks)
                return drawn or any(_is_image(link.target) for link in passage.links)
            case "prose":
                return sum(words_in(b.text) for b in blocks if b.kind != "code") >= PROSE
            case "contact":
                return self._has_contact(passage, "\n".join(block.text for block in blocks))
            case _:
                raise ValueError(f"nothing is shown by {what}")

    def _has_contact(self, passage: Passage, text: str) -> bool:
        places = [place for one in self.table.provider for place in (*one.status, *one.support)]
        targets = [link.target for link in passage.targets]
        return any(place in target for place in places for target in (*targets, text)) or bool(
            _PHONE.search(text)
        )


def _is_image(target: str) -> bool:
    if _ASSET.match(target):
        return True
    return target.lower().partition("?")[0].endswith((".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp"))


def _unique(found: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """One per line: a heading and its first paragraph may both speak of it."""
    return tuple({(one.path, one.line): one for one in reversed(list(found))}.values())[::-1]
