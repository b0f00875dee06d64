"""What imports give: modules of the project, their names, and names of other packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.project.kinds import UNKNOWN, External, ModuleRef, PackageRef, Values
from llmlint.project.lazy import Lazy
from llmlint.project.scopes import Mod
from llmlint.project.targets import Binding

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Imports:
    """Follows imports."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.lazy = Lazy(evaluator)

    def target(self, module: str, level: int, mod: Mod) -> Mod | str | None:
        """A module of the project, the place of a namespace package, or None for foreign modules."""
        if level:
            place = self._evaluator.index.relative(module, level, mod.path)
            if place is None:
                return ""
        else:
            place = self._evaluator.index.place(module, mod.path)
            if place is None:
                return None
        return self._evaluator.index.at(place) or place

    def module(self, dotted: str, mod: Mod) -> Values:
        """What ``import dotted`` binds."""
        target = self.target(dotted, 0, mod)
        if isinstance(target, Mod):
            return (ModuleRef(target),)
        if target is not None:
            return (PackageRef(target, mod.path),)
        return (External(dotted),)

    def name(self, binding: Binding, mod: Mod) -> Values:
        """What ``from module import name`` binds."""
        target = self.target(binding.module, binding.level, mod)
        if target is None:
            return (External(f"{binding.module}.{binding.name}"),)
        if isinstance(target, Mod):
            if target is mod and binding.name in mod.body.bindings:
                return self._submodule(target, binding.name)
            return self.attribute(target, binding.name)
        sub = self._evaluator.index.at(f"{target}/{binding.name}" if target else binding.name)
        return (ModuleRef(sub),) if sub else (UNKNOWN,)

    def attribute(self, mod: Mod, name: str) -> Values:
        """``module.name``: a global of the module, or a submodule."""
        if name in mod.body.bindings or name in mod.body.definitions or name in mod.declaring:
            return self._evaluator.names.in_scope(name, mod.body)
        found = self._evaluator.names.starred(name, mod.body) or self._submodule(mod, name)
        if found == (UNKNOWN,) and "__getattr__" in mod.body.definitions:
            return self._evaluator.once(("lazy", mod, name), lambda: self.lazy.attribute(mod, name)) or found
        return found

    def _submodule(self, mod: Mod, name: str) -> Values:
        if mod.path.endswith("__init__.py"):
            place = mod.path[: -len("__init__.py")] + name
            sub = self._evaluator.index.at(place)
            if sub:
                return (ModuleRef(sub),)
            if self._evaluator.index.exists(place):
                return (PackageRef(place, mod.path),)
        return (UNKNOWN,)
