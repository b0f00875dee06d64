"""What remote people send: parameters that a framework fills, requests, and calls that wait for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import (
    ClassRef,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    Obj,
    ParamValue,
    Value,
    external_name,
)
from llmlint.project.scopes import Func, Mod
from llmlint.project.secrets import Secrets
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

_ROUTE = re.compile(r"<(?:(\w+)(?:\([^>]*\))?:)?(\w+)(?::(\w+))?>")
"""``<question>``, ``<int:number>`` (Flask), ``<number:int>`` (Sanic, Bottle)."""
_NUMBERS = frozenset({"int", "float", "uuid", "number"})
_FORMS = ("handler", "register")


@dataclass(frozen=True, slots=True, eq=False)
class _Use:
    """One way in which a function came to serve remote people."""

    table: s.Input
    decorator: m.Expr | None = None


class Inputs:
    """Answers which values a remote person fills, and which are secrets."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._secrets = Secrets(evaluator, catalogue)
        self._ends = {p.rsplit(".", 1)[-1] for f in catalogue.files for t in f.input for p in t.parts}
        self._registered: dict[Func, list[_Use]] = {}
        self._uses: dict[Func, tuple[_Use, ...]] = {}
        self._parameters: dict[Func, tuple[str, ...]] = {}
        self._typed: dict[Func, dict[str, frozenset[str]]] = {}
        self._imported: dict[Mod, frozenset[str]] = {}

    def register(self, sites: Iterable[CallSite]) -> None:
        """Note functions that a call hands to a framework (``app.add_api_route("/ask", ask)``); once."""
        for site in sites:
            for table in self._tables(self._evaluator.eval(site.call.func, site.func)):
                given = walk.argument(site.call, table.arg) if table.form == "register" else None
                if given is None:
                    continue
                for value in self._evaluator.eval(given, site.func):
                    if isinstance(value, FuncRef):
                        self._registered.setdefault(value.func, []).append(_Use(table))

    # -- what is asked about functions ----------------------------------------------------------

    def parameters(self, func: Func) -> tuple[str, ...]:
        """Parameters that a remote person fills (whole values; plain types are still among them)."""
        known = self._parameters.get(func)
        if known is None:
            filled = {
                name: None
                for use in self._uses_of(func)
                if not use.table.of
                for name in self._meant(func, use)
                if self._fills(func.params[name], func, use.table)
            }
            known = self._parameters[func] = tuple(n for n in filled if n not in self.typed(func))
        return known

    def typed(self, func: Func) -> dict[str, frozenset[str]]:
        """Parameters that are a request, a message or the like, and the parts that a person sent."""
        known = self._typed.get(func)
        if known is not None:
            return known
        found: dict[str, frozenset[str]] = {}
        self._typed[func] = found
        for use in self._uses_of(func):
            for name in self._meant(func, use) if use.table.of else ():
                if func.params[name].annotation is None:
                    found[name] = self._parts_of(use.table.of)
        for param in func.facts.params:
            if param.annotation is not None and param.name != func.receiver:
                for value in self._evaluator.instances(param.annotation, func.parent or func):
                    parts = self.of_value(value)
                    if parts is not None:
                        found[param.name] = parts
        return found

    def fixed(self, func: Func) -> frozenset[str]:
        """Fields of its input parameters that are no free text, or hand over a system prompt on purpose."""
        ids = {field for use in self._uses_of(func) for field in use.table.fixed}
        return frozenset(ids | self._catalogue.own_prompts)

    def serves(self, func: Func) -> tuple[s.Input, ...]:
        """The tables by which a framework calls this function for remote people."""
        return tuple(use.table for use in self._uses_of(func))

    # -- what is asked about values and expressions ---------------------------------------------

    def of_value(self, value: Value) -> frozenset[str] | None:
        """The parts of a request-like value that a person sent; None when it is not one."""
        match value:
            case External(name=name):
                return self._parts(name, "object")
            case ExternalObject(name=name):
                return self._parts(name, "type")
            case Obj(cls=cls):
                found = [self._parts(b, "type") for b in self._evaluator.hierarchy.external_bases(cls)]
                parts = [p for p in found if p is not None]
                return frozenset().union(*parts) if parts else None
            case ParamValue(func=func, name=name):
                return self.typed(func).get(name)
            case _:
                return None

    def reads(self, attribute: m.Attr, func: Func) -> bool:
        """Whether ``request.form``, ``request.json`` or ``update.message.text`` is what a person sent.

        A method that gives it (``get_json``, ``receive_text``) counts as well: its result was sent.
        """
        path = attribute.name
        if path not in self._ends:
            return False
        base: m.Expr = attribute.value
        while True:
            bare = base.value if isinstance(base, m.Await) else base
            for value in self._evaluator.eval(bare, func):
                parts = self.of_value(value)
                if parts is not None and path in parts:
                    return True
            if not isinstance(bare, m.Attr):
                return False
            path = f"{bare.name}.{path}"
            base = bare.value

    def iterates(self, expr: m.Expr, func: Func) -> bool:
        """Whether looping over this gives what a person sent (``async for message in websocket``)."""
        return any("__iter__" in (self.of_value(v) or ()) for v in self._evaluator.eval(expr, func))

    def call_result(self, callee: Value, call: m.Call, func: Func) -> bool:
        """Whether calling this gives what a remote person typed (``streamlit.chat_input(...)``)."""
        name = external_name(callee)
        return bool(name) and any(t.form == "call" for t in self._catalogue.inputs.get(name))

    def secret(self, expr: m.Expr, func: Func) -> str | None:
        """The name of the secret that this expression reads; None when it reads none."""
        return self._secrets.read(expr, func)

    def own_prompt(self, name: str) -> bool:
        """Whether a field or parameter of this name hands the system prompt over on purpose."""
        return name in self._catalogue.own_prompts

    # -- how a function came to serve -----------------------------------------------------------

    def _uses_of(self, func: Func) -> tuple[_Use, ...]:
        if func.facts.kind != "function":
            return ()
        known = self._uses.get(func)
        if known is None:
            known = self._uses[func] = (
                *self._decorated(func),
                *self._registered.get(func, ()),
                *self._inherited(func),
                *self._named(func),
            )
        return known

    def _decorated(self, func: Func) -> Iterator[_Use]:
        scope = func.parent or func
        for decorator in func.facts.decorators:
            target = decorator.func if isinstance(decorator, m.Call) else decorator
            for table in self._tables(self.callees(target, scope)):
                if table.form == "handler" and (not table.functions or func.name in table.functions):
                    yield _Use(table, decorator)

    def callees(self, target: m.Expr, scope: Func) -> list[Value]:
        """What a decorator or a registering call is, as its framework calls it."""
        found = list(self._evaluator.eval(target, scope))
        if isinstance(target, m.Attr):
            for base in self._evaluator.eval(target.value, scope):
                if isinstance(base, Obj):  # an application class of the project's own
                    names = self._evaluator.hierarchy.external_bases(base.cls)
                    found += [ExternalMethod(ExternalObject(n), target.name) for n in names]
        return found

    def _tables(self, callees: Iterable[Value]) -> Iterator[s.Input]:
        for callee in callees:
            match callee:
                case External(name=name):
                    yield from (t for t in self._catalogue.inputs.get(name) if t.form in _FORMS)
                case ExternalMethod(owner=owner, path=path):
                    yield from self._catalogue.input_methods(owner.name, path)
                case _:
                    pass

    def _inherited(self, func: Func) -> Iterator[_Use]:
        if not func.is_method or func.cls is None:
            return
        for base in self._evaluator.hierarchy.external_bases(func.cls):
            for table in self._catalogue.inputs.get(base):
                if table.form == "method" and func.name in table.names:
                    yield _Use(table)

    def _named(self, func: Func) -> Iterator[_Use]:
        if func.parent is None or func.parent.facts.kind not in ("module", "class"):
            return
        names = tuple(self._positional(func))
        for table in self._catalogue.named_inputs:
            if names[: len(table.signature)] != table.signature or (
                table.names and func.name not in table.names
            ):
                continue
            if not table.imports or self._imports(func.mod, table.imports):
                yield _Use(table)

    def _imports(self, mod: Mod, wanted: tuple[str, ...]) -> bool:
        names = self._imported.get(mod)
        if names is None:
            bindings = [b for scope in mod.functions for found in scope.bindings.values() for b in found]
            names = self._imported[mod] = frozenset(
                name
                for b in bindings
                if b.kind in ("import", "from") and not b.level
                for name in (b.module, f"{b.module}.{b.name}")
            )
        return any(name == one or name.startswith(f"{one}.") for name in names for one in wanted)

    # -- parameters -----------------------------------------------------------------------------

    def _positional(self, func: Func) -> Iterator[str]:
        yield from (p.name for p in func.facts.params if p.name != func.receiver)

    def _meant(self, func: Func, use: _Use) -> list[str]:
        names = list(self._positional(func))
        table = use.table
        if table.route:
            return [name for name in names if name in self._routed(use.decorator, func)]
        if not table.params:
            return names
        return [n for place, n in enumerate(names) if n in table.params or str(place) in table.params]

    def _routed(self, decorator: m.Expr | None, func: Func) -> set[str]:
        """Parameters named in the path of a route, numbers left out."""
        first = walk.argument(decorator, "0|rule") if isinstance(decorator, m.Call) else None
        if not isinstance(first, m.Text):
            return set()
        found: set[str] = set()
        for before, name, after in _ROUTE.findall(first.value):
            if not {before, name, after} & _NUMBERS:
                found.add(name if name in func.params else before)
        return found

    def _fills(self, param: m.Param, func: Func, table: s.Input) -> bool:
        if param.kind in ("*", "**") or param.name in table.skip_params or self.own_prompt(param.name):
            return False
        scope = func.parent or func
        if param.default is not None and self._framework_default(param.default, scope, table):
            return False
        return param.annotation is None or self._accepts(param.annotation, scope, table)

    def _framework_default(self, expr: m.Expr, scope: Func, table: s.Input) -> bool:
        target = expr.func if isinstance(expr, m.Call) else expr.value if isinstance(expr, m.Sub) else expr
        return any(
            isinstance(v, External) and v.name in table.skip_defaults
            for v in self._evaluator.eval(target, scope)
        )

    def _accepts(self, annotation: m.Expr, scope: Func, table: s.Input) -> bool:
        """Whether a parameter annotated so can be filled by a person."""
        match annotation:
            case m.BinOp(op="|", left=left, right=right):
                return self._accepts(left, scope, table) and self._accepts(right, scope, table)
            case m.Sub(value=value, index=index):
                items = index.items if isinstance(index, m.Seq) else (index,)
                if self._evaluator.type_name(value, scope) == "Annotated":
                    if any(self._framework_default(item, scope, table) for item in items[1:]):
                        return False
                    return self._accepts(items[0], scope, table)
                if self._framework_default(value, scope, table):  # ``FromDishka[Service]``
                    return False
                return all(self._accepts(item, scope, table) for item in items) and self._accepts(
                    value, scope, table
                )
            case m.Name() | m.Attr():
                alias = self._alias(annotation, scope)
                if alias is not None:
                    return self._accepts(*alias, table)
                return all(self._type(v, table) for v in self._evaluator.eval(annotation, scope))
            case _:
                return True

    def _alias(self, name: m.Expr, scope: Func, hops: int = 5) -> tuple[m.Expr, Func] | None:
        """``StoreDep = Annotated[Store, Depends(make)]``, here or in the file it is imported from."""
        place: Func | None = scope
        while isinstance(name, m.Name) and place is not None and hops:
            for binding in place.bindings.get(name.id, ()):
                if binding.kind == "value" and isinstance(binding.expr, m.Sub | m.BinOp):
                    return binding.expr, place
                if binding.kind == "from":
                    module = self._evaluator.imports.target(binding.module, binding.level, place.mod)
                    if isinstance(module, Mod):
                        return self._alias(m.Name(binding.name), module.body, hops - 1)
            place = place.parent
        return None

    def _type(self, value: Value, table: s.Input) -> bool:
        match value:
            case External(name=name):
                return not any(
                    name == skipped or (skipped.endswith(".*") and name.startswith(skipped[:-1]))
                    for skipped in table.skip_types
                )
            case ClassRef(cls=cls):
                # A body is a model or a data class; a class of neither sort is a service.
                return bool(cls.facts.bases or cls.facts.decorators) and self.of_value(Obj(cls)) is None
            case _:
                return True

    def _parts(self, name: str, form: str) -> frozenset[str] | None:
        found = [t.parts for t in self._catalogue.inputs.get(name) if t.form == form]
        return frozenset(part for parts in found for part in parts) if found else None

    def _parts_of(self, type_name: str) -> frozenset[str]:
        return self._parts(type_name, "type") or frozenset()
