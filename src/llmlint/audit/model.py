"""What the audit says: a verdict with its evidence for each criterion, a level for each axis."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from llmlint.model.finding import Finding
from llmlint.model.rule import AXES

BLOCKING = 3
"""An axis of this level or a lower one blocks."""


class Verdict(enum.Enum):
    """What became of a criterion."""

    MET = "met"
    VAGUE = "vague"
    """Something is there, and it is not specific."""
    MISSING = "missing"
    ATTESTED = "attested"
    """A person says so in the configuration."""
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place that a person can look at."""

    path: str
    """Relative to the project's root, with forward slashes."""
    line: int
    """1-based."""
    what: str
    """What is there, in a few words: ``threshold 0.8``, ``job `evals` runs on pull requests``."""


def one_per_line(places: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The first of the places on each line, in order."""
    found: dict[tuple[str, int], Evidence] = {}
    for place in places:
        found.setdefault((place.path, place.line), place)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Count:
    """``done`` of ``total``: 17 of 23 call sites."""

    done: int
    total: int
    of: str
    """What is counted, in the plural: ``call sites``."""

    def __str__(self) -> str:
        return f"{self.done} of {self.total} {self.of}"


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One verdict. ``met`` and ``vague`` without evidence are a bug, as is ``vague`` without a reason."""

    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What decided it, one sentence without full stop: why it is vague, why it does not apply."""
    count: Count | None = None

    def __post_init__(self) -> None:
        if self.verdict in (Verdict.MET, Verdict.VAGUE) and not self.evidence:
            raise ValueError(f"{self.verdict.value} without evidence: {self.why}")
        if self.verdict in (Verdict.VAGUE, Verdict.NOT_APPLICABLE) and not self.why:
            raise ValueError(f"{self.verdict.value} without a reason")


def met(evidence: Iterable[Evidence], why: str = "", count: Count | None = None) -> CriterionResult:
    """Specific evidence is there."""
    return CriterionResult(Verdict.MET, _each_once(evidence), why, count)


def vague(evidence: Iterable[Evidence], why: str, count: Count | None = None) -> CriterionResult:
    """Something is there; ``why`` says what it lacks."""
    return CriterionResult(Verdict.VAGUE, _each_once(evidence), why, count)


def missing(why: str = "", evidence: Iterable[Evidence] = (), count: Count | None = None) -> CriterionResult:
    """Nothing was found; ``evidence`` may show where it would belong."""
    return CriterionResult(Verdict.MISSING, _each_once(evidence), why, count)


def _each_once(evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """One call may be several to the catalogue: a reader looks at a place once."""
    return tuple(dict.fromkeys(evidence))


def not_applicable(why: str) -> CriterionResult:
    """The criterion says nothing about this repository; ``why`` is shown."""
    return CriterionResult(Verdict.NOT_APPLICABLE, (), why)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing an axis asks for, as ``rules/catalogue/audit/criteria.toml`` says it."""

    id: str
    """Axis word and name: ``evals.suite``."""
    axis: int
    title: str
    met: str
    """When it is met, in a few words."""
    question: str
    """What a reviewer asks when it is missing."""
    closes: str
    """What closes it, as an instruction."""
    weight: int = 1
    """1 to 3: what it contributes to the level."""
    cost: int = 2
    """1 (an hour) to 3 (weeks): what it takes to close."""
    code: str = ""
    """The rule that asks the same detector; empty when there is none."""
    expires: int = 0
    """Days for which an attestation holds; 0: a year."""


@dataclass(frozen=True, slots=True)
class Assessed:
    """A criterion and what was found."""

    criterion: Criterion
    result: CriterionResult


@dataclass(frozen=True, slots=True)
class AxisResult:
    """One axis. ``level`` is None when nothing of it applies, or no criterion of it is built yet."""

    axis: int
    criteria: tuple[Assessed, ...]
    level: int | None
    findings: tuple[Finding, ...] = ()
    """Reported findings of rules that are on by default; any of them caps the level."""
    earned: int | None = None
    """The level that the criteria alone would give."""

    @property
    def name(self) -> str:
        """``eval coverage``."""
        return AXES[self.axis]

    @property
    def blocks(self) -> bool:
        """Whether the level is one with which one does not ship."""
        return self.level is not None and self.level <= BLOCKING


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a published list, with the criteria of ours that it is made of."""

    title: str
    criteria: tuple[Assessed, ...]
    level: int | None
    findings: tuple[Finding, ...] = ()
    """Those of the axes that it holds whole; any of them caps the level."""
    earned: int | None = None
    """The level that the criteria alone would give."""

    @property
    def blocks(self) -> bool:
        """Whether the level is one with which one does not ship."""
        return self.level is not None and self.level <= BLOCKING


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the path in order, and what closes it."""

    title: str
    """``eval harness``."""
    done: bool
    waits_for: tuple[str, ...]
    """The rows it needs that are not done."""
    cheapest: tuple[Assessed, ...] = ()
    """The two cheapest criteria to close on it, cheapest first."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit says of one package."""

    root: Path
    package: str = ""
    """Its path below ``root``; empty: the whole project."""
    axes: tuple[AxisResult, ...] = ()
    """In order; empty when there is nothing to score."""
    path: tuple[Step, ...] = ()
    """The path in order, row by row."""
    sites: int = 0
    """How many places call a model."""
    unscored: str = ""
    """Why nothing is scored; empty when something is."""
    problems: tuple[Evidence, ...] = ()
    """Files that could be evidence and cannot be read."""
    notes: tuple[str, ...] = ()
    """What the audit could not look at, and why (no git history)."""
    day: datetime.date | None = None
    below: tuple[tuple[int, int, int], ...] = field(default=())
    """Axes that are below what is asked of them: axis, level, least level."""

    @property
    def next_step(self) -> Step | None:
        """The first row that is not done while what it needs is; None when all are done."""
        return next((step for step in self.path if not step.done and not step.waits_for), None)

    @property
    def blockers(self) -> tuple[AxisResult, ...]:
        """The axes that block, in order."""
        return tuple(axis for axis in self.axes if axis.blocks)

    @property
    def assessed(self) -> dict[str, Assessed]:
        """Everything that was judged, by criterion."""
        return {one.criterion.id: one for axis in self.axes for one in axis.criteria}
