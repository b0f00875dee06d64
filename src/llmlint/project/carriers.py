"""External functions that give back what they are given, in another form."""

from __future__ import annotations

from llmlint.catalogue.lookup import Catalogue


class Carriers:
    """Answers from the catalogue, remembered by name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        tables = catalogue.carriers
        self._modules = tuple(name for table in tables for name in table.modules)
        self._parsers = tuple(name for table in tables for name in table.parsers)
        self._writers = tuple(name for table in tables for name in table.writers)
        self._dead_ends = frozenset(name for table in tables for name in table.dead_ends)

    def carries(self, name: str) -> bool:
        """Whether functions of this module (or methods of this class) give back what they are given."""
        return name.startswith(self._modules)

    def parses(self, name: str) -> bool:
        """Whether a function takes text apart."""
        return name.startswith(self._parsers)

    def writes_out(self, name: str) -> bool:
        """Whether a function writes out a whole object as text."""
        return name.startswith(self._writers)

    def is_dead_end(self, name: str) -> bool:
        """Whether the result of an external function is not the text it is given."""
        if name in self._dead_ends or self._catalogue.sinks.get(name):
            return True
        return not (name.startswith(self._modules) or name.rsplit(".", 1)[-1][:1].isupper())
