"""Limits of agent loops that a literal switches off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.deadlines import Deadlines, Setting
from llmlint.project.kinds import ClassRef, Client, ClientMethod, External, ExternalMethod, Value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """A limit that a call takes, and what it is set to."""

    site: CallSite
    cap: s.Cap
    setting: Setting


class Caps:
    """Looks at every call that takes a limit."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines

    def disabled(self, func: Func) -> Iterator[Limit]:
        """The limits among the calls of a scope that are None, huge, or below their floor."""
        for site in self._graph.sites[func]:
            for cap in self._caps(site.call, func):
                setting = self._deadlines.setting(site.call, func, (cap.param,))
                if self._off(cap, setting):
                    yield Limit(site, cap, setting)
                    break

    def holding(self, func: Func) -> Iterator[Limit]:
        """The limits among the calls of a scope that hold: given as a number, or the framework's own."""
        for site in self._graph.sites[func]:
            for cap in self._caps(site.call, func):
                setting = self._deadlines.setting(site.call, func, (cap.param,))
                given = setting.state == "given" and not self._off(cap, setting)
                if given or (
                    setting.state == "absent" and cap.default is not None and cap.default < cap.huge
                ):
                    yield Limit(site, cap, setting)
                    break

    @staticmethod
    def _off(cap: s.Cap, setting: Setting) -> bool:
        if setting.state == "none":
            return setting.value is not None or cap.none_means == "unbounded"
        if setting.state != "given" or setting.value is None:
            return False
        return setting.value >= cap.huge or (cap.floor is not None and setting.value <= cap.floor)

    def _caps(self, call: m.Call, func: Func) -> list[s.Cap]:
        found: list[s.Cap] = []
        for callee in self._evaluator.eval(call.func, func):
            found += self._of(callee)
        return found

    def _of(self, callee: Value) -> list[s.Cap]:
        match callee:
            case External(name=name):
                return self._catalogue.caps.get(name)
            case ExternalMethod(owner=owner, path=path):
                return self._catalogue.caps.get(f"{owner.name}.{path}") or self._catalogue.caps_on(
                    owner.name, path
                )
            case ClientMethod(client=client, path=path):
                return self._catalogue.method_caps(client.entry, path)
            case Client(entry=entry):
                return self._catalogue.method_caps(entry, "__call__")
            case ClassRef(cls=cls):
                bases = self._evaluator.hierarchy.external_bases(cls)
                return [cap for base in bases for cap in self._catalogue.caps.get(base)]
            case _:
                return []
