"""``lists.toml``: published readiness lists in our criteria, and the order in which to go on."""

from __future__ import annotations

from llmlint.audit.catalogue import Table


class ItemTable(Table, frozen=True, kw_only=True):
    """An item of a list: criteria by id, or all of an axis (``evals.*``)."""

    title: str
    criteria: tuple[str, ...]


class ListTable(Table, frozen=True, kw_only=True):
    """A published readiness list."""

    id: str
    """As ``--as`` takes it."""
    title: str
    item: tuple[ItemTable, ...]


class RowTable(Table, frozen=True, kw_only=True):
    """A row of the path in order."""

    id: str
    title: str
    criteria: tuple[str, ...]
    needs: tuple[str, ...] = ()
    """Rows that come first."""


class ListsFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    list: tuple[ListTable, ...]
    row: tuple[RowTable, ...]
