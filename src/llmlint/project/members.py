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
from llmlint.project.promptfunctions import as_client
from llmlint.project.scopes import Cls, Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

FEW = 6
"""More methods that override one that does something itself are not told apart."""
MANY = 40
"""An attribute that is assigned in more places from outside is not followed."""


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
            case Obj(cls=cls) if name == "__class__":
                return (ClassRef(cls),)
            case Obj(cls=cls, exact=exact):
                return self.member(cls, name, True, exact)
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

    def member(self, cls: Cls, name: str, instance: bool, exact: bool = False) -> Values:
        """``name`` on an instance of a class, or on the class itself.

        ``exact``: it is no instance of a subclass.
        """
        return self._evaluator.once(
            ("member", cls, name, instance, exact), lambda: self._member(cls, name, instance, exact)
        )

    def family(self, owner: Value, prefix: str) -> list[Value]:
        """The methods (of a module: the functions) whose names begin so."""
        names: dict[str, None] = {}
        match owner:
            case Obj(cls=cls) | ClassRef(cls=cls):
                for one in self._evaluator.hierarchy.mro(cls):
                    names.update(dict.fromkeys(n for n in one.methods if n.startswith(prefix)))
            case ModuleRef(mod=mod):
                names.update(dict.fromkeys(n for n in mod.body.definitions if n.startswith(prefix)))
            case _:
                pass
        return [v for name in names for v in self.attribute(owner, name)]

    def _member(self, cls: Cls, name: str, instance: bool, exact: bool) -> Iterable[Value]:
        found: list[Value] = []
        for owner in self._evaluator.hierarchy.mro(cls):
            method = owner.methods.get(name)
            if method is not None:
                if self._evaluator.hierarchy.is_abstract(method):
                    found += self._overrides(cls, name, instance) or self._implementations(owner, name)
                found += self._method_value(method, cls, instance, exact)
                if instance and not exact and not method.is_property:
                    found += self._overriding(cls, name)
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
        given = self._assigned_elsewhere(cls, name)
        if given:
            return given
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

    def _overriding(self, cls: Cls, name: str) -> list[Value]:
        """Methods of subclasses that may run instead of a method that does something itself."""
        found: list[Value] = []
        for sub in self._evaluator.hierarchy.subclasses(cls):
            method = sub.methods.get(name)
            if method is not None:
                found += self._method_value(method, sub, True)
        return [v for v in found if isinstance(v, FuncRef)] if len(found) <= FEW else []

    def _implementations(self, owner: Cls, name: str) -> list[Value]:
        """Methods of classes that have everything a protocol asks for."""
        found: list[Value] = []
        for cls in self._evaluator.hierarchy.implementers(owner):
            found += self.member(cls, name, True)
        return found

    def _assigned_elsewhere(self, cls: Cls, name: str) -> list[Value]:
        """``agent.client = …`` outside the class."""
        places = self._evaluator.hierarchy.assigned_outside.get(name, ())
        if not places or len(places) > MANY:
            return []
        family = {*self._evaluator.hierarchy.mro(cls), *self._evaluator.hierarchy.subclasses(cls)}
        found: list[Value] = []
        for func, target, binding in places:
            for base in self._evaluator.eval(target.value, func):
                if isinstance(base, Obj | ClassRef) and base.cls in family:
                    found += self._evaluator.names.bound_value(binding, func)
                    break
        return [v for v in found if not is_none_value(v)]

    def _method_value(self, method: Func, cls: Cls, instance: bool, exact: bool = False) -> Values:
        declared = self._evaluator.declared.names.get(method)
        if declared is not None:
            return (External(declared),)
        asked = as_client(method, self._evaluator)
        if asked is not None:
            return (asked,)
        if method.is_property:
            return self._evaluator.results.of_method(FuncRef(method, Obj(cls, exact)))
        if method.is_static:
            return (FuncRef(method),)
        if method.is_classmethod:
            return (FuncRef(method, ClassRef(cls)),)
        return (FuncRef(method, Obj(cls, exact)),) if instance else (FuncRef(method),)

    def _super_member(self, cls: Cls, name: str) -> Values:
        for owner in self._evaluator.hierarchy.mro(cls)[1:]:
            method = owner.methods.get(name)
            if method is not None:
                return self._method_value(method, cls, True)
        for base in self._evaluator.hierarchy.external_bases(cls):
            entries = self._evaluator.catalogue.clients.get(base)
            if entries:
                return (self.client_path(Client(entries[0], None), name),)
        return (External("builtins.object.__new__"),) if name == "__new__" else (UNKNOWN,)
