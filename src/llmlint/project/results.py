"""What calls give: instances, clients, responses, results of functions of the project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
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
    ParamValue,
    Partial,
    Response,
    Site,
    Super,
    Unknown,
    Value,
    Values,
    telling,
    unique,
    vague,
)
from llmlint.project.scopes import Func, Mod

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

_SAME = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.iter", "builtins.reversed",
                   "builtins.sorted", "builtins.dict", "copy.copy", "copy.deepcopy", "builtins.next",
                   "tqdm.tqdm", "tqdm.auto.tqdm", "rich.progress.track", "builtins.enumerate",
                   "asyncio.create_task", "asyncio.ensure_future",
                   "contextlib.aclosing", "contextlib.closing"})  # fmt: skip
"""Functions that hand on their first argument as far as its value is concerned."""


class Results:
    """Evaluates calls."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def call(self, call: m.Call, func: Func) -> Iterable[Value]:
        """What a call stands for."""
        found: list[Value] = []
        for callee in self._evaluator.eval(call.func, func):
            found += self.call_value(callee, call, func)
        if isinstance(call.func, m.Attr):
            found += self._evaluator.containers.method(call.func, call, func)
            if len(found) > 1:
                found = [v for v in found if not isinstance(v, Unknown)] or [UNKNOWN]
        return found

    def call_value(self, callee: Value, call: m.Call, func: Func) -> Iterable[Value]:
        """What calling ``callee`` so gives."""
        match callee:
            case External(name=name):
                return self._call_external(name, call, func)
            case ExternalMethod(owner=owner, path=path):
                return self._call_external(f"{owner.name}.{path}", call, func)
            case ClassRef(cls=cls):
                # ``cls()`` in a class method may make any subclass.
                own = isinstance(call.func, m.Name) and call.func.id == func.receiver
                return (Obj(cls, not own),)
            case FuncRef():
                return self._call_function(callee, call, func)
            case Client():
                return self._call_client(callee, "__call__", call, func)
            case ClientMethod(client=client, path=path):
                return self._call_client(client, path, call, func)
            case Partial(target=target):
                return self.call_value(target, call, func)
            case Obj():
                found: list[Value] = []
                for member in self._evaluator.members.attribute(callee, "__call__"):
                    if isinstance(member, FuncRef):
                        found += self._call_function(member, call, func)
                return found or (UNKNOWN,)
            case _:
                return (UNKNOWN,)

    def _call_external(self, name: str, call: m.Call, func: Func) -> Iterable[Value]:
        site = Site(func, call)
        for entry in self._evaluator.catalogue.clients.get(name):
            if self._evaluator.arguments.matches(entry.when, call, func):
                inner: tuple[Client, ...] = ()
                if entry.wraps:
                    wrapped = walk.argument(call, entry.wraps)
                    if wrapped is not None:
                        inner = tuple(v for v in self._evaluator.eval(wrapped, func) if isinstance(v, Client))
                return (Client(entry, site, inner=inner),)
        for function in self._evaluator.catalogue.functions.get(name):
            if self._evaluator.arguments.matches(function.when, call, func):
                return (Response(function, site),)
        if name == "builtins.dict" and all(a.keyword or a.star == "**" for a in call.args):
            return (Data(call, func),)
        special = self._special(name, call, func)
        if special is not None:
            return special
        if name in _SAME and call.args:
            return self._evaluator.eval(call.args[0].value, func)
        if name in ("functools.partial", "functools.partialmethod") and call.args:
            targets = self._evaluator.eval(call.args[0].value, func)
            return [
                Partial(t, site)
                for t in targets
                if isinstance(t, FuncRef | External | ClientMethod | ExternalMethod)
            ] or (UNKNOWN,)
        for passthrough in self._evaluator.catalogue.passthroughs.get(name):
            given = walk.argument(call, passthrough.arg)
            if given is not None and not passthrough.context:
                values = self._evaluator.eval(given, func)
                if passthrough.awaits:
                    return values
                return [
                    v
                    for target in values
                    for v in (
                        self.of(target.func)
                        if isinstance(target, FuncRef)
                        else self.call_value(target, m.Call(given, call.args[1:], call.span), func)
                    )
                ] or (UNKNOWN,)
        if name.startswith("builtins."):
            return (Data(call, func),)
        return (ExternalObject(name, call, func),)

    def _special(self, name: str, call: m.Call, func: Func) -> Iterable[Value] | None:
        """Functions of Python itself that say what something is; None for all others."""
        args = call.args
        match name:
            case "importlib.import_module" if args:
                return self._imported(call, func)
            case "typing.cast" if len(args) > 1:
                values = self._evaluator.eval(args[1].value, func)
                if any(telling(v) for v in values):
                    return values
                return self._evaluator.annotations.instances(args[0].value, func) or values
            case "builtins.super":
                owner = func
                while owner.cls is None and owner.parent is not None:
                    owner = owner.parent
                return (Super(owner.cls),) if owner.cls is not None else (UNKNOWN,)
            case "builtins.getattr" if len(args) > 1:
                return self._got(call, func)
            case "builtins.type" if len(args) == 1:
                values = self._evaluator.eval(args[0].value, func)
                return tuple(ClassRef(v.cls) for v in values if isinstance(v, Obj)) or None
            case "builtins.object.__new__" if args:
                values = self._evaluator.eval(args[0].value, func)
                return tuple(Obj(v.cls) for v in values if isinstance(v, ClassRef)) or (UNKNOWN,)
            case "builtins.next" if args:
                found = self._evaluator.containers.iterated(args[0].value, func)
                return found if any(not isinstance(v, Unknown) for v in found) else None
            case "contextlib.ExitStack.enter_context" | "contextlib.AsyncExitStack.enter_async_context" if (
                args
            ):
                entered = self._evaluator.eval(args[0].value, func)
                return [v for value in entered for v in self._evaluator.names.entered(value)]
            case "contextlib.AsyncExitStack.enter_context" if args:
                entered = self._evaluator.eval(args[0].value, func)
                return [v for value in entered for v in self._evaluator.names.entered(value)]
            case _:
                return None

    def _imported(self, call: m.Call, func: Func) -> Iterable[Value]:
        """``import_module("a.b")``, ``import_module(".b", __package__)``."""
        found: list[Value] = []
        for text in self._texts(call.args[0].value, func):
            stem = text.lstrip(".")
            if stem == text:
                found += self._evaluator.imports.module(text, func.mod)
            elif len(call.args) > 1:
                target = self._evaluator.imports.target(stem, len(text) - len(stem), func.mod)
                found.append(ModuleRef(target) if isinstance(target, Mod) else UNKNOWN)
        return found or (UNKNOWN,)

    def _texts(self, expr: m.Expr, func: Func) -> list[str]:
        """The texts an expression can be, if it can be nothing else."""
        values = self._evaluator.eval(expr, func)
        texts = [v.expr.value for v in values if isinstance(v, Data) and isinstance(v.expr, m.Text)]
        return texts if len(texts) == len(values) else []

    def _got(self, call: m.Call, func: Func) -> Iterable[Value]:
        """``getattr(x, "name")`` and ``getattr(x, f"handle_{name}")``."""
        owners = self._evaluator.eval(call.args[0].value, func)
        asked = call.args[1].value
        names = self._texts(asked, func)
        if names:
            return [v for o in owners for n in names for v in self._evaluator.members.attribute(o, n)]
        prefix = _prefix(asked)
        if not prefix and isinstance(asked, m.Name):
            values = self._evaluator.eval(asked, func)
            if len(values) == 1 and isinstance(values[0], Data):
                prefix = _prefix(values[0].expr)
        if len(prefix.strip("_")) < 2:
            return (UNKNOWN,)
        return [v for o in owners for v in self._evaluator.members.family(o, prefix)] or (UNKNOWN,)

    def _call_client(self, client: Client, path: str, call: m.Call, func: Func) -> Iterable[Value]:
        derive = self._evaluator.catalogue.derive_on(client.entry, path)
        if derive is not None:
            change = (derive, Site(func, call))
            if derive.returns:
                entries = self._evaluator.catalogue.clients.get(derive.returns)
                if not entries:
                    return (UNKNOWN,)
                return (
                    Client(entries[0], client.site, (*client.changes, change), client.inner or (client,)),
                )
            return (Client(client.entry, client.site, (*client.changes, change), client.inner),)
        for entry in self._evaluator.catalogue.calls_on(client.entry, path):
            if self._evaluator.arguments.matches(entry.when, call, func):
                return (Response(entry, Site(func, call)),)
        return (UNKNOWN,)

    def _call_function(self, ref: FuncRef, call: m.Call, func: Func) -> Iterable[Value]:
        target = ref.func
        results = self.of_method(ref)
        if not any(isinstance(v, ParamValue) for v in results):
            return results
        arguments = bind(call, target, ref.bound is not None)
        found: list[Value] = []
        for value in results:
            if isinstance(value, ParamValue) and value.func is target and value.name in arguments.given:
                found += self._evaluator.eval(arguments.given[value.name], func)
            else:
                found.append(value)
        return found

    def of_method(self, ref: FuncRef) -> Values:
        """What calling a function gives; a method that gives its own instance gives the receiver."""
        results = self.of(ref.func)
        bound, owner = ref.bound, ref.func.cls
        if bound is None or owner is None or not any(isinstance(v, Obj) and v.cls is owner for v in results):
            return results
        if not (ref.func.is_classmethod or _gives_itself(ref.func)):
            return results
        own = bound if isinstance(bound, Obj) else Obj(bound.cls)
        return unique(own if isinstance(v, Obj) and v.cls is owner else v for v in results)

    def of(self, func: Func) -> Values:
        """What calling a function of the project can give (for generators: what it yields)."""
        return self._evaluator.once(("results", func), lambda: self._returned(func))

    def _returned(self, func: Func) -> Values:
        found: list[Value] = []
        for node in func.yields if func.facts.is_generator else ():
            if node.value is not None:
                found += self._evaluator.eval(node.value, func)
        if not func.facts.is_generator:
            for statement in func.returns:
                if statement.value is not None:
                    found += self._evaluator.eval(statement.value, func)
        if func.facts.returns is not None and not any(telling(v) or isinstance(v, Response) for v in found):
            said = self._evaluator.annotations.instances(func.facts.returns, func.parent or func)
            if all(vague(v) for v in found):
                return said or unique(found) or (UNKNOWN,)
            found += [v for v in said if telling(v)]
        return unique(found) or (UNKNOWN,)


def _gives_itself(func: Func) -> bool:
    """Whether a method returns its receiver, in words or by its annotation."""
    said = func.facts.returns
    name = said.value if isinstance(said, m.Text) else walk.dotted(said) if said is not None else None
    if name is not None and name.rsplit(".", 1)[-1] == "Self":
        return True
    return any(isinstance(r.value, m.Name) and r.value.id == func.receiver for r in func.returns)


def _prefix(expr: m.Expr) -> str:
    """The constant text that a computed text begins with."""
    match expr:
        case m.Template(parts=(m.Text(value=text), *_)):
            return text
        case m.BinOp(op="+", left=m.Text(value=text)):
            return text
        case _:
            return ""
