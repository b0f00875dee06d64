"""What a rule is: machine metadata and one function."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from llmlint.model.finding import Finding

if TYPE_CHECKING:
    from llmlint.project.project import Project

AXES = {
    0: "the tool's own",
    1: "eval coverage",
    2: "observability",
    3: "error recovery",
    4: "cost cap enforcement",
    5: "security review",
    6: "on-call rotation",
    7: "rollback path",
    8: "runbook",
}
"""The readiness axes: the first digit of every code."""


class Ranked(enum.Enum):
    """Words in an order, the strongest first."""

    def at_least(self, least: Self) -> bool:
        """Whether this word is as strong as ``least`` or stronger."""
        order = list(type(self))
        return order.index(self) <= order.index(least)


class Severity(Ranked):
    """How much it hurts when the finding is true."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Confidence(Ranked):
    """How sure it is that a finding is what it says."""

    HIGH = "high"
    """A fact of the code read: a literal, a parameter that is absent, a resolved call."""
    MEDIUM = "medium"
    """It rests on something inferred: a flow of values, an outcome, who may reach whom."""
    LOW = "low"
    """A hint: what would make it harmless may lie outside the repository."""


Check = Callable[["Project"], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: no inheritance, no state. ``name`` reads after "allow"."""

    code: str
    name: str
    summary: str
    """One line for tables: what the rule finds."""
    severity: Severity
    confidence: Confidence
    check: Check | None
    """None for the tool's own codes, which the engine reports itself."""
    default: bool = True
    in_tests: bool = False
    """Whether it also speaks in code that is not production (tests, examples, docs, …)."""
    about_tests: bool = False
    """Whether it asks what tests do: they are parsed and linked for it, and for no other rule."""

    @property
    def axis(self) -> int:
        """The first digit of the code."""
        return int(self.code[3])
