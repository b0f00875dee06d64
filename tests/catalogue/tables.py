"""The catalogue's tables as test parameters, each with the package it speaks of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from llmlint.catalogue import schema as s
from llmlint.catalogue.loader import catalogue_directory, read_file

E = TypeVar("E", bound=s.Entry)

FILES = {file.stem: read_file(file) for file in sorted(catalogue_directory().glob("*.toml"))}


@dataclass(frozen=True)
class Table:
    """One table and where it stands."""

    file: str
    kind: str
    entry: Any

    @property
    def id(self) -> str:
        """What pytest prints."""
        entry = self.entry
        owner = ",".join(getattr(entry, "on", ()))
        names = (getattr(entry, key, "") for key in ("path", "name", "method", "factory"))
        name = next(filter(None, names), "")
        return f"{self.file}-{self.kind}-{owner}.{name}" if owner else f"{self.file}-{self.kind}-{name}"

    @property
    def read_in(self) -> tuple[str, int] | None:
        """Distribution and major version in which the fact was read, if ``source`` names them."""
        found = re.match(r"([A-Za-z0-9_.-]+) (\d+)\.", self.entry.source)
        return (found[1], int(found[2])) if found else None


def tables(kind: str, *, verify: bool = True) -> Iterator[Table]:
    """Every table of one kind, those that cannot be proved left out."""
    for file, content in FILES.items():
        for entry in getattr(content, kind):
            if entry.verify or not verify:
                yield Table(file, kind, entry)


@cache
def clients() -> dict[str, tuple[Table, ...]]:
    """Class id or group → the provable clients it stands for."""
    found: dict[str, list[Table]] = defaultdict(list)
    for table in tables("client"):
        for name in (table.entry.path, *table.entry.also, *table.entry.group):
            found[name].append(table)
    return {name: tuple(members) for name, members in found.items()}


@cache
def import_roots() -> tuple[str, ...]:
    """What the files are about, longest first: ``google.genai`` before anything called ``google``."""
    roots = {root for file in FILES.values() if file.sdk for root in file.sdk.imports}
    return tuple(sorted(roots, key=len, reverse=True))
