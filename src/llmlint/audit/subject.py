"""What detectors are asked about: one package's files, calls and findings."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from llmlint.audit.model import Count, CriterionResult, Evidence
from llmlint.model.finding import Finding, Status

if TYPE_CHECKING:
    from llmlint.facts import model as m
    from llmlint.project.calls import LlmCall
    from llmlint.project.constructions import Construction
    from llmlint.project.project import Project
    from llmlint.project.scopes import Func
    from llmlint.project.telemetry import TelemetryUse
    from llmlint.repository.files import Repository

T = TypeVar("T")


def everywhere(path: str) -> bool:
    """The package is the whole project."""
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A place in Python code where something of a library is used."""

    name: str
    func: Func
    span: m.Span

    @property
    def evidence(self) -> Evidence:
        """The place, named after what is used."""
        return Evidence(self.func.path, self.span.line, f"`{self.name}`")


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
    """Of the package: of rules that are on by default and of ``reading.RULES``, whatever became of them."""
    within: Callable[[str], bool] = field(default=everywhere)
    """Whether a Python file is the package's."""
    _made: dict[object, object] = field(default_factory=dict)

    @classmethod
    def of(cls, project: Project) -> Subject:
        """For a rule: the whole project, with tests if the rule is ``about_tests``, and no findings."""
        return cls(project, project, project.repository)

    def once(self, make: Callable[[Subject], T]) -> T:
        """What ``make`` makes of this subject, made once: for what several detectors look at."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[return-value]

    @property
    def today(self) -> datetime.date | None:
        """The day of the run; None: not known, so nothing is old."""
        return self.project.options.today

    # -- calls ----------------------------------------------------------------------------------

    @functools.cached_property
    def sites(self) -> tuple[LlmCall, ...]:
        """The calls in production code of the package that ask a model; at one place several may be meant."""
        return tuple(
            call
            for call in self.project.llm_calls
            if call.generates and call.site.func.mod.production and self.within(call.site.func.path)
        )

    @property
    def clients(self) -> tuple[Construction, ...]:
        """Every place in production code of the package where a client of a model is made."""
        return tuple(
            made
            for made in self.project.constructions
            if made.site.func.mod.production and self.within(made.site.func.path)
        )

    @functools.cached_property
    def telemetry(self) -> tuple[TelemetryUse, ...]:
        """Every use of telemetry in the package, with its place."""
        return tuple(use for use in self.project.telemetry.uses if self.within(use.func.path))

    @functools.cached_property
    def _used(self) -> dict[str, list[tuple[Func, m.Span]]]:
        """Every call, decorator and base class by the dotted names that it may have, in reading order."""
        from llmlint.project.kinds import external_name

        found: dict[str, list[tuple[Func, m.Span]]] = {}
        evaluator = self.with_tests.evaluator

        def note(expr: m.Expr, scope: Func, owner: Func, span: m.Span) -> None:
            for name in {external_name(value) for value in evaluator.eval(expr, scope)} - {""}:
                found.setdefault(name, []).append((owner, span))

        for mod in self.with_tests.modules:
            for func in mod.functions:
                for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
                    note(getattr(decorator, "func", decorator), func.parent or func, func, span)
                for site in self.with_tests.graph.sites[func]:
                    note(site.call.func, func, func, site.call.span)
            for cls in mod.classes:
                for base in evaluator.hierarchy.external_bases(cls):
                    found.setdefault(base, []).append((cls.body, cls.facts.span))
        return found

    def uses(self, *names: str) -> Iterator[Use]:
        """Where the package (tests and evals too) calls, inherits from or is decorated with one of these.

        Dotted names as users import them; ``module.*`` for everything below. A mention or an import is none.
        """
        exact = {name for name in names if not name.endswith(".*")}
        below = tuple(name[:-1] for name in names if name.endswith(".*"))
        for name, places in self._used.items():
            if name in exact or (below and name.startswith(below)):
                for func, span in places:
                    if self.within(func.path):
                        yield Use(name, func, span)

    # -- findings -------------------------------------------------------------------------------

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
        """How many of the places are good, and a call of each of the others."""
        bad = {call.site.call: call for call in reversed(self.sites) if not good(call)}
        return self.counted([call for call in self.sites if call.site.call not in bad]), tuple(
            reversed(bad.values())
        )

    def counted(self, good: Iterable[LlmCall], among: Iterable[LlmCall] | None = None) -> Count:
        """How many places are good: those at which every call that may be meant is."""
        calls, fine = tuple(self.sites if among is None else among), frozenset(good)
        bad = {call.site.call for call in calls if call not in fine}
        places = {call.site.call for call in calls}
        return Count(len(places) - len(bad), len(places), "call sites")


Detector = Callable[[Subject], CriterionResult]
"""Finds the evidence of one criterion."""
