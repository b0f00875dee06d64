"""What models can have done besides known tools: through servers, or by a field of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.audit.toolchecks import checked
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.wording import callee

BRANCHES = 2
"""So many functions have to be there to choose from."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A place where something is given to a model to do."""

    place: Evidence
    limit: Evidence | None = None
    """What restricts it."""


def offers(subject: Subject) -> list[Offer]:
    """Everything of the package that is offered so."""
    return [*_served(subject), *_dispatched(subject)]


def _served(subject: Subject) -> Iterator[Offer]:
    """Libraries that offer routes, or tools of other servers, without naming them."""
    for tool in read("security", SecurityFile).tool:
        for use in subject.uses(*tool.calls) if tool.kind == "offer" else ():
            if not use.func.mod.production:
                continue
            place = Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`")
            sites = (s for s in subject.with_tests.graph.sites[use.func] if s.call.span is use.span)
            names = [arg.keyword for site in sites for arg in site.call.args if arg.keyword in tool.given]
            listed = Evidence(place.path, place.line, f"{tool.name}: `{names[0]}`") if names else None
            yield Offer(place, listed)


def _dispatched(subject: Subject) -> Iterator[Offer]:
    """``if answer["function"] == "report": report(answer["args"])``, for several functions."""
    for func in subject.project.functions:
        if not (func.mod.production and subject.within(func.path)):
            continue
        followers = {follower for stmt in func.statements for follower in _follower(stmt)}
        for stmt in func.statements:
            if isinstance(stmt, m.If) and stmt not in followers:
                chosen = [body for test, body in _chain(stmt) if _is_choice(subject, func, test)]
                called = [one for body in chosen if (one := _called(subject, func, body)) is not None]
                if len({target for *_, target in called}) >= BRANCHES and any(
                    given for _, given, _ in called
                ):
                    yield from (_offer(subject, func, call, target) for call, _, target in called)


def _follower(stmt: m.Stmt) -> tuple[m.Stmt, ...]:
    return stmt.orelse if isinstance(stmt, m.If) and len(stmt.orelse) == 1 else ()


def _chain(stmt: m.If) -> Iterator[tuple[m.Expr, tuple[m.Stmt, ...]]]:
    """The branches of an ``if … elif …`` with their conditions."""
    one: m.Stmt | None = stmt
    while isinstance(one, m.If):
        yield one.test, one.body
        one = next(iter(_follower(one)), None)


def _is_choice(subject: Subject, func: Func, test: m.Expr) -> bool:
    """Whether a text of the model is compared with a name."""
    if not (isinstance(test, m.Compare) and test.ops == ("==",) and isinstance(test.rights[0], m.Text)):
        return False
    taint = subject.project.flows.test_taint(func, test)
    return any(origin.kind == "model" for origin in taint)


def _called(subject: Subject, func: Func, body: tuple[m.Stmt, ...]) -> tuple[m.Call, bool, Func] | None:
    """A function of the project that a branch calls, and whether it is given what the model wrote."""
    flows, graph = subject.project.flows, subject.project.graph
    found: tuple[m.Call, bool, Func] | None = None
    exprs = (expr for stmt in walk.statements(body) for expr in walk.own_expressions(stmt))
    for call in (node for expr in exprs for node in walk.expressions(expr) if isinstance(node, m.Call)):
        for edge in graph.edges_at.get(call, ()):
            names = {name for arg in call.args for name in walk.names_in(arg.value)}
            shapes = (flows.held(func, name) for name in names)
            given = any(o.kind == "model" for shape in shapes if shape is not None for o in shape.flat())
            if found is None or (given and not found[1]):
                found = call, given, edge.target
    return found


def _offer(subject: Subject, func: Func, call: m.Call, target: Func) -> Offer:
    where = checked(subject.project, target)
    limit = Evidence(*where, f"`{target.name}` checks what it is given") if where is not None else None
    return Offer(subject.at(func, call.span, f"an answer chooses `{callee(call)}`"), limit)
