"""The evaluator: what an expression can stand for, looked up lazily and across files.

It is flow-insensitive: a name stands for everything that is ever bound to it in its scope. That is
right for clients, settings and functions; where text flows is the business of ``taint``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.classes import Hierarchy
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Client,
    ClientMethod,
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    ModuleRef,
    Obj,
    PackageRef,
    ParamValue,
    Partial,
    Response,
    Site,
    Super,
    Unknown,
    Value,
    Values,
    is_none_value,
)
from llmlint.project.modules import ModuleIndex
from llmlint.project.scopes import Binding, Cls, Func, Mod

LIMIT = 24
"""More alternatives than this are as good as unknown."""

DEPTH = 100
"""Conclusions under way at once; what lies deeper is as good as unknown."""

T = TypeVar("T")
K = TypeVar("K")

_LITERALS = frozenset({m.Const, m.Text, m.Template, m.Seq, m.DictDisplay, m.Comp, m.Compare, m.Unary, m.Slice})
"""Expressions that stand for themselves."""

_SAME = {"builtins.list", "builtins.tuple", "builtins.set", "builtins.iter", "builtins.reversed",
         "builtins.sorted", "builtins.dict", "copy.copy", "copy.deepcopy", "builtins.next",
         "builtins.enumerate", "asyncio.create_task", "asyncio.ensure_future", "contextlib.aclosing",
         "contextlib.closing"}  # fmt: skip
"""Functions that hand on their first argument as far as its value is concerned."""


def unique(values: Iterable[Value]) -> Values:
    """Without repetitions; without None when something better is there."""
    found = tuple(values)
    if len(found) > 1:
        found = tuple(dict.fromkeys(found))
    if len(found) > 1:
        found = tuple(v for v in found if not is_none_value(v)) or found[:1]
    return found if len(found) <= LIMIT else (UNKNOWN,)


class Evaluator:
    """Evaluates expressions of one project. ``callers`` may be filled later, then ``forget()``."""

    def __init__(self, index: ModuleIndex, catalogue: Catalogue) -> None:
        self.index = index
        self.catalogue = catalogue
        self.callers: dict[Func, list[tuple[Site, FuncRef]]] = {}
        self.decorated: dict[Func, list[FuncRef]] = defaultdict(list)
        self.hierarchy = Hierarchy(self)
        self._memo: dict[tuple[m.Expr, Func], Values] = {}
        self._names: dict[tuple[str, Func], Values] = {}
        self._results: dict[tuple[str, Func], Values] = {}
        self._members: dict[tuple[Cls, str, bool], Values] = {}
        self._active: set[object] = set()
        self._varies = False
        """Whether what is being concluded depends on what callers give, or on where it was asked."""
        self._varying: set[object] = set()

    def forget(self) -> None:
        """Drop what was concluded from ``callers`` (after they changed)."""
        varying = self._varying
        self._memo = {key: values for key, values in self._memo.items() if key not in varying}
        self._names = {key: values for key, values in self._names.items() if key not in varying}
        self._members = {key: values for key, values in self._members.items() if key not in varying}
        self._results = {key: values for key, values in self._results.items() if key not in varying}
        varying.clear()

    def observe(self, ask: Callable[[], T]) -> tuple[T, bool]:
        """What ``ask()`` gives, and whether ``forget()`` can change that."""
        outer, self._varies = self._varies, False
        result = ask()
        varies = self._varies
        self._varies = outer or varies
        return result, varies

    def _once(self, memo: dict[K, Values], key: K, conclude: Callable[[], Iterable[Value]]) -> Values:
        """Conclude once; ``()`` inside a cycle."""
        known = memo.get(key)
        if known is not None:
            if key in self._varying:
                self._varies = True
            return known
        if key in self._active:
            self._varies = True
            return ()
        outer, self._varies = self._varies, False
        self._active.add(key)
        try:
            result = unique(conclude())
        finally:
            self._active.discard(key)
        if self._varies:
            self._varying.add(key)
        else:
            self._varies = outer
        memo[key] = result
        return result

    # -- expressions ------------------------------------------------------------------------

    def eval(self, expr: m.Expr, func: Func) -> Values:
        """Everything ``expr`` can stand for in ``func``; ``()`` inside a cycle, never raises."""
        if type(expr) in _LITERALS:
            return (Data(expr, func),)
        # ``_once`` written out: this is asked millions of times.
        key = (expr, func)
        known = self._memo.get(key)
        if known is not None:
            if key in self._varying:
                self._varies = True
            return known
        if key in self._active or len(self._active) > DEPTH:
            self._varies = True
            return ()
        outer, self._varies = self._varies, False
        self._active.add(key)
        try:
            result = unique(self._eval(expr, func))
        finally:
            self._active.discard(key)
        if self._varies:
            self._varying.add(key)
        else:
            self._varies = outer
        self._memo[key] = result
        return result

    def _eval(self, expr: m.Expr, func: Func) -> Iterable[Value]:
        match expr:
            case m.Name(id=name):
                return self.lookup(name, func)
            case m.Attr(value=value, name=name):
                return [v for base in self.eval(value, func) for v in self.attribute(base, name)]
            case m.Call():
                return self._eval_call(expr, func)
            case m.Await(value=value) | m.Walrus(value=value) | m.Star(value=value):
                return self.eval(value, func)
            case m.IfExp(body=body, orelse=orelse):
                return (*self.eval(body, func), *self.eval(orelse, func))
            case m.BoolOp(left=left, right=right):
                return (*self.eval(left, func), *self.eval(right, func))
            case m.BinOp(op="|", left=left, right=right):
                return self._pipe(expr, left, right, func)
            case m.Sub(value=value, index=index):
                return self._subscript(value, index, func)
            case m.Lambda(function=number):
                return (FuncRef(func.mod.functions[number]),)
            case m.Other() | m.Yield():
                return (UNKNOWN,)
            case _:
                return (Data(expr, func),)

    def _pipe(self, expr: m.Expr, left: m.Expr, right: m.Expr, func: Func) -> Iterable[Value]:
        both = (*self.eval(left, func), *self.eval(right, func))
        clients = tuple(v for v in both if isinstance(v, Client))
        for client in clients:
            entry = self.catalogue.pipe_result(client.entry)
            if entry is not None:
                inner = tuple(c for v in clients for c in (v.inner or (v,)))
                return (Client(entry, None, inner=tuple(dict.fromkeys(inner))),)
        return (Data(expr, func),)

    def _subscript(self, value: m.Expr, index: m.Expr, func: Func) -> Iterable[Value]:
        found: list[Value] = []
        for base in self.eval(value, func):
            match base:
                case External() | ClassRef():
                    found.append(base)
                case Data(expr=m.DictDisplay(items=items), func=scope):
                    wanted = [v for k, v in items if k is not None and _same_key(k, index)]
                    for item in wanted or [v for k, v in items if k is not None]:
                        found += self.eval(item, scope)
                case Data(expr=m.Seq(items=items), func=scope):
                    number = index.value if isinstance(index, m.Const) else None
                    if isinstance(number, int) and -len(items) <= number < len(items):
                        found += self.eval(items[number], scope)
                    else:
                        for item in items:
                            found += self.eval(item, scope)
                case _:
                    found.append(UNKNOWN)
        return found

    # -- names ------------------------------------------------------------------------------

    def lookup(self, name: str, func: Func) -> Values:
        """What a bare name stands for in a scope."""
        scope: Func | None = func
        first = True
        while scope is not None:
            # Class bodies are visible from themselves only.
            if first or scope.facts.kind != "class":
                if name in scope.globals and scope is not scope.mod.body:
                    scope = scope.mod.body
                    continue
                if name in scope.bindings or name in scope.definitions:
                    return self._scope_name(name, scope)
                if scope.facts.kind == "module":
                    found = self._star_name(name, scope)
                    if found:
                        return found
            first = False
            scope = scope.parent
        return (External(f"builtins.{name}"),)

    def _scope_name(self, name: str, scope: Func) -> Values:
        return self._once(self._names, (name, scope), lambda: self._bound_values(name, scope))

    def _bound_values(self, name: str, scope: Func) -> list[Value]:
        found: list[Value] = []
        for definition in scope.definitions.get(name, ()):
            found.append(ClassRef(definition) if isinstance(definition, Cls) else FuncRef(definition))
        for binding in scope.bindings.get(name, ()):
            found += self.bound_value(binding, scope)
        # ``global name`` in functions of a module assigns the module's name.
        if scope.facts.kind == "module":
            for function in scope.mod.declaring.get(name, ()):
                for binding in function.bindings.get(name, ()):
                    found += self.bound_value(binding, function)
        return found

    def _star_name(self, name: str, scope: Func) -> Values:
        for star in scope.star_imports:
            mod = self._import_target(star.module, star.level, scope.mod)
            if isinstance(mod, Mod):
                if name in mod.body.bindings or name in mod.body.definitions or mod.body.star_imports:
                    found = self.module_attribute(mod, name)
                    if found and found != (UNKNOWN,):
                        return found
            elif mod is None and not name.startswith("__"):
                dotted = f"{star.module}.{name}"
                if self._is_catalogued(dotted):
                    return (External(dotted),)
        return ()

    def _is_catalogued(self, dotted: str) -> bool:
        tables = (self.catalogue.clients, self.catalogue.functions, self.catalogue.tools)
        return any(table.get(dotted) for table in tables)

    def bound_value(self, binding: Binding, scope: Func) -> Values:
        """What one binding gives its name."""
        match binding.kind:
            case "param":
                return self._param(scope, binding.name)
            case "import":
                return self._imported_module(binding.module, scope.mod)
            case "from":
                return self._imported_name(binding, scope.mod)
            case "value" | "augmented":
                if binding.expr is None:
                    if binding.annotation is not None:
                        return self.instances(binding.annotation, scope) or (UNKNOWN,)
                    return (UNKNOWN,)
                values = self._unpack(self.eval(binding.expr, scope), binding.unpack)
                if binding.annotation is not None and all(_vague(v) for v in values):
                    return self.instances(binding.annotation, scope) or values
                return values
            case "element":
                if binding.expr is None:
                    return (UNKNOWN,)
                return self._unpack(self.elements(self.eval(binding.expr, scope)), binding.unpack)
            case "enter":
                if binding.expr is None:
                    return (UNKNOWN,)
                return unique(v for base in self.eval(binding.expr, scope) for v in self._entered(base))
            case _:
                return (UNKNOWN,)

    def _entered(self, value: Value) -> Values:
        if isinstance(value, Obj):
            for name in ("__enter__", "__aenter__"):
                found = [
                    v
                    for member in self.member(value.cls, name, True)
                    if isinstance(member, FuncRef)
                    for v in self.results(member.func)
                ]
                if found:
                    return tuple(found)
        return (value,)

    def _unpack(self, values: Values, path: tuple[int, ...]) -> Values:
        for place in path:
            found: list[Value] = []
            for value in values:
                items = value.expr.items if isinstance(value, Data) and isinstance(value.expr, m.Seq) else None
                if items is not None and isinstance(value, Data) and 0 <= place < len(items):
                    found += self.eval(items[place], value.func)
                else:
                    found.append(UNKNOWN)
            values = unique(found)
        return values

    def elements(self, values: Values, seen: frozenset[Value] = frozenset()) -> Values:
        """What iterating over these values gives; ``seen`` breaks cycles (``x = [*x, y]``)."""
        found: list[Value] = []
        for value in values:
            if value in seen or len(seen) > 40:
                continue
            deeper = seen | {value}
            match value:
                case Data(expr=m.Seq(items=items), func=scope):
                    for item in items:
                        if isinstance(item, m.Star):
                            found += self.elements(self.eval(item.value, scope), deeper)
                        else:
                            found += self.eval(item, scope)
                case Data(expr=m.DictDisplay(items=items), func=scope):
                    for key, _ in items:
                        if key is not None:
                            found += self.eval(key, scope)
                case Data(expr=m.Comp(element=element), func=scope):
                    found += self.eval(element, scope)
                case Data(expr=m.BinOp(op="+", left=left, right=right), func=scope):
                    found += self.elements((*self.eval(left, scope), *self.eval(right, scope)), deeper)
                case Response():
                    found.append(value)
                case _:
                    found.append(UNKNOWN)
        return unique(found)

    # -- imports ----------------------------------------------------------------------------

    def _import_target(self, module: str, level: int, mod: Mod) -> Mod | str | None:
        """A module of the project, the place of a namespace package, or None for foreign modules."""
        if level:
            place = self.index.relative(module, level, mod.path)
            if place is None:
                return ""
        else:
            place = self.index.place(module, mod.path)
            if place is None:
                return None
        return self.index.at(place) or place

    def _imported_module(self, dotted: str, mod: Mod) -> Values:
        target = self._import_target(dotted, 0, mod)
        if isinstance(target, Mod):
            return (ModuleRef(target),)
        if target is not None:
            return (PackageRef(target, mod.path),)
        return (External(dotted),)

    def _imported_name(self, binding: Binding, mod: Mod) -> Values:
        target = self._import_target(binding.module, binding.level, mod)
        if target is None:
            return (External(f"{binding.module}.{binding.name}"),)
        if isinstance(target, Mod):
            if target is mod and binding.name in mod.body.bindings:
                return self._submodule(target, binding.name)
            return self.module_attribute(target, binding.name)
        sub = self.index.at(f"{target}/{binding.name}" if target else binding.name)
        return (ModuleRef(sub),) if sub else (UNKNOWN,)

    def module_attribute(self, mod: Mod, name: str) -> Values:
        """``module.name``: a global of the module, or a submodule."""
        if name in mod.body.bindings or name in mod.body.definitions:
            return self._scope_name(name, mod.body)
        return self._star_name(name, mod.body) or self._submodule(mod, name)

    def _submodule(self, mod: Mod, name: str) -> Values:
        if mod.path.endswith("__init__.py"):
            place = mod.path[: -len("__init__.py")] + name
            sub = self.index.at(place)
            if sub:
                return (ModuleRef(sub),)
            if self.index.exists(place):
                return (PackageRef(place, mod.path),)
        return (UNKNOWN,)

    # -- attributes -------------------------------------------------------------------------

    def attribute(self, base: Value, name: str) -> Values:
        """``base.name``."""
        match base:
            case ModuleRef(mod=mod):
                return self.module_attribute(mod, name)
            case PackageRef(place=place, importer=importer):
                sub = f"{place}/{name}" if place else name
                mod = self.index.at(sub)
                if mod:
                    return (ModuleRef(mod),)
                return (PackageRef(sub, importer),) if self.index.exists(sub) else (UNKNOWN,)
            case External(name=owner):
                return (External(f"{owner}.{name}"),)
            case ExternalObject():
                return (ExternalMethod(base, name),)
            case ExternalMethod(owner=owner, path=path):
                return (ExternalMethod(owner, f"{path}.{name}"),)
            case Obj(cls=cls):
                return self.member(cls, name, True)
            case ClassRef(cls=cls):
                return self.member(cls, name, False)
            case Super(cls=cls):
                return self._super_member(cls, name)
            case Client():
                return (self._client_path(base, name),)
            case ClientMethod(client=client, path=path):
                return (self._client_path(client, f"{path}.{name}"),)
            case _:
                return (UNKNOWN,)

    def _client_path(self, client: Client, path: str) -> Value:
        derive = self.catalogue.derive_on(client.entry, path)
        if derive is None and "." in path:
            # Transparent properties (``with_raw_response``) may stand anywhere in the path.
            head, last = path.rsplit(".", 1)
            transparent = self.catalogue.derive_on(client.entry, last)
            if transparent is not None and transparent.property and not transparent.returns:
                return ClientMethod(client, head)
        if derive is not None and derive.property:
            if not derive.returns:
                return client
            entries = self.catalogue.clients.get(derive.returns)
            if entries:
                return Client(entries[0], client.site, client.changes, client.inner)
        return ClientMethod(client, path)

    def member(self, cls: Cls, name: str, instance: bool) -> Values:
        """``name`` on an instance of a class, or on the class itself."""
        return self._once(self._members, (cls, name, instance), lambda: self._member(cls, name, instance))

    def _member(self, cls: Cls, name: str, instance: bool) -> Iterable[Value]:
        found: list[Value] = []
        for owner in self.hierarchy.mro(cls):
            method = owner.methods.get(name)
            if method is not None:
                if self.hierarchy.is_abstract(method):
                    found += self._overrides(cls, name, instance)
                found += self._method_value(method, cls, instance)
                return found
            for scope, binding in owner.attributes.get(name, ()):
                found += self.bound_value(binding, scope)
            if found and not all(is_none_value(v) for v in found):
                return found
            if name in owner.body.definitions:
                return [ClassRef(d) for d in owner.body.definitions[name] if isinstance(d, Cls)]
        overrides = self._overrides(cls, name, instance)
        if overrides:
            return overrides
        for base in self.hierarchy.external_bases(cls):
            entries = self.catalogue.clients.get(base)
            if entries:
                return [self._client_path(Client(entries[0], None), name)]
        return found or self._delegated(cls, name) or [UNKNOWN]

    def _delegated(self, cls: Cls, name: str) -> list[Value]:
        """``__getattr__`` that hands on to another object or module (``return getattr(self._inner, name)``)."""
        found: list[Value] = []
        for owner in self.hierarchy.mro(cls):
            method = owner.methods.get("__getattr__")
            if method is None or name.startswith("__") or len(method.facts.params) < 2:
                continue
            asked = method.facts.params[1].name
            for statement in method.returns:
                match statement.value:
                    case m.Call(
                        func=m.Name(id="getattr"), args=(m.Arg(value=target), m.Arg(value=m.Name(id=key)), *_)
                    ) if key == asked:
                        for base in self.eval(target, method):
                            if not isinstance(base, Obj) or base.cls is not cls:
                                found += self.attribute(base, name)
                    case _:
                        pass
            break
        return found

    def _overrides(self, cls: Cls, name: str, instance: bool) -> list[Value]:
        found: list[Value] = []
        for sub in self.hierarchy.subclasses(cls):
            method = sub.methods.get(name)
            if method is not None:
                found += self._method_value(method, sub, instance)
            else:
                for scope, binding in sub.attributes.get(name, ()):
                    found += self.bound_value(binding, scope)
        return found

    def _method_value(self, method: Func, cls: Cls, instance: bool) -> Values:
        if method.is_property:
            return self.results(method)
        if method.is_static:
            return (FuncRef(method),)
        if method.is_classmethod:
            return (FuncRef(method, ClassRef(cls)),)
        return (FuncRef(method, Obj(cls)),) if instance else (FuncRef(method),)

    def _super_member(self, cls: Cls, name: str) -> Values:
        for owner in self.hierarchy.mro(cls)[1:]:
            method = owner.methods.get(name)
            if method is not None:
                return self._method_value(method, cls, True)
        for base in self.hierarchy.external_bases(cls):
            entries = self.catalogue.clients.get(base)
            if entries:
                return (self._client_path(Client(entries[0], None), name),)
        return (UNKNOWN,)

    # -- parameters and annotations ---------------------------------------------------------

    def _param(self, func: Func, name: str) -> Values:
        param = func.params[name]
        if func.receiver == name and func.cls is not None:
            return (ClassRef(func.cls) if func.is_classmethod else Obj(func.cls),)
        if param.kind.startswith("*"):
            return (ParamValue(func, name),)
        self._varies = True
        found: list[Value] = []
        if param.annotation is not None:
            found += self.instances(param.annotation, func.parent or func)
        if param.default is not None:
            default = self.eval(param.default, func.parent or func)
            found += [v for v in default if not is_none_value(v) and not isinstance(v, Unknown)]
        if func in self.decorated and name == func.facts.params[0].name:
            found += self.decorated[func]
        for site, ref in self.callers.get(func, ()):
            bound = bind(site.call, func, ref.bound is not None)
            given = bound.given.get(name)
            if given is not None:
                found += [v for v in self.eval(given, site.func) if not is_none_value(v)]
            elif bound.star is not None or bound.double_star:
                found.append(UNKNOWN)
        return unique(found) or (ParamValue(func, name),)

    def instances(self, annotation: m.Expr, func: Func) -> Values:
        """Values of a parameter or variable annotated so; ``()`` when that says nothing useful."""
        match annotation:
            case m.Text(value=text):
                parsed = _parse_dotted(text)
                return self.instances(parsed, func) if parsed is not None else ()
            case m.BinOp(op="|", left=left, right=right):
                return unique((*self.instances(left, func), *self.instances(right, func)))
            case m.Sub(value=value, index=index):
                last = self.type_name(value, func)
                items = index.items if isinstance(index, m.Seq) else (index,)
                if last in ("Optional", "Annotated", "Final", "ClassVar"):
                    return self._annotated(items, func)
                if last == "Union":
                    return unique(v for item in items for v in self.instances(item, func))
                if last in ("type", "Type"):
                    return tuple(v for v in self.eval(items[0], func) if isinstance(v, ClassRef))
                if last in ("list", "List", "dict", "Dict", "Callable", "tuple", "Tuple", "Sequence"):
                    return ()
                return self.instances(value, func)
            case m.Name() | m.Attr():
                return unique(
                    v for value in self.eval(annotation, func) for v in self._instance_of(value)
                )
            case _:
                return ()

    def type_name(self, expr: m.Expr, func: Func) -> str:
        """The last part of the name of a type as its module calls it, whatever it is imported as."""
        for value in self.eval(expr, func):
            if isinstance(value, External):
                return value.name.rsplit(".", 1)[-1]
        return (walk.dotted(expr) or "").rsplit(".", 1)[-1]

    def _annotated(self, items: tuple[m.Expr, ...], func: Func) -> Values:
        for extra in items[1:]:
            for value in self.eval(extra, func):
                # Annotated[Client, Depends(make_client)]: the dependency says more than the type.
                if isinstance(value, Client | Obj):
                    return (value,)
        return self.instances(items[0], func)

    def _instance_of(self, value: Value) -> Values:
        match value:
            case ClassRef(cls=cls):
                return (Obj(cls),)
            case External(name=name):
                entries = self.catalogue.clients.get(name)
                if entries:
                    return (Client(entries[0], None),)
                return () if name.startswith("builtins.") or name.startswith("typing.") else (ExternalObject(name),)
            case _:
                return ()

    # -- calls ------------------------------------------------------------------------------

    def _eval_call(self, call: m.Call, func: Func) -> Iterable[Value]:
        found: list[Value] = []
        for callee in self.eval(call.func, func):
            found += self.call_value(callee, call, func)
        if isinstance(call.func, m.Attr):
            found += self._data_method(call.func, call, func)
            if len(found) > 1:
                found = [v for v in found if not isinstance(v, Unknown)] or [UNKNOWN]
        return found

    def _data_method(self, attr: m.Attr, call: m.Call, func: Func) -> Iterable[Value]:
        """Methods of literals that matter: ``dict.get``, ``dict.values``, ``str.format`` …"""
        for base in self.eval(attr.value, func):
            if not isinstance(base, Data):
                continue
            if isinstance(base.expr, m.DictDisplay):
                items = base.expr.items
                if attr.name in ("get", "pop", "setdefault") and call.args:
                    for key, value in items:
                        if key is None or _same_key(key, call.args[0].value) or not _is_text(call.args[0].value):
                            yield from self.eval(value, base.func)
                    if len(call.args) > 1:
                        yield from self.eval(call.args[1].value, func)
                elif attr.name == "values":
                    yield Data(m.Seq("list", tuple(v for _, v in items)), base.func)
                elif attr.name == "items":
                    pairs = tuple(m.Seq("tuple", (k, v)) for k, v in items if k is not None)
                    yield Data(m.Seq("list", pairs), base.func)
                elif attr.name == "copy":
                    yield base
            else:
                yield Data(call, func)

    def call_value(self, callee: Value, call: m.Call, func: Func) -> Iterable[Value]:
        """What calling ``callee`` so gives."""
        match callee:
            case External(name=name):
                return self._call_external(name, call, func)
            case ExternalMethod(owner=owner, path=path):
                return self._call_external(f"{owner.name}.{path}", call, func)
            case ClassRef(cls=cls):
                return (Obj(cls),)
            case FuncRef(func=target, bound=bound):
                return self._call_function(target, bound is not None, call, func)
            case Client():
                return self._call_client(callee, "__call__", call, func)
            case ClientMethod(client=client, path=path):
                return self._call_client(client, path, call, func)
            case Partial(target=target):
                return self.call_value(target, call, func)
            case Obj(cls=cls):
                found: list[Value] = []
                for member in self.member(cls, "__call__", True):
                    if isinstance(member, FuncRef):
                        found += self._call_function(member.func, True, call, func)
                return found or (UNKNOWN,)
            case _:
                return (UNKNOWN,)

    def _call_external(self, name: str, call: m.Call, func: Func) -> Iterable[Value]:
        site = Site(func, call)
        for entry in self.catalogue.clients.get(name):
            if self.matches(entry.when, call, func):
                inner: tuple[Client, ...] = ()
                if entry.wraps:
                    wrapped = walk.argument(call, entry.wraps)
                    if wrapped is not None:
                        inner = tuple(v for v in self.eval(wrapped, func) if isinstance(v, Client))
                return (Client(entry, site, inner=inner),)
        for function in self.catalogue.functions.get(name):
            if self.matches(function.when, call, func):
                return (Response(function, site),)
        if name == "builtins.dict" and all(a.keyword or a.star == "**" for a in call.args):
            return (Data(call, func),)
        if name in _SAME and call.args:
            return self.eval(call.args[0].value, func)
        if name in ("functools.partial", "functools.partialmethod") and call.args:
            targets = self.eval(call.args[0].value, func)
            return [
                Partial(t, site)
                for t in targets
                if isinstance(t, FuncRef | External | ClientMethod | ExternalMethod)
            ] or (UNKNOWN,)
        if name == "importlib.import_module" and len(call.args) == 1:
            given = call.args[0].value
            return self._imported_module(given.value, func.mod) if isinstance(given, m.Text) else (UNKNOWN,)
        if name == "typing.cast" and len(call.args) > 1:
            return self.eval(call.args[1].value, func)
        if name == "builtins.super":
            return (Super(func.cls),) if func.cls is not None else (UNKNOWN,)
        if name == "builtins.getattr" and len(call.args) > 1:
            text = call.args[1].value
            if isinstance(text, m.Text):
                return [v for b in self.eval(call.args[0].value, func) for v in self.attribute(b, text.value)]
            return (UNKNOWN,)
        for passthrough in self.catalogue.passthroughs.get(name):
            given = walk.argument(call, passthrough.arg)
            if given is not None and not passthrough.context:
                values = self.eval(given, func)
                if passthrough.awaits:
                    return values
                return [
                    v
                    for target in values
                    for v in (
                        self.results(target.func)
                        if isinstance(target, FuncRef)
                        else self.call_value(target, m.Call(given, call.args[1:], call.span), func)
                    )
                ] or (UNKNOWN,)
        if name.startswith("builtins."):
            return (Data(call, func),)
        return (ExternalObject(name, call, func),)

    def _call_client(self, client: Client, path: str, call: m.Call, func: Func) -> Iterable[Value]:
        derive = self.catalogue.derive_on(client.entry, path)
        if derive is not None:
            change = (derive, Site(func, call))
            if derive.returns:
                entries = self.catalogue.clients.get(derive.returns)
                if not entries:
                    return (UNKNOWN,)
                return (Client(entries[0], client.site, (*client.changes, change), client.inner or (client,)),)
            return (Client(client.entry, client.site, (*client.changes, change), client.inner),)
        for entry in self.catalogue.calls_on(client.entry, path):
            if self.matches(entry.when, call, func):
                return (Response(entry, Site(func, call)),)
        return (UNKNOWN,)

    def _call_function(self, target: Func, bound: bool, call: m.Call, func: Func) -> Iterable[Value]:
        results = self.results(target)
        if not any(isinstance(v, ParamValue) for v in results):
            return results
        arguments = bind(call, target, bound)
        found: list[Value] = []
        for value in results:
            if isinstance(value, ParamValue) and value.func is target and value.name in arguments.given:
                found += self.eval(arguments.given[value.name], func)
            else:
                found.append(value)
        return found

    def results(self, func: Func) -> Values:
        """What calling a function of the project can give (for generators: what it yields)."""
        return self._once(self._results, ("results", func), lambda: self._returned(func))

    def _returned(self, func: Func) -> Values:
        found: list[Value] = []
        for node in func.yields if func.facts.is_generator else ():
            if node.value is not None:
                found += self.eval(node.value, func)
        if not func.facts.is_generator:
            for statement in func.returns:
                if statement.value is not None:
                    found += self.eval(statement.value, func)
        if all(_vague(v) for v in found) and func.facts.returns is not None:
            found = [*self.instances(func.facts.returns, func.parent or func)] or found
        return unique(found) or (UNKNOWN,)

    # -- literals ---------------------------------------------------------------------------

    def matches(self, when: dict[str, tuple[str | bool | int, ...]], call: m.Call, func: Func) -> bool:
        """Whether every argument named in ``when`` is one of the literals (or dotted names) there."""
        return all(self._matches_one(where, wanted, call, func) for where, wanted in when.items())

    def _matches_one(
        self, where: str, wanted: tuple[str | bool | int, ...], call: m.Call, func: Func
    ) -> bool:
        given, scope = walk.argument(call, where), func
        if given is None:
            keywords, _ = self.keyword_items(call, func)
            for name in where.split("|"):
                if name in keywords:
                    given, scope = keywords[name]
        if given is None:
            return False
        for value in self.eval(given, scope):
            if isinstance(value, External) and value.name in wanted:
                return True
            if isinstance(value, Data):
                literal = value.expr
                if isinstance(literal, m.Const | m.Text) and any(_is_literal(literal.value, one) for one in wanted):
                    return True
        return False

    def keyword_items(self, call: m.Call, func: Func) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        """Keywords of a call with literal ``**settings`` opened; and whether all of them are known."""
        found: dict[str, tuple[m.Expr, Func]] = {}
        complete = True
        for arg in call.args:
            if arg.keyword is not None:
                found[arg.keyword] = (arg.value, func)
            elif arg.star == "*":
                complete = False
            elif arg.star == "**":
                items, whole = self._dict_items(arg.value, func, 0)
                found.update(items)
                complete = complete and whole
        return found, complete

    def _dict_items(
        self, expr: m.Expr, func: Func, depth: int
    ) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        values = self.eval(expr, func)
        if len(values) != 1 or depth > 4 or not isinstance(values[0], Data):
            return {}, False
        value = values[0]
        found, complete = self._display_items(value, depth)
        # Keys set later win; where the dict is written and where it is read may be two functions.
        names = [m.Name(n) for n, bound in value.func.bindings.items() for b in bound if b.expr is value.expr]
        places = [(expr, func), *((name, value.func) for name in names)]
        for name, scope in places:
            added = self._added_keys(name, scope)
            if added is None:
                return {}, False
            found.update({key: (item, scope) for key, item in added.items()})
        return found, complete

    def _display_items(self, value: Data, depth: int) -> tuple[dict[str, tuple[m.Expr, Func]], bool]:
        found: dict[str, tuple[m.Expr, Func]] = {}
        complete = True
        if isinstance(value.expr, m.DictDisplay):
            for key, item in value.expr.items:
                if key is None:
                    items, whole = self._dict_items(item, value.func, depth + 1)
                    found.update(items)
                    complete = complete and whole
                elif isinstance(key, m.Text):
                    found[key.value] = (item, value.func)
                else:
                    complete = False
            return found, complete
        if isinstance(value.expr, m.Call):
            # dict(a=1, **more)
            call = value.expr
            if walk.dotted(call.func) == "dict" and all(a.keyword or a.star == "**" for a in call.args):
                return self.keyword_items(call, value.func)
        return {}, False

    @staticmethod
    def _added_keys(expr: m.Expr, func: Func) -> dict[str, m.Expr] | None:
        """Values set by ``name["key"] = …`` in the scope that reads the dict; None when more may be set."""
        found: dict[str, m.Expr] = {}
        if not isinstance(expr, m.Name):
            return found
        for stmt in func.statements:
            if isinstance(stmt, m.Assign):
                for target in stmt.targets:
                    if not (isinstance(target, m.Sub) and walk.dotted(target.value) == expr.id):
                        continue
                    if not isinstance(target.index, m.Text) or stmt.value is None:
                        return None
                    found[target.index.value] = stmt.value
            elif isinstance(stmt, m.ExprStmt) and isinstance(stmt.value, m.Call):
                if walk.dotted(stmt.value.func) in (f"{expr.id}.update", f"{expr.id}.setdefault"):
                    return None
        return found


def _is_literal(value: object, wanted: str | bool | int) -> bool:
    if isinstance(wanted, str) and wanted.endswith("*"):
        return isinstance(value, str) and value.startswith(wanted[:-1])
    return value == wanted and type(value) is type(wanted)


def _same_key(key: m.Expr, index: m.Expr) -> bool:
    return (
        isinstance(key, m.Text | m.Const)
        and isinstance(index, m.Text | m.Const)
        and key.value == index.value
    )


def _is_text(expr: m.Expr) -> bool:
    return isinstance(expr, m.Text)


def _vague(value: Value) -> bool:
    return isinstance(value, Unknown | ParamValue) or is_none_value(value)


def _parse_dotted(text: str) -> m.Expr | None:
    parts = text.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    expr: m.Expr = m.Name(parts[0])
    for part in parts[1:]:
        expr = m.Attr(expr, part)
    return expr
