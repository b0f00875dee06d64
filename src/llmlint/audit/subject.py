"""What detectors are asked about: one package's files, calls and findings."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from llmlint.audit.model import Count, CriterionResult, Evidence
from llmlint.model.finding import Finding, Status

if TYPE_CHECKING:
    from llmlint.facts import model as m
    from llmlint.project.calls import LlmCall
    from llmlint.project.project import Project
    from llmlint.project.scopes import Func
    from llmlint.project.telemetry import TelemetryUse
    from llmlint.repository.files import Repository


def everywhere(path: str) -> bool:
    """The package is the whole project."""
    return True


@dataclass(frozen=True, eq=False)
class Subject:
    """One package as its detectors see it. Everything is relative to the project's root, also in packages."""

    project: Project
    """Production code, and what is parsed with it: the call graph that line rules see."""
    with_tests: Project
    """The same with tests and evals: ask it who runs what."""
    repository: Repository
    """The files of any type that belong to the package."""
    findings: tuple[Finding, ...] = ()
    """Of the package, of all rules that are on by default, whatever became of them."""
    within: Callable[[str], bool] = field(default=everywhere)
    """Whether a Python file is the package's."""

    @classmethod
    def of(cls, project: Project) -> Subject:
        """For a rule: the whole project, with tests if the rule is ``about_tests``, and no findings."""
        return cls(project, project, project.repository)

    @property
    def today(self) -> datetime.date | None:
        """The day of the run; None: not known, so nothing is old."""
        return self.project.options.today

    # -- calls ----------------------------------------------------------------------------------

    @functools.cached_property
    def sites(self) -> tuple[LlmCall, ...]:
        """Every place in production code of the package where a model is asked."""
        return tuple(
            call
            for call in self.project.llm_calls
            if call.generates and call.site.func.mod.production and self.within(call.site.func.path)
        )

    @functools.cached_property
    def telemetry(self) -> tuple[TelemetryUse, ...]:
        """Every use of telemetry in the package, with its place."""
        return tuple(use for use in self.project.telemetry.uses if self.within(use.func.path))

    def reported(self, *codes: str) -> tuple[Finding, ...]:
        """The findings of these codes (or prefixes) that nobody has suppressed or baselined."""
        return tuple(f for f in self.findings if f.status is Status.REPORTED and f.code.startswith(codes))

    # -- evidence -------------------------------------------------------------------------------

    @staticmethod
    def at(func: Func, span: m.Span, what: str) -> Evidence:
        """A place in Python code."""
        return Evidence(func.path, span.line, what)

    @staticmethod
    def of_findings(findings: Iterable[Finding]) -> Iterator[Evidence]:
        """Findings as evidence against."""
        for finding in findings:
            yield Evidence(finding.location.path, finding.location.line, f"{finding.code}: {finding.message}")

    def share(self, good: Callable[[LlmCall], bool]) -> tuple[Count, tuple[LlmCall, ...]]:
        """How many of the sites are good, and the others."""
        bad = tuple(call for call in self.sites if not good(call))
        return Count(len(self.sites) - len(bad), len(self.sites), "call sites"), bad


Detector = Callable[[Subject], CriterionResult]
"""Finds the evidence of one criterion."""
