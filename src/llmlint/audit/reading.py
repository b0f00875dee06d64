"""What is read and run for the audit although `check` would not: Python files, and rules."""

from __future__ import annotations

import functools

from pathspec import GitIgnoreSpec

from llmlint.audit.catalogue import read
from llmlint.audit.tables.evals import EvalsFile
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.source.ignoring import patterns

RULES = ("LLM504", "LLM505", "LLM506", "LLM510")
"""Rules that are off by default and that a criterion is about. They cap no axis."""


def is_evidence(path: str) -> bool:
    """Whether the file is an eval (it may ask the program over the network) or about feedback."""
    return _compiled().match_file(path)


def is_eval(path: str) -> bool:
    """Whether the file lies where evals do; it need not be saved yet."""
    return _evals().match_file(path)


@functools.cache
def _compiled() -> GitIgnoreSpec:
    feedback = read("observability", ObservabilityFile).feedbacks.files
    return patterns((*read("evals", EvalsFile).words.places, *feedback))


@functools.cache
def _evals() -> GitIgnoreSpec:
    return patterns(read("evals", EvalsFile).words.places)
