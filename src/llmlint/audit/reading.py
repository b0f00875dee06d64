"""Which Python files are read for the audit although nothing connects them with a call."""

from __future__ import annotations

import functools

from pathspec import GitIgnoreSpec

from llmlint.audit.catalogue import read
from llmlint.audit.tables.evals import EvalsFile
from llmlint.source.ignoring import patterns


def is_evidence(path: str) -> bool:
    """Whether the file is an eval by its place: it may ask the program over the network."""
    return _compiled().match_file(path)


@functools.cache
def _compiled() -> GitIgnoreSpec:
    return patterns(read("evals", EvalsFile).words.places)
