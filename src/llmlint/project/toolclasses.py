"""Classes of the project that are tools: a name, a description, a schema and a method that runs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import ClassRef, Data, Value, Values
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.toolforms import ToolField, ToolUse
from llmlint.project.toolschemas import Schemas, Words, is_schema, items_of, properties
from llmlint.project.values import Evaluator

_BASE = re.compile(r"_?(Abstract|Base|LLM|Agent|Abc|I)?Tool(Base|ABC|Interface|Protocol)?\Z")
"""How people call the base class of their tools."""


@dataclass(frozen=True, slots=True)
class Described:
    """That a class describes itself to a model; ``parameters`` where they are written out."""

    parameters: frozenset[str] | None


class ToolClasses:
    """Finds the run methods of tool classes."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, schemas: Schemas
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._words = Words.of(catalogue)
        self._schemas = schemas
        self._spread: dict[str, bool] | None = None
        self.fields: list[ToolField] = []
        """What bases of hand-written tools keep of the arguments."""

    def find(self, modules: Iterable[Mod]) -> Iterator[ToolUse]:
        """Look at every class that has a method by which tools are run."""
        for mod in modules:
            for cls in mod.classes:
                own = [cls.methods[name] for name in self._words.run_methods if name in cls.methods]
                own = [f for f in own if len(f.facts.params) > 1 and not self._is_abstract(f)]
                if not own:
                    continue
                described = self._described(cls)
                if described is not None:
                    yield from (ToolUse(f, None, only=_only(f, described.parameters)) for f in own)
                    continue
                for func in own:
                    base = self._run_by_name(func, cls)
                    if base is not None:
                        yield ToolUse(func, None)
                        self.fields += [ToolField(cls, name, func) for name in self._kept_arguments(base)]

    def _is_abstract(self, func: Func) -> bool:
        return self._evaluator.hierarchy.is_abstract(func)

    # -- a name, a description and a schema ---------------------------------------------------

    def _described(self, cls: Cls) -> Described | None:
        family = self._evaluator.hierarchy.mro(cls)
        given = self._given_to_base(cls)
        exposed = self._is_exposed(cls, family)
        if exposed and self._has_text("name", family, given) and self._has_text("description", family, given):
            for name in self._words.schema_attributes:
                for value in self._values(name, family, given):
                    if isinstance(value, Data) and is_schema(value.expr):
                        return Described(properties(value.expr))
                    if isinstance(value, ClassRef):
                        return Described(None)
        for owner in family:
            for method in owner.methods.values():
                if len(method.facts.params) == 1 and method.returns and not method.facts.is_generator:
                    for value in self._evaluator.results.of(method):
                        if isinstance(value, Data) and self._is_function_schema(value.expr):
                            schema = self._schema_of(value.expr)
                            return Described(properties(schema) if is_schema(schema) else None)
        return None

    def _is_exposed(self, cls: Cls, family: tuple[Cls, ...]) -> bool:
        """Whether the class says it is a tool, or tools are described to a model here by their fields."""
        names = [one.name for one in family] + list(self._evaluator.hierarchy.external_bases(cls))
        return self._schemas.built or any("tool" in name.rsplit(".", 1)[-1].lower() for name in names)

    def _is_function_schema(self, expr: m.Expr) -> bool:
        items = items_of(expr)
        function = items.get("function")
        if function is not None and "type" in items:
            return True
        return self._schemas.describes(expr) and "description" in items

    def _schema_of(self, expr: m.Expr) -> m.Expr:
        items = items_of(expr)
        items = {**items, **items_of(items["function"])} if "function" in items else items
        return next((items[key] for key in sorted(self._words.schema_keys) if key in items), expr)

    @staticmethod
    def _given_to_base(cls: Cls) -> dict[str, tuple[m.Expr, Func]]:
        """Keywords of ``super().__init__(name="…", description="…")``."""
        init = cls.methods.get("__init__")
        found: dict[str, tuple[m.Expr, Func]] = {}
        for node in init.nodes if init is not None else ():
            match node:
                case m.Call(func=m.Attr(value=m.Call(func=m.Name(id="super")), name="__init__"), args=args):
                    found.update((a.keyword, (a.value, init)) for a in args if a.keyword and init)
                case _:
                    pass
        return found

    def _values(self, name: str, family: tuple[Cls, ...], given: dict[str, tuple[m.Expr, Func]]) -> Values:
        if name in given:
            return self._evaluator.eval(*given[name])
        found: list[Value] = []
        for owner in family:
            method = owner.methods.get(name)
            if method is not None:
                return self._evaluator.results.of(method)
            for scope, binding in owner.attributes.get(name, ()):
                if binding.kind == "value" and binding.expr is not None:
                    found += self._evaluator.eval(binding.expr, scope)
            if found:
                break
        return tuple(found)

    def _has_text(self, name: str, family: tuple[Cls, ...], given: dict[str, tuple[m.Expr, Func]]) -> bool:
        return any(
            isinstance(value, Data) and isinstance(value.expr, m.Text | m.Template | m.BinOp | m.Call)
            for value in self._values(name, family, given)
        )

    # -- a base class of tools, run with arguments by name --------------------------------------

    def _run_by_name(self, func: Func, cls: Cls) -> Cls | None:
        """The base called ``Tool`` that leaves this open, when someone calls it with ``**arguments``."""
        for base in self._evaluator.hierarchy.mro(cls)[1:]:
            method = base.methods.get(func.name)
            if _BASE.match(base.name) and method is not None and self._is_abstract(method):
                return base if func.name in self._spreads() else None
        return None

    def _kept_arguments(self, base: Cls) -> list[str]:
        """``self.args = args`` in the constructor of the base."""
        init = base.methods.get("__init__")
        if init is None:
            return []
        return [
            target.name
            for target, binding in init.attribute_bindings
            if isinstance(binding.expr, m.Name)
            and binding.expr.id in self._words.argument_names & init.params.keys()
        ]

    def _spreads(self) -> dict[str, bool]:
        """Methods that are called on something found at run time, with ``**arguments``."""
        if self._spread is None:
            found: dict[str, bool] = defaultdict(bool)
            for sites in self._graph.sites.values():
                for site in sites:
                    target = site.call.func
                    if not isinstance(target, m.Attr) or not isinstance(target.value, m.Name):
                        continue
                    if target.value.id == site.func.receiver or len(site.call.args) != 1:
                        continue
                    arg = site.call.args[0]
                    if arg.star == "**" and not _is_own_kwargs(arg.value, site.func):
                        found[target.name] = True
            self._spread = found
        return self._spread


def _is_own_kwargs(expr: m.Expr, func: Func) -> bool:
    """Whether ``**kwargs`` is handed on as it came."""
    return isinstance(expr, m.Name) and any(p.name == expr.id and p.kind == "**" for p in func.facts.params)


def _only(func: Func, described: frozenset[str] | None) -> frozenset[str] | None:
    """The described parameters, when the function takes them under their names."""
    if described is None or not described & func.params.keys():
        return None
    return described
