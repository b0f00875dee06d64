"""Classes of the project that the catalogue knows: it is the framework itself, or has a copy of it."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.project.classes import Hierarchy
from llmlint.project.scopes import Cls, Func


class OwnClients:
    """Looks project classes up in the catalogue's client tables, by exact names only."""

    def __init__(self, hierarchy: Hierarchy, catalogue: Catalogue) -> None:
        self._hierarchy = hierarchy
        self._catalogue = catalogue
        names = {n for file in catalogue.files for c in file.client for n in (c.path, *c.also)}
        self._roots = {name.split(".", 1)[0] for name in names if "." in name}
        self._known: dict[Cls, tuple[s.Client, ...]] = {}

    def of(self, cls: Cls) -> tuple[s.Client, ...]:
        """What is known of a class of the project, or else of its nearest base."""
        known = self._known.get(cls)
        if known is None:
            own = [tuple(self._exact(owner)) for owner in self._hierarchy.mro(cls)]
            known = self._known[cls] = next((found for found in own if found), ())
        return known

    def implements_model(self, func: Func) -> bool:
        """Whether a function is (inside) a method by which a model class of the project answers."""
        method: Func | None = func
        while method is not None and method.cls is None:
            method = method.parent
        if method is None or method.cls is None:
            return False
        answering = [t for t in self._catalogue.model_classes if method.name in t.methods]
        if not answering:
            return False
        known = list(self.of(method.cls))
        for base in self._hierarchy.external_bases(method.cls):
            known += self._catalogue.clients.get(base)
        ids = {one for entry in known for one in self._catalogue.ids(entry)}
        return any(ids & set(table.on) for table in answering)

    def _exact(self, cls: Cls) -> Iterator[s.Client]:
        parts = cls.mod.path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start, part in enumerate(parts):
            if part in self._roots:
                name = ".".join((*parts[start:], cls.facts.qualname))
                # ``langchain.chains.llm.LLMChain`` is documented as ``langchain.chains.LLMChain``.
                yield from self._catalogue.clients.get(name)
                return
