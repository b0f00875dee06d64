"""Functions of the project that its own catalogue names: what is said of them counts, not their body."""

from __future__ import annotations

from collections.abc import Iterable

from llmlint.project.modules import ModuleIndex
from llmlint.project.scopes import Cls, Func, Mod

HOPS = 8
"""Modules through which a name is followed that is only imported (``from .llm import ask``)."""


class Declared:
    """Finds them by the names under which they are imported, or by where they are defined."""

    def __init__(self, index: ModuleIndex, names: Iterable[str]) -> None:
        self.functions: dict[str, Func] = {}
        for name in sorted(names):
            function = _function(index, name)
            if function is not None:
                self.functions[name] = function
        self.names = {function: name for name, function in self.functions.items()}


def _function(index: ModuleIndex, name: str) -> Func | None:
    parts = name.split(".")
    for end in range(len(parts) - 1, 0, -1):
        mod = index.find(".".join(parts[:end]), "")
        if mod is not None:
            return _inside(index, mod, parts[end:])
    return None


def _inside(index: ModuleIndex, mod: Mod, rest: list[str]) -> Func | None:
    for _ in range(HOPS):
        found = [*mod.body.definitions.get(rest[0], ())]
        if found:
            last = found[-1]
            if isinstance(last, Cls):
                return last.methods.get(rest[1]) if len(rest) == 2 else None
            return last if len(rest) == 1 else None
        origin = next((b for b in mod.body.bindings.get(rest[0], ()) if b.kind == "from"), None)
        if origin is None:
            return None
        place = (
            index.relative(origin.module, origin.level, mod.path)
            if origin.level
            else index.place(origin.module, mod.path)
        )
        target = index.at(place) if place is not None else None
        if target is None:
            return None
        mod, rest = target, [origin.name, *rest[1:]]
    return None
