"""Indexes over what the catalogue says of telemetry, debug switches and identities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from llmlint.catalogue import schema as s


class _Named(Protocol):
    @property
    def paths(self) -> tuple[str, ...]: ...
    @property
    def methods(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=_Named)


class ByPattern(Generic[T]):
    """Tables found by a dotted name that one of their ``paths`` covers."""

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = defaultdict(list)
        self._below: dict[str, list[tuple[str, T]]] = defaultdict(list)
        self._asked: dict[str, tuple[T, ...]] = {}

    def add(self, table: T) -> None:
        """File a table under its paths."""
        for path in table.paths:
            if path.endswith("*"):
                self._below[path.split(".", 1)[0]].append((path[:-1], table))
            else:
                self._exact[path].append(table)

    def get(self, name: str) -> tuple[T, ...]:
        """The tables that cover a dotted name."""
        known = self._asked.get(name)
        if known is None:
            known = self._asked[name] = tuple(self._find(name))
        return known

    def _find(self, name: str) -> Iterator[T]:
        yield from self._exact.get(name, ())
        last = name.rsplit(".", 1)[-1]
        for prefix, table in self._below.get(name.split(".", 1)[0], ()):
            if name.startswith(prefix) and (not table.methods or last in table.methods):
                yield table


class Observed:
    """What the catalogue says about seeing, and being seen, around LLM calls."""

    def __init__(self, files: Iterable[s.CatalogueFile]) -> None:
        self.telemetry: ByPattern[s.Telemetry] = ByPattern()
        self.assigned: dict[str, s.Telemetry] = {}
        self.imported: dict[str, s.Telemetry] = {}
        self.inherited: dict[str, s.Telemetry] = {}
        self.telemetry_variables: dict[str, s.Telemetry] = {}
        self.proxies: dict[str, s.Telemetry] = {}
        self.reporters: set[str] = set()
        """Reporters of errors, as people call them."""
        self.attributions: ByPattern[s.Attribution] = ByPattern()
        self.switches: list[s.DebugSwitch] = []
        self.switch_attributes: dict[str, s.DebugSwitch] = {}
        self.switch_calls: dict[str, s.DebugSwitch] = {}
        self.switch_variables: dict[str, s.DebugSwitch] = {}
        self.identities: dict[str, list[s.Identity]] = defaultdict(list)
        self.traced_outside: set[str] = set()
        """SDKs whose tracing is usually switched on outside the program."""
        self.roots: set[str] = set()
        """Import roots of telemetry: such files are parsed in projects that call models."""
        for file in files:
            self._index(file)

    def _index(self, file: s.CatalogueFile) -> None:
        for table in file.telemetry:
            self.telemetry.add(table)
            self.roots.update(table.imports)
            self.assigned.update(dict.fromkeys(table.assigns, table))
            self.imported.update(dict.fromkeys(table.effects, table))
            self.inherited.update(dict.fromkeys(table.bases, table))
            self.telemetry_variables.update(dict.fromkeys(table.env, table))
            self.proxies.update(dict.fromkeys(table.hosts, table))
            self.traced_outside.update(table.outside)
            if table.kind == "reporter":
                self.reporters.add(table.name)
        for way in file.attribution:
            self.attributions.add(way)
        for switch in file.debug_switch:
            self.switches.append(switch)
            by_form = {
                "attribute": self.switch_attributes,
                "call": self.switch_calls,
                "env": self.switch_variables,
            }
            by_form[switch.form].update(dict.fromkeys((switch.path, *switch.also), switch))
        for identity in file.identity:
            for name in (identity.path, *identity.also):
                self.identities[name].append(identity)

    @property
    def variables(self) -> list[str]:
        """Environment variables whose setting means something: files that name one are parsed as well."""
        return sorted({*self.telemetry_variables, *self.switch_variables})
