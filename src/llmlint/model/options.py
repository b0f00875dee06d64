"""What a project's configuration tells single rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Answers to questions that only the project can answer; the defaults are the rules' own."""

    path_reads: bool = False
    """LLM505 speaks of files that are read, too."""
