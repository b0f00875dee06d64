"""What llmlint tells a person."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from llmlint.model.location import Location


class Status(enum.Enum):
    """What became of a finding: findings are marked, never dropped."""

    REPORTED = "reported"
    SUPPRESSED = "suppressed"
    BASELINED = "baselined"


@dataclass(frozen=True, slots=True)
class Step:
    """One stop on the way from the cause to the finding, in the order a person follows it."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a person would mend.

    ``message`` is one sentence of at most 100 characters about this code. ``help`` is the advice,
    on a line of its own. ``location`` is where a person would write the suppression.
    """

    code: str
    message: str
    location: Location
    steps: tuple[Step, ...] = ()
    help: str = ""
    symbol: str = ""
    """Qualified name of the function or class the finding is in; ``""`` at module level."""
    status: Status = Status.REPORTED
    reason: str = ""
    """Why it was suppressed, as the comment says; ``""`` when nothing is said."""
