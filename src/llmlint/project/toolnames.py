"""Names of the project's own classes and functions, as the catalogue would call them.

The project may be the framework itself, or may carry a copy of one: ``langchain/tools/base.py`` defines
what others import as ``langchain.tools.base.BaseTool``. Only exact names count here; where the copy
lies does not.
"""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.project.scopes import Cls, Func, Mod


class OwnNames:
    """Looks project classes and functions up in the catalogue's tool tables."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        tables = [tool for file in catalogue.files for tool in file.tool]
        names = [n for tool in tables for n in (tool.path, *tool.also, *tool.on) if n and n[0] != "@"]
        self._roots = {name.split(".", 1)[0] for name in names}
        self._prefixes: dict[Mod, tuple[str, ...]] = {}

    def of(self, mod: Mod, qualname: str) -> Iterator[str]:
        """Every dotted name under which a known framework could export this."""
        known = self._prefixes.get(mod)
        if known is None:
            parts = mod.path.removesuffix(".py").removesuffix("/__init__").split("/")
            known = self._prefixes[mod] = tuple(
                ".".join(parts[start:]) for start, part in enumerate(parts) if part in self._roots
            )
        for prefix in known:
            yield f"{prefix}.{qualname}"

    def function(self, func: Func) -> Iterator[s.Tool]:
        """Tables about a function or method of the project."""
        for name in self.of(func.mod, func.qualname):
            constructor = name.removesuffix(".__init__")
            yield from self._exact(constructor)
            owner, _, method = name.rpartition(".")
            yield from (t for t in self._catalogue.tool_methods(owner, method) if owner in t.on)

    def cls(self, cls: Cls) -> Iterator[s.Tool]:
        """Tables about a class of the project."""
        for name in self.of(cls.mod, cls.facts.qualname):
            yield from self._exact(name)

    def _exact(self, name: str) -> Iterator[s.Tool]:
        return (t for t in self._catalogue.tools.get(name) if name == t.path or name in t.also)
