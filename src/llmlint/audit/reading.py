"""Which Python files are read for the audit although nothing connects them with a call."""

from __future__ import annotations

import functools

from pathspec import GitIgnoreSpec

from llmlint.audit.catalogue import read
from llmlint.audit.tables.evals import EvalsFile
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.source.ignoring import patterns


def is_evidence(path: str) -> bool:
    """Whether the file is an eval (it may ask the program over the network) or about feedback."""
    return _compiled().match_file(path)


@functools.cache
def _compiled() -> GitIgnoreSpec:
    feedback = read("observability", ObservabilityFile).feedbacks.files
    return patterns((*read("evals", EvalsFile).words.places, *feedback))
