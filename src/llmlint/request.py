"""What is asked of the engine, and what it answers."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from llmlint import registry
from llmlint.model.finding import Finding, Status
from llmlint.settings import Settings
from llmlint.source.document import Document
from llmlint.source.sources import Sources

if TYPE_CHECKING:
    from llmlint.catalogue.lookup import Catalogue

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""


@dataclass(frozen=True)
class Request:
    """One project and what is wanted of it."""

    root: Path
    settings: Settings = field(default_factory=Settings)
    layers: tuple[registry.Layer, ...] = ()
    """Selections on top of the settings' own."""
    off: frozenset[str] = frozenset()
    """Codes that are off by default at this front door."""
    shows: Callable[[str], bool] = lambda path: True
    """Which files' findings are wanted."""
    named: frozenset[str] = frozenset()
    """Files that were passed by name: part of the project whatever they are called."""
    shallow: bool = False
    """Whether subdirectories are no part of the project (see ``is_shallow``)."""
    texts: Mapping[str, Document | Finding] = field(default_factory=dict)
    """Texts that stand for what is on disk (an editor's buffer)."""
    noqa: bool = True
    """Whether ``noqa`` comments are applied here; flake8 does that itself."""
    cache: bool = False
    """Whether what earlier runs found out is used, and what this one does kept, in the project's root."""
    audited: bool = False
    """Whether it is for the audit: rules that are on by default or asked by it, and tests are looked at."""
    today: datetime.date | None = None
    """The day of the run: the clock is read at the front doors only."""

    @property
    def selection(self) -> registry.Selection:
        """Which rules run."""
        if self.audited:
            from llmlint.audit.reading import RULES

            layer = registry.Layer(extend_select=RULES, ignore=self.settings.layer.ignore)
            return registry.Selection((layer,))
        return registry.Selection((self.settings.layer, *self.layers), self.off)

    @property
    def cached(self) -> bool:
        """Whether there is a cache: not where a stray file lies."""
        return self.cache and self.settings.cache and not self.shallow

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """What llmlint knows, with what the project adds to it."""
        from llmlint.catalogue.lookup import extended

        return extended(self.settings.own.files)

    @property
    def sources(self) -> Sources:
        """Where texts come from."""
        return Sources(self.root, self.texts)


@dataclass(frozen=True)
class Report:
    """What was found in one project. Paths are relative to ``root``, findings in reading order."""

    root: Path
    findings: tuple[Finding, ...]
    """Of the shown files, all statuses; contained problems of our own are always shown."""
    files: tuple[str, ...]
    """The shown files."""
    parsed: int = 0
    """How many files of the project had to be parsed."""
    sources: Sources | None = None
    """For excerpts."""
    not_run: tuple[str, ...] = ()
    """Codes of rules that were selected and are below the least severity or confidence asked for."""
    lasting: bool = True
    """Whether it holds for as long as Python files and configuration stay as they are."""

    def of_status(self, status: Status) -> tuple[Finding, ...]:
        """The findings with this status."""
        return tuple(finding for finding in self.findings if finding.status is status)


def silent(what: str, done: int, total: int) -> None:
    """No progress wanted."""
