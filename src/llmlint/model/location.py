"""Where something is in the source text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A stretch of one file.

    ``path`` is relative to the project root, with forward slashes. Lines are 1-based; columns are
    0-based and count characters; the end is exclusive.
    """

    path: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0
