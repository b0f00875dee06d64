"""What a project's configuration, and the run, tell single rules."""

from __future__ import annotations

import datetime
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owned:
    """Who owns the files that fit a pattern, as the configuration says it."""

    pattern: str
    """As in ``.gitignore``, relative to the project."""
    owners: tuple[str, ...]
    path: str
    """The configuration's file, relative to the project."""
    line: int


@dataclass(frozen=True, slots=True)
class Options:
    """Answers to questions that only the project can answer; the defaults are the rules' own."""

    path_reads: bool = False
    """LLM505 speaks of files that are read, too."""
    dated_models: bool = False
    """LLM701 speaks of every alias for which the provider has a dated id, too."""
    owners: tuple[Owned, ...] = ()
    """Owners of files; of several that fit, the last decides."""
    today: datetime.date | None = None
    """The day of the run; None: not known, and rules that need it are silent."""
