"""Which functions a model can call, and which of their parameters it chooses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func, Mod
from llmlint.project.toolclasses import ToolClasses
from llmlint.project.toolforms import Registrations, ToolField, ToolUse
from llmlint.project.toolparams import Parameters
from llmlint.project.toolprotocols import Protocols
from llmlint.project.toolschemas import Schemas
from llmlint.project.values import Evaluator

__all__ = ["ToolField", "ToolUse", "Tools"]


class Tools:
    """Finds tools once, then answers."""

    def __init__(
        self, modules: Iterable[Mod], graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue
    ) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._modules = tuple(modules)
        self._graph = graph
        self._parameters = Parameters(evaluator, catalogue)
        self._uses: dict[Func, list[ToolUse]] = defaultdict(list)
        self._parsers: dict[Func, list[ToolUse]] = defaultdict(list)
        self._fields: list[ToolField] = []
        self._chosen: dict[tuple[Func, str], bool] = {}
        self._plain: dict[tuple[m.Expr, Func], bool] = {}

    def find(self) -> None:
        """Look at what is registered with frameworks, then at what is described by hand."""
        registrations = Registrations(self._graph, self._evaluator, self._catalogue)
        for use in registrations.find(self._modules):
            self._add(use)
        schemas = Schemas(self._graph.functions, self._graph, self._catalogue)
        for use in Protocols(self._graph, self._evaluator, self._catalogue, schemas).find(self._modules):
            self._add(use)
        classes = ToolClasses(self._graph, self._evaluator, self._catalogue, schemas)
        for use in classes.find(self._modules):
            # What a framework's table says of a class is more exact than its looks.
            if use.func not in self._uses:
                self._add(use)
        for cls in (c for mod in self._modules for c in mod.classes):
            self._fields += [f for f in registrations.fields(cls) if not self._is_plain_field(f)]
        self._fields += classes.fields

    def _is_plain_field(self, one: ToolField) -> bool:
        annotations = [b.annotation for b in one.cls.body.bindings.get(one.name, ())]
        return any(a is not None and self.is_plain(a, one.cls.body) for a in annotations)

    def _add(self, use: ToolUse) -> None:
        known = (self._parsers if use.table and use.table.form == "parser" else self._uses)[use.func]
        if not any(u.table is use.table and u.only == use.only and u.fixed == use.fixed for u in known):
            known.append(use)

    def functions(self) -> list[Func]:
        """Every tool function, in a stable order."""
        return sorted(self._uses, key=lambda f: (f.path, f.facts.index))

    def uses(self, func: Func) -> list[ToolUse]:
        """How a function became a tool; empty when it is none."""
        return self._uses.get(func, [])

    def only_by_name(self, func: Func) -> bool:
        """Whether a function is known as a tool from a chain of name comparisons alone."""
        uses = self._uses.get(func, [])
        return bool(uses) and all(use.by_name for use in uses)

    def parsers(self) -> list[Func]:
        """Methods that frameworks give a model's answer to (``parse`` of output parsers)."""
        return sorted(self._parsers, key=lambda f: (f.path, f.facts.index))

    def answered(self, func: Func) -> Iterator[str]:
        """The parameters of a parser that hold the model's answer."""
        for name in func.params:
            if any(self._parameters.chosen_by(use, name) for use in self._parsers.get(func, ())):
                yield name

    def fields(self) -> list[ToolField]:
        """Fields that hold what the model wrote when the tool is run."""
        return self._fields

    def chooses(self, func: Func, name: str) -> bool:
        """Whether a model chooses the text of parameter ``name``."""
        if func not in self._uses:
            return False
        key = (func, name)
        known = self._chosen.get(key)
        if known is None:
            known = self._chosen[key] = any(self._parameters.chosen_by(use, name) for use in self._uses[func])
        return known

    def is_plain(self, annotation: m.Expr, func: Func) -> bool:
        """Whether values of this annotation hold no free text (numbers, ``Literal``, enums)."""
        key = (annotation, func)
        known = self._plain.get(key)
        if known is None:
            known = self._plain[key] = self._parameters.is_plain(annotation, func)
        return known
