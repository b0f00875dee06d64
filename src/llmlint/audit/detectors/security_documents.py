"""What is written down about security: a threat model, and what is done first when something has happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.pages import Documents, Page, Passage
from llmlint.audit.prose import either
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile, Topic

_STEPS = 2
"""Fewer items of a list are no instruction."""
_WORDS = 40
"""Fewer words are a heading that waits for its text."""


def threat_model(subject: Subject) -> CriterionResult:
    """A threat model that speaks of what is particular to models."""
    table = read("security", SecurityFile)
    models = list(_models(subject))
    named = _named(table.threat, models)
    if models and len(named) == len(table.threat):
        return met(named.values())
    if named:
        return vague(named.values(), f"it does not speak of {_lacking(table.threat, named)}")
    long = [one for one in models if sum(len(text.split()) for _, text in one.said) >= _WORDS]
    if long:
        why = "it speaks of no threat that is particular to models"
        return vague((Evidence(one.path, one.line, one.title or one.path) for one in long), why)
    spoken = _named(table.threat, _on_security(subject))
    if spoken:
        return vague(spoken.values(), "security is spoken of, and there is no threat model")
    return missing()


def _models(subject: Subject) -> Iterator[Passage]:
    words = read("security", SecurityFile).words
    heading = either(words.model_headings)
    files = set(subject.repository.matching(words.model_files))
    for page in _pages(subject):
        if page.path in files:
            yield page.passage
        else:
            yield from (part.passage for part in page.parts(heading))


def _on_security(subject: Subject) -> Iterator[Passage]:
    heading = either(read("security", SecurityFile).words.security_headings)
    for page in _pages(subject):
        yield from (part.passage for part in page.parts(heading))


def _pages(subject: Subject) -> Iterator[Page]:
    """Documents of the project, of whatever kind: a threat model may also lie among instructions."""
    words = read("security", SecurityFile).words
    left_out = frozenset(subject.repository.matching(words.not_documents))
    for path in subject.repository.matching(words.documents):
        if path not in left_out:
            yield subject.once(Documents).page(path)


def remediation(subject: Subject) -> CriterionResult:
    """Steps for a key that leaked, for data that leaked and for an attack that worked."""
    table = read("security", SecurityFile)
    heading = either(table.words.response_headings)
    passages = [
        passage for page in _pages(subject) for passage in page.headed(heading) if passage.steps >= _STEPS
    ]
    named = _named(table.incident, sorted(passages, key=lambda one: len(one.blocks)))
    if len(named) == len(table.incident):
        return met(named.values())
    if named:
        return vague(
            named.values(), f"it does not say what is done first after {_lacking(table.incident, named)}"
        )
    return missing()


def _named(topics: Iterable[Topic], passages: Iterable[Passage]) -> dict[str, Evidence]:
    """Where each topic is spoken of first."""
    known = list(passages)
    found = {}
    for topic in topics:
        pattern = either(topic.patterns)
        place = next((p for p in (one.first(pattern) for one in known) if p is not None), None)
        if place is not None:
            found[topic.name] = Evidence(place.path, place.line, f"{topic.name}: {place.what}")
    return found


def _lacking(topics: Iterable[Topic], named: Iterable[str]) -> str:
    have = set(named)
    return re.sub(r", ([^,]*)$", r" and \1", ", ".join(one.name for one in topics if one.name not in have))


DETECTORS = {"security.threat_model": threat_model, "security.remediation": remediation}
