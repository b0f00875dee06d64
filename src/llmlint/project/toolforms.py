"""Tools that are registered with a framework, as the catalogue's tables say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import (
    ClassRef,
    Client,
    ClientMethod,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    Obj,
    Super,
    Unknown,
    Value,
)
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.toollists import ToolLists, texts
from llmlint.project.toolnames import OwnNames
from llmlint.project.values import Evaluator

_DECORATING = frozenset({"decorator", "method", "handler"})
_CALLED_WITH = frozenset({"factory", "register", "list"})


@dataclass(frozen=True, slots=True, eq=False)
class ToolUse:
    """One way in which a function became a tool."""

    func: Func
    table: s.Tool | None
    """None for hand-written protocols, and for lists given to a client."""
    by_name: bool = False
    """Known only from ``if name == "…"``: where the name comes from may be seen elsewhere."""
    only: frozenset[str] | None = None
    """When it is known which parameters are described to the model: these."""
    fixed: frozenset[str] = field(default=frozenset())
    """Parameters that the program gives itself."""


@dataclass(frozen=True, slots=True, eq=False)
class ToolField:
    """A field of a tool object that holds what the model wrote, for the method that runs the tool."""

    cls: Cls
    name: str
    func: Func


class Registrations:
    """Finds what the catalogue's tool tables describe."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._own = OwnNames(catalogue)
        self._lists = ToolLists(graph, evaluator)

    def find(self, modules: Iterable[Mod]) -> Iterator[ToolUse]:
        """Look at every decorator, class and call."""
        for mod in modules:
            for func in mod.functions:
                if func.facts.kind == "function":
                    yield from self._decorated(func)
                    if func.facts.returns is not None:
                        yield from self._returning(func, func.facts.returns)
            for cls in mod.classes:
                yield from self._subclass(cls)
        for sites in self._graph.sites.values():
            for site in sites:
                yield from self._call(site.call, site.func)

    # -- which tables -----------------------------------------------------------------------

    def _tables(self, callee: Value) -> Iterator[s.Tool]:
        match callee:
            case External(name=name):
                yield from self._catalogue.tools.get(name)
                owner, _, method = name.rpartition(".")
                if owner:
                    yield from self._catalogue.tool_methods(owner, method)
            case ExternalMethod(owner=owner, path=path):
                yield from self._catalogue.tool_methods(owner.name, path)
                yield from self._catalogue.tools.get(f"{owner.name}.{path}")
            case ExternalObject(name=name):
                # ``mcp.tool()`` already called: its name is ``<class>.tool``
                owner_name, _, method = name.rpartition(".")
                if owner_name:
                    yield from self._catalogue.tool_methods(owner_name, method)
                yield from (t for t in self._catalogue.tools.get(name) if t.form == "decorator")
            case ClientMethod(client=client, path=path):
                yield from self._catalogue.tool_methods(client.entry, path)
            case FuncRef(func=func):
                yield from self._own.function(func)
            case ClassRef(cls=cls):
                for one in self._evaluator.hierarchy.mro(cls):
                    yield from self._own.cls(one)
                for base in self._evaluator.hierarchy.external_bases(cls):
                    yield from (t for t in self._catalogue.tools.get(base) if t.form == "list")
            case Obj(cls=cls):
                for base in self._evaluator.hierarchy.external_bases(cls):
                    yield from self._catalogue.tools.get(base)
            case _:
                return

    def _callees(self, target: m.Expr, func: Func) -> Iterator[s.Tool]:
        values = self._evaluator.eval(target, func)
        for callee in values:
            yield from self._tables(callee)
        if not any(isinstance(v, Unknown) for v in values):
            return
        if isinstance(target, m.Attr):
            yield from self._inherited(target, func)
        elif isinstance(target, m.Call) and isinstance(target.func, m.Attr):
            yield from (t for t in self._inherited(target.func, func) if t.form in _DECORATING)

    def _inherited(self, target: m.Attr, func: Func) -> Iterator[s.Tool]:
        """``self.register(...)`` and ``super().__init__(...)`` below a class of a framework."""
        for owner in self._evaluator.eval(target.value, func):
            if not isinstance(owner, Obj | ClassRef | Super):
                continue
            for base in self._evaluator.hierarchy.external_bases(owner.cls):
                yield from self._catalogue.tool_methods(base, target.name)
                path = base if target.name == "__init__" else f"{base}.{target.name}"
                yield from (t for t in self._catalogue.tools.get(path) if t.form in _CALLED_WITH)

    # -- where ------------------------------------------------------------------------------

    def _decorated(self, func: Func) -> Iterator[ToolUse]:
        scope = func.parent or func
        for decorator in func.facts.decorators:
            tables: dict[s.Tool, None] = {}
            if isinstance(decorator, m.Call):
                tables.update(dict.fromkeys(self._callees(decorator.func, scope)))
            # Also as a whole: ``@server.tool("x")`` where ``tool`` returns ``self.mcp.tool(...)``.
            tables.update(dict.fromkeys(self._callees(decorator, scope)))
            for table in tables:
                if table.form in _DECORATING:
                    yield ToolUse(func, table)

    def _returning(self, func: Func, annotation: m.Expr) -> Iterator[ToolUse]:
        """Public functions of a module that return a framework's result of a tool."""
        parent = func.parent
        if func.name.startswith("_") or parent is None or parent.facts.kind != "module":
            return
        for value in self._evaluator.eval(annotation, parent):
            if isinstance(value, External | ClassRef):
                for table in self._tables(value):
                    if table.form == "returns":
                        yield ToolUse(func, table)

    def _subclass(self, cls: Cls) -> Iterator[ToolUse]:
        hierarchy = self._evaluator.hierarchy
        tables: dict[s.Tool, None] = {}
        for base in hierarchy.external_bases(cls):
            tables.update(dict.fromkeys(self._catalogue.tools.get(base)))
        for one in hierarchy.mro(cls)[1:]:
            tables.update(dict.fromkeys(self._own.cls(one)))
        for table in tables:
            if table.form in ("subclass", "parser", "fields"):
                yield from (ToolUse(f, table) for f in self._methods(cls, table.methods))
            elif table.form == "names":
                for scope, binding in cls.attributes.get(table.arg, ()):
                    if binding.expr is not None:
                        names = tuple(texts(binding.expr, scope, self._evaluator))
                        yield from (ToolUse(f, table) for f in self._methods(cls, names))

    def fields(self, cls: Cls) -> Iterator[ToolField]:
        """Annotated fields of classes whose instances a model fills in before they are run."""
        hierarchy = self._evaluator.hierarchy
        tables = [t for base in hierarchy.external_bases(cls) for t in self._catalogue.tools.get(base)]
        for table in dict.fromkeys(tables):
            for func in self._methods(cls, table.methods) if table.form == "fields" else ():
                for name, bindings in cls.body.bindings.items():
                    if not name.startswith("_") and any(b.annotation is not None for b in bindings):
                        yield ToolField(cls, name, func)

    def _methods(self, cls: Cls, names: Iterable[str]) -> Iterator[Func]:
        if "*" in names:
            own = {name for one in self._evaluator.hierarchy.mro(cls) for name in one.methods}
            names = sorted(name for name in own if not name.startswith("_"))
        for name in names:
            for owner in self._evaluator.hierarchy.mro(cls):
                if name in owner.methods:
                    yield owner.methods[name]
                    break

    def _call(self, call: m.Call, func: Func) -> Iterator[ToolUse]:
        if not call.args:
            return
        for table in dict.fromkeys(self._callees(call.func, func)):
            if table.form in _DECORATING:
                # ``tool(f)`` and ``mcp.tool()(f)``
                yield from self._given(call, table.arg or "0", func, table)
            elif table.form in _CALLED_WITH:
                yield from self._given(call, table.arg or "0", func, table)
        makes_client = False
        for callee in self._evaluator.eval(call.func, func):
            match callee:
                case ClientMethod(client=client, path=path):
                    for entry in self._catalogue.calls_on(client.entry, path):
                        yield from self._tool_params(entry.tools, call, func)
                case External(name=name):
                    for entry in self._catalogue.functions.get(name):
                        yield from self._tool_params(entry.tools, call, func)
                    makes_client = makes_client or bool(self._catalogue.clients.get(name))
                case ExternalMethod(owner=owner, path=path):
                    makes_client = makes_client or bool(self._catalogue.clients.get(f"{owner.name}.{path}"))
                case _:
                    pass
        for value in self._evaluator.eval(call, func) if makes_client else ():
            if isinstance(value, Client) and value.site is not None and value.site.call is call:
                yield from self._tool_params(value.entry.tools, call, func)

    def _tool_params(self, wheres: tuple[str, ...], call: m.Call, func: Func) -> Iterator[ToolUse]:
        for where in wheres:
            yield from self._given(call, where, func, None)

    def _given(self, call: m.Call, where: str, func: Func, table: s.Tool | None) -> Iterator[ToolUse]:
        # What a factory wraps may be a chain or a model: only functions are sure to be tools.
        objects = table is None or table.form in ("list", "register")
        for expr, scope in self._argument(call, where, func):
            for given in self._lists.functions(expr, scope, objects):
                yield ToolUse(given.func, table, fixed=given.fixed)

    def _argument(self, call: m.Call, where: str, func: Func) -> Iterator[tuple[m.Expr, Func]]:
        """The argument at a parameter path: ``tools``, ``0|tools``, ``config.tools``."""
        head, _, field_name = where.partition(".")
        given = walk.argument(call, head)
        scope = func
        if given is None:
            keywords, _ = self._evaluator.keyword_items(call, func)
            for name in head.split("|"):
                if name in keywords:
                    given, scope = keywords[name]
        if given is None:
            return
        if not field_name:
            yield given, scope
            return
        for value in self._evaluator.eval(given, scope):
            match getattr(value, "expr", None) or getattr(value, "call", None):
                case m.DictDisplay(items=items):
                    for key, item in items:
                        if isinstance(key, m.Text) and key.value == field_name:
                            yield item, getattr(value, "func", None) or scope
                case m.Call() as made:
                    item_given = walk.argument(made, field_name)
                    if item_given is not None:
                        yield item_given, getattr(value, "func", None) or scope
                case _:
                    pass
