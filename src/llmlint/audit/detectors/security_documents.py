"""What is written down about security: a threat model, and what is done first when something has happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.documents import Passage, below, documents, either, whole
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
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
    long = [one for one in models if sum(len(text.split()) for _, text in one.texts) >= _WORDS]
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
    for path in documents(subject.repository, words.documents, words.not_documents):
        if path in files:
            yield whole(subject.repository, path)
        else:
            yield from below(subject.repository, path, heading)


def _on_security(subject: Subject) -> Iterator[Passage]:
    words = read("security", SecurityFile).words
    heading = either(words.security_headings)
    for path in documents(subject.repository, words.documents, words.not_documents):
        yield from below(subject.repository, path, heading)


def remediation(subject: Subject) -> CriterionResult:
    """Steps for a key that leaked, for data that leaked and for an attack that worked."""
    table = read("security", SecurityFile)
    heading = either(table.words.response_headings)
    passages = [
        passage
        for path in documents(subject.repository, table.words.documents, table.words.not_documents)
        for passage in below(subject.repository, path, heading, inner=True)
        if passage.steps >= _STEPS
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
