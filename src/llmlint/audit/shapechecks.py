"""What looks at a model's answer after it was parsed: validators, and checks by hand with a way out."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef
from llmlint.project.parsing import Parse
from llmlint.project.scopes import Cls, Func
from llmlint.project.sites import CallSite

LEVELS = 2
"""So many callers of a function that only parses may do the checking."""
MOST = 0.5
"""A helper is held to a shape where at least so many of its callers check what it gives."""


class ShapeChecks:
    """Made once per subject (``subject.once(ShapeChecks)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._graph = subject.project.graph
        self._validators = read("recovery", RecoveryFile).words.validators

    def of(self, parse: Parse) -> tuple[tuple[Evidence, ...], bool]:
        """Where the shape of what a parser gives is checked; whether there, or by most of its callers."""
        site = next((one for one in self._graph.sites[parse.func] if one.call is parse.call), None)
        found, mostly = self._after(site, LEVELS) if site is not None else ([], False)
        return tuple(dict.fromkeys(found)), mostly

    def _after(self, site: CallSite, levels: int) -> tuple[list[Evidence], bool]:
        func = site.func
        if last_name(site.call) in self._validators or self._is_wrapped(site):
            return [self._subject.at(func, site.call.span, "what is parsed is validated")], True
        names = _names(site, func)
        found = list(self._checks(names, func)) if names else []
        if found or not levels:
            return found, bool(found)
        if not isinstance(site.stmt, m.Return) and not any(
            names & walk.names_in(stmt.value) for stmt in func.returns if stmt.value is not None
        ):
            return [], False
        edges = [
            edge
            for edge in self._graph.callers.get(func, ())
            if edge.site.func.mod.production and edge.site.func is not func and not edge.callback
        ]
        above: dict[Func | Cls, tuple[list[Evidence], bool]] = {}
        for edge in edges:  # one object may parse the same text more than once
            caller = edge.site.func.cls or edge.site.func
            places, mostly = self._after(edge.site, levels - 1)
            before, sure = above.get(caller, ([], False))
            above[caller] = ([*before, *places], sure or mostly)
        checking = sum(mostly for _, mostly in above.values())
        return [place for found, _ in above.values() for place in found], 0 < checking >= MOST * len(above)

    def _is_wrapped(self, site: CallSite) -> bool:
        """``Answer.model_validate(json.loads(text))``, ``Answer(**json.loads(text))``."""
        around = [
            (node, arg)
            for expr in walk.own_expressions(site.stmt)
            for node in walk.expressions(expr)
            if isinstance(node, m.Call) and node is not site.call
            for arg in node.args
            if site.call in tuple(walk.expressions(arg.value))
        ]
        return any(
            last_name(node) in self._validators or (arg.star == "**" and self._is_class(node, site.func))
            for node, arg in around
        )

    def _checks(self, names: set[str], func: Func) -> Iterator[Evidence]:
        """``Model.model_validate(data)``, ``if not isinstance(data, dict): raise``."""
        for site in self._graph.sites[func]:
            given = {name for arg in site.call.args for name in walk.names_in(arg.value)}
            if given & names and (last_name(site.call) in self._validators or self._is_model(site, names)):
                yield self._subject.at(func, site.call.span, "what is parsed is validated")
                return
        for stmt in func.statements:
            match stmt:
                case m.Assert(test=test, span=span) if self._looks(test, names):
                    pass
                case m.If(test=test, body=body, span=span) if walk.leaves(body) and self._refuses(
                    test, names
                ):
                    pass
                case _:
                    continue
            yield self._subject.at(func, span, "the shape of what is parsed is checked")
            return

    def _is_model(self, site: CallSite, names: set[str]) -> bool:
        """``Answer(**data)`` of a class."""
        spread = any(arg.star == "**" and names & walk.names_in(arg.value) for arg in site.call.args)
        return spread and self._is_class(site.call, site.func)

    def _is_class(self, call: m.Call, func: Func) -> bool:
        return any(isinstance(v, ClassRef) for v in self._subject.project.evaluator.eval(call.func, func))

    def _refuses(self, test: m.Expr, names: set[str]) -> bool:
        """``not isinstance(data, dict)``; without the ``not`` it chooses among forms that are all welcome."""
        return any(
            isinstance(node, m.Unary) and node.op == "not" and self._looks(node.value, names)
            for node in walk.expressions(test)
        )

    def _looks(self, test: m.Expr, names: set[str]) -> bool:
        """Whether a test asks for the type of the data, or a function of the program about it."""
        for node in walk.expressions(test):
            if isinstance(node, m.Call) and any(names & walk.names_in(arg.value) for arg in node.args):
                if last_name(node) == "isinstance" or self._graph.edges_at.get(node):
                    return True
        return False


def _names(site: CallSite, func: Func) -> set[str]:
    """The variables that hold what a call gives, or a part of it."""
    if not isinstance(site.stmt, m.Assign):
        return set()
    names = {target.id for target in site.stmt.targets if isinstance(target, m.Name)}
    for stmt in func.statements if names else ():
        if isinstance(stmt, m.Assign) and isinstance(stmt.value, m.Call | m.Sub | m.Attr):
            if isinstance(stmt.value, m.Call) and not isinstance(stmt.value.func, m.Attr):
                continue
            base = stmt.value.func if isinstance(stmt.value, m.Call) else stmt.value
            if names & walk.names_in(base):  # payload.get("ranges"), payload["ranges"]
                names |= {target.id for target in stmt.targets if isinstance(target, m.Name)}
    return names
