"""The source lines that reports show or compare, each file read once."""

from __future__ import annotations

import functools

from llmlint.request import Report
from llmlint.source.document import Document


class Lines:
    """The lines of the files of one report."""

    def __init__(self, report: Report) -> None:
        self._sources = report.sources
        self._lines = functools.lru_cache(maxsize=16)(self._read)

    def _read(self, path: str) -> list[str]:
        document = self._sources.document(path) if self._sources is not None else None
        return document.lines if isinstance(document, Document) else []

    def at(self, path: str, number: int) -> str | None:
        """One line, None where there is no such line or file."""
        lines = self._lines(path)
        return lines[number - 1] if 1 <= number <= len(lines) else None
