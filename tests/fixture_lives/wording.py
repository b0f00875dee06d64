"""The form of what a finding says: its message, its steps, its help line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.model.finding import Finding

LONGEST_MESSAGE, LONGEST_STEP, LONGEST_HELP = 100, 100, 140
_ADVICE = re.compile(r"\b(should|consider|please)\b", re.IGNORECASE)
_PLACE = re.compile(r":\d+:\d+:")


def complaints(finding: Finding) -> Iterator[str]:
    """What is wrong with the words of a finding, one line each."""
    for reason in _of_message(finding.message):
        yield f"{finding.code} message {reason}: {finding.message!r}"
    for step in finding.steps:
        for reason in _of_step(step.message):
            yield f"{finding.code} step {reason}: {step.message!r}"
    for reason in _of_help(finding.help):
        yield f"{finding.code} help {reason}: {finding.help!r}"


def _of_message(text: str) -> Iterator[str]:
    """One short sentence without a full stop, advice or something that looks like a place."""
    yield from _of_any(text, LONGEST_MESSAGE)
    if text.endswith("."):
        yield "ends with a full stop"
    if _ADVICE.search(text):
        yield "is advice"


def _of_step(text: str) -> Iterator[str]:
    """A stop on the way, after its number: it goes on, so it begins small and does not end."""
    yield from _of_any(text, LONGEST_STEP)
    if text[:1].isupper() or text.endswith("."):
        yield "is a sentence of its own"
    if _ADVICE.search(text):
        yield "is advice"


def _of_help(text: str) -> Iterator[str]:
    """What to do, in whole sentences, without pleading."""
    yield from _of_any(text, LONGEST_HELP)
    if not re.match(r"[A-Z`]", text) or not text.endswith("."):
        yield "is no whole sentence"
    if _ADVICE.search(text):
        yield "pleads"


def _of_any(text: str, longest: int) -> Iterator[str]:
    if not text.strip() or text != text.strip() or "\n" in text:
        yield "is no line of text"
    if len(text) > longest:
        yield f"has more than {longest} characters"
    if text.count("`") % 2:
        yield "has an odd number of backticks"
    if _PLACE.search(text):
        yield "looks like a place"
