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
    Obj,
    ParamValue,
    Partial,
    Response,
    Site,
    Super,
    Unknown,
    Value,
    Values,
    unique,
    vague,
)
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

_SAME = frozenset({"builtins.list", "builtins.tuple", "builtins.set", "builtins.iter", "builtins.reversed",
                   "builtins.sorted", "builtins.dict", "copy.copy", "copy.deepcopy", "builtins.next",
                   "builtins.enumerate", "asyncio.create_task", "asyncio.ensure_future",
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
                for member in self._evaluator.members.member(cls, "__call__", True):
                    if isinstance(member, FuncRef):
                        found += self._call_function(member.func, True, call, func)
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
        if name in _SAME and call.args:
            return self._evaluator.eval(call.args[0].value, func)
        if name in ("functools.partial", "functools.partialmethod") and call.args:
            targets = self._evaluator.eval(call.args[0].value, func)
            return [
                Partial(t, site)
                for t in targets
                if isinstance(t, FuncRef | External | ClientMethod | ExternalMethod)
            ] or (UNKNOWN,)
        if name == "importlib.import_module" and len(call.args) == 1:
            module = call.args[0].value
            if isinstance(module, m.Text):
                return self._evaluator.imports.module(module.value, func.mod)
            return (UNKNOWN,)
        if name == "typing.cast" and len(call.args) > 1:
            return self._evaluator.eval(call.args[1].value, func)
        if name == "builtins.super":
            return (Super(func.cls),) if func.cls is not None else (UNKNOWN,)
        if name == "builtins.getattr" and len(call.args) > 1:
            text = call.args[1].value
            if isinstance(text, m.Text):
                return [
                    v
                    for b in self._evaluator.eval(call.args[0].value, func)
                    for v in self._evaluator.members.attribute(b, text.value)
                ]
            return (UNKNOWN,)
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

    def _call_function(self, target: Func, bound: bool, call: m.Call, func: Func) -> Iterable[Value]:
        results = self.of(target)
        if not any(isinstance(v, ParamValue) for v in results):
            return results
        arguments = bind(call, target, bound)
        found: list[Value] = []
        for value in results:
            if isinstance(value, ParamValue) and value.func is target and value.name in arguments.given:
                found += self._evaluator.eval(arguments.given[value.name], func)
            else:
                found.append(value)
        return found

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
        if all(vague(v) for v in found) and func.facts.returns is not None:
            found = [*self._evaluator.annotations.instances(func.facts.returns, func.parent or func)] or found
        return unique(found) or (UNKNOWN,)
