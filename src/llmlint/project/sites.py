"""Where calls stand: each call expression with everything that encloses it in its scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

Node = m.Try | m.While | m.For | m.With | m.If | m.Match | m.Comp


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One enclosing construct.

    ``kind``: ``try`` (its body), ``handler``, ``else``, ``final`` (of a try), ``loop``, ``test`` (of a
    while), ``with``, ``if``, ``orelse`` (of an if), ``case`` or ``comp`` (a comprehension).
    """

    kind: str
    node: Node
    handler: m.Handler | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CallSite:
    """A call in a function, its statement and its frames, outermost first."""

    func: Func
    call: m.Call
    stmt: m.Stmt
    frames: tuple[Frame, ...]
    awaited: bool = False

    def loops(self) -> Iterator[m.While | m.For]:
        """The loops around the call in its own scope, innermost first."""
        for frame in reversed(self.frames):
            if frame.kind in ("loop", "test") and isinstance(frame.node, m.While | m.For):
                yield frame.node


@dataclass(frozen=True, slots=True, eq=False)
class StatementSite:
    """A statement with its frames."""

    func: Func
    stmt: m.Stmt
    frames: tuple[Frame, ...]


def statement_sites(func: Func) -> Iterator[StatementSite]:
    """Every statement of a scope with what encloses it."""
    yield from _walk(func, func.facts.body, ())


def _walk(func: Func, body: tuple[m.Stmt, ...], frames: tuple[Frame, ...]) -> Iterator[StatementSite]:
    for stmt in body:
        yield StatementSite(func, stmt, frames)
        match stmt:
            case m.If():
                yield from _walk(func, stmt.body, (*frames, Frame("if", stmt)))
                yield from _walk(func, stmt.orelse, (*frames, Frame("orelse", stmt)))
            case m.While() | m.For():
                yield from _walk(func, stmt.body, (*frames, Frame("loop", stmt)))
                yield from _walk(func, stmt.orelse, frames)
            case m.With():
                yield from _walk(func, stmt.body, (*frames, Frame("with", stmt)))
            case m.Try():
                yield from _walk(func, stmt.body, (*frames, Frame("try", stmt)))
                for handler in stmt.handlers:
                    yield from _walk(func, handler.body, (*frames, Frame("handler", stmt, handler)))
                yield from _walk(func, stmt.orelse, (*frames, Frame("else", stmt)))
                yield from _walk(func, stmt.final, (*frames, Frame("final", stmt)))
            case m.Match():
                for case in stmt.cases:
                    yield from _walk(func, case.body, (*frames, Frame("case", stmt)))
            case _:
                pass


def call_sites(func: Func) -> Iterator[CallSite]:
    """Every call of a scope (not of the scopes inside it)."""
    for place in statement_sites(func):
        frames = place.frames
        if isinstance(place.stmt, m.While):
            frames = (*frames, Frame("test", place.stmt))
        for expr in walk.own_expressions(place.stmt):
            yield from _calls(func, expr, place.stmt, frames)


def _calls(func: Func, expr: m.Expr, stmt: m.Stmt, frames: tuple[Frame, ...]) -> Iterator[CallSite]:
    stack = [(expr, frames, False)]
    while stack:
        node, around, awaited = stack.pop()
        if isinstance(node, m.Call):
            yield CallSite(func, node, stmt, around, awaited)
        elif isinstance(node, m.Comp):
            around = (*around, Frame("comp", node))
        is_await = isinstance(node, m.Await)
        stack.extend((child, around, is_await) for child in reversed(walk.children(node)))
