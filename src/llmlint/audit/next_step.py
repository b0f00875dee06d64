"""What to do next: the first row of the path that is not done while what it needs is."""

from __future__ import annotations

from collections.abc import Mapping

from llmlint.audit.catalogue import read
from llmlint.audit.criteria import named
from llmlint.audit.model import BLOCKING, Assessed, Step, Verdict
from llmlint.audit.score import level
from llmlint.audit.tables.lists import ListsFile

CHEAPEST = 2
"""How many criteria are named to begin with."""
_OPEN = (Verdict.MISSING, Verdict.VAGUE)


def path(assessed: Mapping[str, Assessed]) -> tuple[Step, ...]:
    """The rows in order. A row is done when it would not block as an axis, or nothing of it applies."""
    done: set[str] = set()
    titles: dict[str, str] = {}
    steps = []
    for row in read("lists", ListsFile).row:
        titles[row.id] = row.title
        of_row = [assessed[one] for one in named(row.criteria) if one in assessed]
        reached = level(of_row)
        if reached is None or reached > BLOCKING:
            done.add(row.id)
        waits = tuple(titles[need] for need in row.needs if need not in done)
        steps.append(Step(row.title, row.id in done, waits, cheapest(of_row)))
    return tuple(steps)


def cheapest(assessed: list[Assessed]) -> tuple[Assessed, ...]:
    """What to close first: the least cost, then the most weight, then what is begun already."""
    still = [one for one in assessed if one.result.verdict in _OPEN]
    still.sort(
        key=lambda one: (one.criterion.cost, -one.criterion.weight, _OPEN[::-1].index(one.result.verdict))
    )
    return tuple(still[:CHEAPEST])
