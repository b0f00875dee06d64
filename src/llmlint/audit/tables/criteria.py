"""``criteria.toml``: every criterion of the eight axes."""

from __future__ import annotations

from llmlint.audit.catalogue import Table


class CriterionTable(Table, frozen=True, kw_only=True):
    """A criterion; what the keys mean is said in ``audit.model.Criterion``."""

    id: str
    title: str
    met: str
    question: str
    closes: str
    weight: int = 1
    cost: int = 2
    code: str = ""
    expires: int = 0


class CriteriaFile(Table, frozen=True, kw_only=True):
    """The whole file, in the order in which criteria are shown."""

    criterion: tuple[CriterionTable, ...]
