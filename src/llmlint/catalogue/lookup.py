"""Questions the project asks of the catalogue, answered from indexes built once."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from llmlint.catalogue import schema as s
from llmlint.catalogue.indexes import Indexes, tail
from llmlint.catalogue.loader import load_files


class Catalogue(Indexes):
    """All tables, indexed. Immutable after construction."""

    @functools.cached_property
    def client_ids(self) -> frozenset[str]:
        """Every class id and group of a client."""
        return frozenset(one for file in self.files for client in file.client for one in self.ids(client))

    @staticmethod
    def ids(client: s.Client) -> Iterator[str]:
        """The class id and the groups under which methods of this client are filed."""
        yield client.path
        yield from client.also
        yield from client.group

    def calls_on(self, client: s.Client, path: str) -> list[s.Call]:
        """What ``client.<path>(...)`` sends, if anything."""
        for owner in self.ids(client):
            found = self._calls.get((owner, path))
            if found:
                return found
        return []

    def derive_on(self, client: s.Client, path: str) -> s.Derive | None:
        """What ``client.<path>`` gives back, if that is a client again."""
        for owner in self.ids(client):
            found = self._derives.get((owner, path))
            if found:
                return found
        return None

    def pipe_result(self, client: s.Client) -> s.Client | None:
        """What ``client | other`` gives, if that is an LLM client again."""
        for owner in self.ids(client):
            if owner in self._pipes:
                found = self.clients.get(self._pipes[owner])
                return found[0] if found else None
        return None

    def leads_somewhere(self, client: s.Client, path: str) -> bool:
        """Whether ``path`` is the start of a known call or derivation."""
        return any((owner, path) in self._prefixes for owner in self.ids(client))

    def sdk_of(self, entry: s.Client | s.Call) -> s.Sdk | None:
        """The package a table belongs to."""
        return self._sdk_of.get(id(entry))

    # -- others -----------------------------------------------------------------------------

    def tool_methods(self, owner: str | s.Client, name: str) -> list[s.Tool]:
        """How ``owner.name(...)`` registers tools."""
        if isinstance(owner, str):
            exact = self._tool_methods.get((owner, name), [])
            return exact or self._tool_tails.get((*tail(owner), name), [])
        found: list[s.Tool] = []
        for one in self.ids(owner):
            found += self._tool_methods.get((one, name), [])
        return found

    def method_caps(self, client: s.Client, method: str) -> list[s.Cap]:
        """Loop limits that ``client.method(...)`` takes."""
        found: list[s.Cap] = []
        for owner in self.ids(client):
            found += self._method_caps.get((owner, method), [])
        return found

    def caps_on(self, owner: str, method: str) -> list[s.Cap]:
        """Loop limits that ``method`` takes on an instance of ``owner`` (a dotted class name)."""
        return self._method_caps.get((owner, method), [])

    def method_sinks(self, owner: str, method: str) -> list[s.Sink]:
        """Sinks that are ``method`` on an instance of ``owner`` (a dotted class or factory name)."""
        candidates = self._method_sinks.get(method)
        if not candidates:
            return []
        while True:
            root, last = tail(owner)
            found = [s for s in candidates if owner in s.on or any(tail(o) == (root, last) for o in s.on)]
            if found or last not in self.handles:
                return found
            owner = owner.rpartition(".")[0]

    def input_methods(self, owner: str, name: str) -> list[s.Input]:
        """What decorating with (or giving a function to) ``owner.name`` says about the function."""
        return self._input_methods.get((*tail(owner), name), [])

    def secret_methods(self, owner: str, name: str) -> list[s.Secret]:
        """Secrets that ``name`` on an instance of ``owner`` (a dotted class or factory name) reads."""
        return self._secret_methods.get((*tail(owner), name), [])

    def import_roots(self) -> list[str]:
        """Import roots that make a file worth parsing, longest first."""
        roots = {root for file in self.files if file.sdk for root in file.sdk.imports}
        return sorted(roots, key=lambda root: (-len(root), root))

    def conditional_roots(self) -> dict[str, tuple[str, ...]]:
        """Import roots that mostly mean something else, with the texts one of which must occur as well."""
        return {
            root: file.sdk.mentions
            for file in self.files
            if file.sdk and file.sdk.mentions
            for root in file.sdk.imports
        }


@functools.cache
def load() -> Catalogue:
    """The catalogue that ships with llmlint, read once per process."""
    return Catalogue(load_files())


def extended(own: Iterable[s.CatalogueFile]) -> Catalogue:
    """The catalogue with what a project adds, which comes first."""
    added = tuple(own)
    return Catalogue((*added, *load().files)) if added else load()
