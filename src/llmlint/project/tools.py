"""Which functions a model can call, and which of their parameters it chooses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import (
    ClassRef,
    Client,
    ClientMethod,
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    Obj,
    Value,
)
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.values import Evaluator

_PLAIN = frozenset(
    {
        "builtins.int",
        "builtins.float",
        "builtins.bool",
        "uuid.UUID",
        "datetime.date",
        "datetime.datetime",
        "typing.Literal",
        "typing_extensions.Literal",
        "decimal.Decimal",
        "enum.Enum",
        "enum.IntEnum",
        "enum.StrEnum",
    }
)
"""Types that hold no free text."""


@dataclass(frozen=True, slots=True, eq=False)
class ToolUse:
    """One way in which a function became a tool."""

    func: Func
    table: s.Tool | None
    """None for hand-written dispatch by a JSON schema, and for lists given to a client."""
    by_name: bool = False
    """Known only from ``if name == "…"``: where the name comes from may be seen elsewhere."""


class Tools:
    """Finds tools once, then answers."""

    def __init__(
        self, modules: Iterable[Mod], graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue
    ) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._modules = tuple(modules)
        self._graph = graph
        self._uses: dict[Func, list[ToolUse]] = defaultdict(list)
        self._chosen: dict[tuple[Func, str], bool] = {}

    def find(self) -> None:
        """Look at every decorator, class, call and dispatch table."""
        for mod in self._modules:
            for func in mod.functions:
                if func.facts.kind == "function":
                    self._decorated(func)
            for cls in mod.classes:
                self._subclass(cls)
        for sites in self._graph.sites.values():
            for site in sites:
                self._call(site.call, site.func)
        self._dispatch_tables()

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

    # -- registration -------------------------------------------------------------------------

    def _add(self, func: Func, table: s.Tool | None, by_name: bool = False) -> None:
        if not any(use.table is table for use in self._uses[func]):
            self._uses[func].append(ToolUse(func, table, by_name))

    def _tables(self, callee: Value) -> Iterator[s.Tool]:
        match callee:
            case External(name=name):
                yield from self._catalogue.tools.get(name)
                owner, _, method = name.rpartition(".")
                if owner:
                    yield from self._catalogue.tool_methods(owner, method)
            case ExternalMethod(owner=owner, path=path):
                yield from self._catalogue.tool_methods(owner.name, path)
            case ExternalObject(name=name):
                # ``mcp.tool()`` already called: its name is ``<class>.tool``
                owner_name, _, method = name.rpartition(".")
                if owner_name:
                    yield from self._catalogue.tool_methods(owner_name, method)
                yield from (t for t in self._catalogue.tools.get(name) if t.form == "decorator")
            case ClientMethod(client=client, path=path):
                yield from self._catalogue.tool_methods(client.entry, path)
            case Obj(cls=cls):
                for base in self._evaluator.hierarchy.external_bases(cls):
                    yield from self._catalogue.tools.get(base)
            case _:
                return

    def _decorated(self, func: Func) -> None:
        scope = func.parent or func
        for decorator in func.facts.decorators:
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            for callee in self._evaluator.eval(target, scope):
                for table in self._tables(callee):
                    if table.form in ("decorator", "method", "handler"):
                        self._add(func, table)

    def _subclass(self, cls: Cls) -> None:
        for base in self._evaluator.hierarchy.external_bases(cls):
            for table in self._catalogue.tools.get(base):
                if table.form == "subclass":
                    for name in table.methods:
                        for owner in self._evaluator.hierarchy.mro(cls):
                            if name in owner.methods:
                                self._add(owner.methods[name], table)
                                break

    def _call(self, call: m.Call, func: Func) -> None:
        for callee in self._evaluator.eval(call.func, func):
            for table in self._tables(callee):
                if table.form in ("decorator", "method", "handler"):
                    # ``tool(f)`` and ``mcp.tool()(f)``
                    self._functions_in(walk.argument(call, "0"), func, table)
                elif table.form in ("factory", "register"):
                    self._functions_in(walk.argument(call, table.arg or "0"), func, table)
                elif table.form == "list":
                    self._functions_in(walk.argument(call, table.arg), func, table)
            if isinstance(callee, ClientMethod):
                for entry in self._catalogue.calls_on(callee.client.entry, callee.path):
                    self._tool_params(entry.tools, call, func)
            elif isinstance(callee, External):
                for entry in self._catalogue.functions.get(callee.name):
                    self._tool_params(entry.tools, call, func)
        for value in self._evaluator.eval(call, func):
            if isinstance(value, Client) and value.site is not None and value.site.call is call:
                self._tool_params(value.entry.tools, call, func)

    def _tool_params(self, wheres: tuple[str, ...], call: m.Call, func: Func) -> None:
        for where in wheres:
            self._functions_in(walk.argument(call, where), func, None)

    def _functions_in(self, expr: m.Expr | None, func: Func, table: s.Tool | None) -> None:
        if expr is None:
            return
        values = self._evaluator.eval(expr, func)
        for value in (*values, *self._evaluator.elements(values)):
            if isinstance(value, FuncRef):
                self._add(value.func, table)
            elif isinstance(value, Data) and isinstance(value.expr, m.Seq | m.BinOp):
                for element in self._evaluator.elements((value,)):
                    if isinstance(element, FuncRef):
                        self._add(element.func, table)

    def _dispatch_tables(self) -> None:
        displays = [
            (node, func)
            for mod in self._modules
            for func in mod.functions
            for stmt in walk.statements(func.facts.body)
            for expr in walk.own_expressions(stmt)
            for node in walk.expressions(expr)
            if isinstance(node, m.DictDisplay)
        ]
        names: set[str] = set()
        for display, _ in displays:
            items = {k.value: v for k, v in display.items if isinstance(k, m.Text)}
            name = items.get("name")
            if isinstance(name, m.Text) and self._catalogue.schema_keys & items.keys():
                names.add(name.value)
        if not names:
            return
        for display, func in displays:
            for key, value in display.items:
                if isinstance(key, m.Text) and key.value in names:
                    for target in self._evaluator.eval(value, func):
                        if isinstance(target, FuncRef):
                            self._add(target.func, None)
        for func in self._graph.functions:
            self._name_chains(func, names)

    def _name_chains(self, func: Func, names: set[str]) -> None:
        """``if name == "run_command": run_command(...)``, where a schema of that name exists."""
        for site in self._graph.sites[func]:
            compared = {
                side.value
                for frame in site.frames
                if frame.kind == "if"
                and isinstance(frame.node, m.If)
                and isinstance(frame.node.test, m.Compare)
                for side in (frame.node.test.left, *frame.node.test.rights)
                if isinstance(side, m.Text)
            }
            for edge in self._graph.edges_at.get(site.call, ()):
                if edge.target.name in compared & names:
                    self._add(edge.target, None, by_name=True)

    # -- parameters ---------------------------------------------------------------------------

    def chooses(self, func: Func, name: str) -> bool:
        """Whether a model chooses the text of parameter ``name``."""
        if func not in self._uses:
            return False
        key = (func, name)
        known = self._chosen.get(key)
        if known is None:
            known = self._chosen[key] = any(self._chosen_by(use, name) for use in self._uses[func])
        return known

    def _chosen_by(self, use: ToolUse, name: str) -> bool:
        func, table = use.func, use.table
        param = func.params.get(name)
        if param is None or name == func.receiver or param.kind == "*":
            return False
        if table is not None:
            if name in table.skip_params:
                return False
            if table.form == "handler" and name == func.facts.params[0].name and len(func.facts.params) > 1:
                return False
            first = next((p.name for p in func.facts.params if p.name != func.receiver), None)
            if table.first_is_context and name == first:
                return False
            if param.annotation is not None and self._skipped_type(param.annotation, func, table):
                return False
        return param.annotation is None or not self.is_plain(param.annotation, func.parent or func)

    def _skipped_type(self, annotation: m.Expr, func: Func, table: s.Tool) -> bool:
        scope = func.parent or func
        if (
            isinstance(annotation, m.Sub)
            and self._evaluator.type_name(annotation.value, scope) == "Annotated"
        ):
            items = annotation.index.items if isinstance(annotation.index, m.Seq) else (annotation.index,)
            return any(self._skipped_type(item, func, table) for item in items)
        target = annotation.value if isinstance(annotation, m.Sub) else annotation
        target = target.func if isinstance(target, m.Call) else target
        tails = {name.rsplit(".", 1)[-1] for name in table.skip_types}
        for value in self._evaluator.eval(target, func.parent or func):
            if isinstance(value, External) and (
                value.name in table.skip_types or value.name.rsplit(".", 1)[-1] in tails
            ):
                return True
        return False

    def is_plain(self, annotation: m.Expr, func: Func) -> bool:
        """Whether values of this annotation hold no free text (numbers, ``Literal``, enums)."""
        match annotation:
            case m.Text(value=text):
                return text.strip() in ("int", "float", "bool") or text.strip().startswith("Literal[")
            case m.Const(value=None):
                return True
            case m.BinOp(op="|", left=left, right=right):
                return self.is_plain(left, func) and self.is_plain(right, func)
            case m.Sub(value=value, index=index):
                last = self._evaluator.type_name(value, func)
                items = index.items if isinstance(index, m.Seq) else (index,)
                if last == "Literal":
                    return True
                if last in ("Optional", "Union", "list", "List", "Sequence", "set", "tuple", "Tuple"):
                    return all(self.is_plain(item, func) for item in items)
                return last == "Annotated" and self.is_plain(items[0], func)
            case m.Name() | m.Attr():
                values = self._evaluator.eval(annotation, func)
                return bool(values) and all(self._plain_value(v) for v in values)
            case _:
                return False

    def _plain_value(self, value: Value) -> bool:
        if isinstance(value, External):
            return value.name in _PLAIN
        if isinstance(value, ClassRef):
            return bool(set(self._evaluator.hierarchy.external_bases(value.cls)) & _PLAIN)
        if isinstance(value, Data):
            return isinstance(value.expr, m.Sub) and self.is_plain(value.expr, value.func)
        return False
