"""Every criterion there is, and what patterns of ids name them."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

import msgspec

from llmlint.audit.catalogue import read
from llmlint.audit.model import Criterion
from llmlint.audit.tables.criteria import CriteriaFile

AXIS_WORDS = {
    "evals": 1,
    "observability": 2,
    "recovery": 3,
    "cost": 4,
    "security": 5,
    "oncall": 6,
    "rollback": 7,
    "runbook": 8,
}
"""The first word of a criterion's id, and how the configuration names an axis."""
A_YEAR = 365


@functools.cache
def criteria() -> Mapping[str, Criterion]:
    """Every criterion by its id, in the order in which they are shown."""
    found = {}
    for table in read("criteria", CriteriaFile).criterion:
        axis = AXIS_WORDS[table.id.partition(".")[0]]
        found[table.id] = Criterion(axis=axis, **msgspec.structs.asdict(table))
    return found


def named(patterns: Iterable[str]) -> tuple[str, ...]:
    """The ids that these name: ``evals.suite``, or ``evals.*`` for all of an axis; each once, in order."""
    wanted = set(patterns)
    return tuple(one for one in criteria() if one in wanted or f"{one.partition('.')[0]}.*" in wanted)


def expiry(criterion: Criterion) -> int:
    """For how many days a person's word about it holds at most."""
    return criterion.expires or A_YEAR
