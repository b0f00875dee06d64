"""What a project adds to the catalogue. Most add nothing, so nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llmlint.catalogue.schema import CatalogueFile

FILE = "llmlint-catalogue.toml"
"""Stands beside the configuration, or at the top of the project; its tables are those of a shipped file."""
_SEEDS = ("client", "call", "tool")
"""Tables whose packages make a file worth parsing."""


@dataclass(frozen=True)
class Mistake:
    """Why a file, or the table in it, is not used."""

    file: Path
    line: int
    message: str


@dataclass(frozen=True)
class Own:
    """What a project adds."""

    files: tuple[CatalogueFile, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def __add__(self, other: Own) -> Own:
        return Own(self.files + other.files, self.mistakes + other.mistakes)

    def names(self) -> frozenset[str]:
        """Every dotted name that may be a function or class of the project itself."""
        return frozenset(name for _, name in self._named())

    def roots(self) -> frozenset[str]:
        """The packages that make a file worth parsing, by the names in the tables or as ``[sdk]`` says."""
        if not self.files:
            return frozenset()
        from llmlint.catalogue.indexes import import_root

        named = {import_root(name) for table, name in self._named() if table in _SEEDS and "." in name}
        return frozenset(named.union(*(file.sdk.imports for file in self.files if file.sdk)))

    def _named(self) -> list[tuple[str, str]]:
        if not self.files:
            return []
        from llmlint.catalogue.own import own_names

        return [one for file in self.files for one in own_names(file)]


def read_beside(directory: Path) -> Own:
    """What ``llmlint-catalogue.toml`` in a directory adds; nothing where there is none."""
    file = directory / FILE
    if not file.is_file():
        return Own()
    from llmlint.catalogue.own import read_file

    return read_file(file)
