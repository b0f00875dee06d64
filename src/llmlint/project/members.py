"""Attributes: of modules, classes, instances and clients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.kinds import (
    UNKNOWN,
    ClassRef,
    Client,
    ClientMethod,
    External,
    ExternalMethod,
    ExternalObject,
    FuncRef,
    ModuleRef,
    Obj,
    PackageRef,
    Super,
    Value,
    Values,
    is_none_value,
)
from llmlint.project.scopes import Cls, Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Members:
    """Finds what ``value.name`` stands for."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def attribute(self, base: Value, name: str) -> Values:
        """``base.name``."""
        match base:
            case ModuleRef(mod=mod):
                return self._evaluator.imports.attribute(mod, name)
            case PackageRef(place=place, importer=importer):
                sub = f"{place}/{name}" if place else name
                module = self._evaluator.index.at(sub)
                if module is not None:
                    return (ModuleRef(module),)
                return (PackageRef(sub, importer),) if self._evaluator.index.exists(sub) else (UNKNOWN,)
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
                return (self.client_path(base, name),)
            case ClientMethod(client=client, path=path):
                return (self.client_path(client, f"{path}.{name}"),)
            case _:
                return (UNKNOWN,)

    def client_path(self, client: Client, path: str) -> Value:
        """A dotted path on a client: a method, or a client again."""
        derive = self._evaluator.catalogue.derive_on(client.entry, path)
        if derive is None and "." in path:
            # Transparent properties (``with_raw_response``) may stand anywhere in the path.
            head, last = path.rsplit(".", 1)
            transparent = self._evaluator.catalogue.derive_on(client.entry, last)
            if transparent is not None and transparent.property and not transparent.returns:
                return ClientMethod(client, head)
        if derive is not None and derive.property:
            if not derive.returns:
                return client
            entries = self._evaluator.catalogue.clients.get(derive.returns)
            if entries:
                return Client(entries[0], client.site, client.changes, client.inner)
        return ClientMethod(client, path)

    def member(self, cls: Cls, name: str, instance: bool) -> Values:
        """``name`` on an instance of a class, or on the class itself."""
        return self._evaluator.once(
            ("member", cls, name, instance), lambda: self._member(cls, name, instance)
        )

    def _member(self, cls: Cls, name: str, instance: bool) -> Iterable[Value]:
        found: list[Value] = []
        for owner in self._evaluator.hierarchy.mro(cls):
            method = owner.methods.get(name)
            if method is not None:
                if self._evaluator.hierarchy.is_abstract(method):
                    found += self._overrides(cls, name, instance)
                found += self._method_value(method, cls, instance)
                return found
            for scope, binding in owner.attributes.get(name, ()):
                found += self._evaluator.names.bound_value(binding, scope)
            if found and not all(is_none_value(v) for v in found):
                return found
            if name in owner.body.definitions:
                return [ClassRef(d) for d in owner.body.definitions[name] if isinstance(d, Cls)]
        overrides = self._overrides(cls, name, instance)
        if overrides:
            return overrides
        for base in self._evaluator.hierarchy.external_bases(cls):
            entries = self._evaluator.catalogue.clients.get(base)
            if entries:
                return [self.client_path(Client(entries[0], None), name)]
        return found or self._delegated(cls, name) or [UNKNOWN]

    def _delegated(self, cls: Cls, name: str) -> list[Value]:
        """``__getattr__`` that hands on to another object or module."""
        found: list[Value] = []
        for owner in self._evaluator.hierarchy.mro(cls):
            method = owner.methods.get("__getattr__")
            if method is None or name.startswith("__") or len(method.facts.params) < 2:
                continue
            asked = method.facts.params[1].name
            for statement in method.returns:
                match statement.value:
                    case m.Call(
                        func=m.Name(id="getattr"), args=(m.Arg(value=target), m.Arg(value=m.Name(id=key)), *_)
                    ) if key == asked:
                        for base in self._evaluator.eval(target, method):
                            if not isinstance(base, Obj) or base.cls is not cls:
                                found += self.attribute(base, name)
                    case _:
                        pass
            break
        return found

    def _overrides(self, cls: Cls, name: str, instance: bool) -> list[Value]:
        found: list[Value] = []
        for sub in self._evaluator.hierarchy.subclasses(cls):
            method = sub.methods.get(name)
            if method is not None:
                found += self._method_value(method, sub, instance)
            else:
                for scope, binding in sub.attributes.get(name, ()):
                    found += self._evaluator.names.bound_value(binding, scope)
        return found

    def _method_value(self, method: Func, cls: Cls, instance: bool) -> Values:
        if method.is_property:
            return self._evaluator.results.of(method)
        if method.is_static:
            return (FuncRef(method),)
        if method.is_classmethod:
            return (FuncRef(method, ClassRef(cls)),)
        return (FuncRef(method, Obj(cls)),) if instance else (FuncRef(method),)

    def _super_member(self, cls: Cls, name: str) -> Values:
        for owner in self._evaluator.hierarchy.mro(cls)[1:]:
            method = owner.methods.get(name)
            if method is not None:
                return self._method_value(method, cls, True)
        for base in self._evaluator.hierarchy.external_bases(cls):
            entries = self._evaluator.catalogue.clients.get(base)
            if entries:
                return (self.client_path(Client(entries[0], None), name),)
        return (UNKNOWN,)
