"""The situations of the speed benchmark: which run is held against what, and what is aimed at."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from speed_results import Results
from speed_runs import BY_NAME, SIZES, growth
from speed_trees import FUNCTIONS


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What came out of one situation, as the page shows it."""

    measured: str
    other: str = "–"
    ratio: str = "–"
    met: bool | None = None
    """None: nothing was aimed at, or it was not measured."""


class Goal(Protocol):
    """Something that is aimed at."""

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of the runs it takes, the measured one first."""

    @property
    def target(self) -> str:
        """It in words."""

    def judge(self, results: Results) -> Verdict:
        """Whether it is reached; all its runs must have samples."""


def span(values: Sequence[float], digits: int = 2) -> str:
    """The middle one with the least and the greatest: ``0.52 (0.50 – 0.57)``."""
    least, middle, greatest = (f"{f(values):.{digits}f}" for f in (min, statistics.median, max))
    return f"{middle} ({least} – {greatest})"


def number(value: Fraction) -> str:
    """``1/8``, ``1.2``, ``2``."""
    return str(value) if value.numerator == 1 else f"{float(value):g}"


@dataclasses.dataclass(frozen=True)
class Against:
    """Not longer than ``factor`` times another run and ``plus`` seconds; no factor: nothing is aimed at."""

    run: str
    other: str
    factor: Fraction | None
    plus: float = 0.0

    @property
    def runs(self) -> tuple[str, ...]:
        """The run and the other."""
        return self.run, self.other

    @property
    def target(self) -> str:
        """The limit in words."""
        other = f"`{BY_NAME[self.other].shown}`"
        if self.factor is None:
            return f"– (beside {other})"
        return f"≤ {number(self.factor)} × {other}" + (f" + {self.plus:g} s" if self.plus else "")

    def judge(self, results: Results) -> Verdict:
        """Round by round, since both ran side by side; the middle round decides."""
        pairs = list(zip(results.of(self.run), results.of(self.other), strict=True))
        ratio = span([mine / other for mine, other in pairs])
        measured, other = f"{results.median(self.run):.2f} s", f"{results.median(self.other):.2f} s"
        if self.factor is None:
            return Verdict(measured, other, ratio)
        over = [mine - (float(self.factor) * other + self.plus) for mine, other in pairs]
        return Verdict(measured, other, ratio, statistics.median(over) <= 0)


@dataclasses.dataclass(frozen=True)
class AtMost:
    """Not more than so many seconds, or megabytes in the largest process."""

    run: str
    limit: float
    quantity: str = "seconds"

    @property
    def runs(self) -> tuple[str, ...]:
        """The run."""
        return (self.run,)

    @property
    def _unit(self) -> str:
        return {"seconds": "s", "megabytes": "MB"}[self.quantity]

    @property
    def target(self) -> str:
        """The limit in words."""
        return f"≤ {self.limit:g} {self._unit}"

    def judge(self, results: Results) -> Verdict:
        """Of seconds the middle round decides, of memory the worst."""
        values = results.of(self.run, self.quantity)
        value = statistics.median(values) if self.quantity == "seconds" else max(values)
        return Verdict(
            f"{value:.{2 if self.quantity == 'seconds' else 0}f} {self._unit}", met=value <= self.limit
        )


@dataclasses.dataclass(frozen=True)
class Growth:
    """A quantity grows with at most this power of the size of the project."""

    quantity: str
    limit: float

    @property
    def runs(self) -> tuple[str, ...]:
        """One run for each size."""
        return tuple(growth(size) for size in SIZES)

    @property
    def target(self) -> str:
        """The limit in words."""
        return f"exponent ≤ {self.limit:g}"

    def judge(self, results: Results) -> Verdict:
        """The slope of the straight line through the logarithms, round by round; the middle one decides."""
        series = zip(*(results.of(run, self.quantity) for run in self.runs), strict=True)
        slopes = [slope(SIZES, values) for values in series]
        measured = f"exponent {span(slopes)}"
        return Verdict(measured, met=statistics.median(slopes) <= self.limit)


def slope(sizes: Sequence[int], values: Sequence[float]) -> float:
    """The exponent of the power of ``sizes`` that fits ``values`` best."""
    logarithms = [math.log(size) for size in sizes], [math.log(value) for value in values]
    return statistics.linear_regression(*logarithms).slope


@dataclasses.dataclass(frozen=True)
class Situation:
    """One row of the page."""

    key: str
    """What it is called on the command line: the group, a dash, the rest."""
    what: str
    goal: Goal

    def verdict(self, results: Results) -> Verdict:
        """What came out; says so when a run is missing."""
        for run in self.goal.runs:
            if not results.of(run):
                return Verdict(f"not measured: {results.troubles.get(run, 'not run')}")
        return self.goal.judge(results)


N_COLD, N_WARM = (
    Against("N cold: llmlint", "N: ruff", Fraction(2), 0.1),
    Against("N warm: llmlint", "N cached: ruff", Fraction("1.2"), 0.1),
)
L_CHANGED = Against("L changed: llmlint", "L changed: flake8", Fraction("0.6"), 0.4)
C_CHANGED = Against("C changed: llmlint", "C changed: flake8", None)
M_CHANGED = Against("M changed: llmlint", "M changed: flake8", None)
C_AUDIT = Against("C audit: llmlint", "C beside the audit: llmlint", Fraction("1.5"))
L_AUDIT = Against("L audit: llmlint", "L beside the audit: llmlint", Fraction("1.5"))
PLAIN = Against("plain: flake8 with llmlint", "plain: flake8", Fraction("1.05"))
ONE_OF_N = Against("one of N: flake8 with llmlint", "one of N: flake8", None)
S_FIRST = Against("S first: flake8 with llmlint", "S: flake8", Fraction("2.2"))
S_AGAIN = Against("S again: flake8 with llmlint", "S: flake8", Fraction("1.25"))
COPIES = ", ".join(map(str, SIZES))
L_FLAKE8 = Against("L warm: flake8 with llmlint", "L: flake8", Fraction("1.1"))

SITUATIONS = (
    Situation("N-cold", "N, cold", N_COLD),
    Situation("N-warm", "N, warm", N_WARM),
    Situation("N-clean", "N, warm", Against("N warm: llmlint", "N clean: ruff", None)),
    Situation("L-bandit", "L, cold", Against("L cold: llmlint", "L: bandit", Fraction(1, 3))),
    Situation("L-semgrep", "L, cold", Against("L cold: llmlint", "L: semgrep", Fraction(1, 8))),
    Situation("L-warm", "L, warm", Against("L warm: llmlint", "L cached: ruff", Fraction(1))),
    Situation("L-clean", "L, warm", Against("L warm: llmlint", "L clean: ruff", None)),
    Situation("L-changed", "L, warm, five changed files passed, as a hook does", L_CHANGED),
    Situation("C-changed", "C, warm, one changed file", C_CHANGED),
    Situation("M-changed", "M, warm, one changed file", M_CHANGED),
    Situation("C-audit", "the audit of C, cold", C_AUDIT),
    Situation("L-audit", "the audit of L, cold", L_AUDIT),
    Situation(
        "L-memory", "L, cold: memory of the largest process", AtMost("L cold: llmlint", 250, "megabytes")
    ),
    Situation("C-cold", "C, cold", Against("C cold: llmlint", "C: bandit", Fraction("0.6"))),
    Situation("M-cold", "M, cold", Against("M cold: llmlint", "M: bandit", Fraction(1))),
    Situation("M-warm", "M, warm", Against("M warm: llmlint", "M: bandit", Fraction("0.2"))),
    Situation("flake8-plain", "in flake8: a file without LLM code", PLAIN),
    Situation("flake8-N", "in flake8: one file of N, the project around it", ONE_OF_N),
    Situation("flake8-S-first", "in flake8: S, the first time", S_FIRST),
    Situation("flake8-S-again", "in flake8: S, unchanged", S_AGAIN),
    Situation("flake8-L", "in flake8: L, warm", L_FLAKE8),
    Situation("growth-time", f"time for {COPIES} copies, without a cache", Growth("seconds", 1.1)),
    Situation("growth-memory", f"memory for {COPIES} copies, without a cache", Growth("megabytes", 1.1)),
    Situation("taint", f"{FUNCTIONS:,} generated functions, cold", AtMost("generated cold: llmlint", 10)),
)


def chosen(only: Sequence[str], skip: Sequence[str] = ()) -> list[Situation]:
    """The situations of these keys or groups (all when none is given) without those of ``skip``."""
    unknown = [name for name in [*only, *skip] if not any(_is(s, name) for s in SITUATIONS)]
    if unknown:
        raise SystemExit(f"no situation: {', '.join(unknown)}")
    wanted = [s for s in SITUATIONS if not only or any(_is(s, name) for name in only)]
    return [s for s in wanted if not any(_is(s, name) for name in skip)]


def sharing(some: Sequence[Situation]) -> list[str]:
    """The keys of the other situations that need one of the same runs: rounds must not be mixed."""
    runs = {run for situation in some for run in situation.goal.runs}
    return [one.key for one in SITUATIONS if one not in some and not runs.isdisjoint(one.goal.runs)]


def _is(situation: Situation, name: str) -> bool:
    return situation.key == name or situation.key.startswith(f"{name}-")
