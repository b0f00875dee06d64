"""Where calls stand: each call expression with everything that encloses it in its scope."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

Node = m.Try | m.While | m.For | m.With | m.If | m.Match | m.Comp


class Frame(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One enclosing construct.

    ``kind``: ``try`` (its body), ``handler``, ``else``, ``final`` (of a try), ``loop``, ``test`` (of a
    while), ``with``, ``if``, ``orelse`` (of an if), ``case`` or ``comp`` (a comprehension).
    """

    kind: str
    node: Node
    handler: m.Handler | None = None


class CallSite(msgspec.Struct, frozen=True, eq=False, gc=False):
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


class StatementSite(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A statement with its frames."""

    func: Func
    stmt: m.Stmt
    frames: tuple[Frame, ...]


def statement_sites(func: Func) -> Iterator[StatementSite]:
    """Every statement of a scope with what encloses it."""
    none: tuple[Frame, ...] = ()
    # Not by recursion: every ``elif`` is one level deeper than the one before.
    stack = [(stmt, none) for stmt in func.facts.body[::-1]]
    while stack:
        stmt, frames = stack.pop()
        yield StatementSite(func, stmt, frames)
        for block, frame in reversed(_blocks(stmt)):
            if block:
                around = frames if frame is None else (*frames, frame)
                stack.extend((inner, around) for inner in block[::-1])


def _blocks(stmt: m.Stmt) -> list[tuple[tuple[m.Stmt, ...], Frame | None]]:
    match stmt:
        case m.If():
            return [(stmt.body, Frame("if", stmt)), (stmt.orelse, Frame("orelse", stmt))]
        case m.While() | m.For():
            return [(stmt.body, Frame("loop", stmt)), (stmt.orelse, None)]
        case m.With():
            return [(stmt.body, Frame("with", stmt))]
        case m.Try():
            return [
                (stmt.body, Frame("try", stmt)),
                *[(handler.body, Frame("handler", stmt, handler)) for handler in stmt.handlers],
                (stmt.orelse, Frame("else", stmt)),
                (stmt.final, Frame("final", stmt)),
            ]
        case m.Match():
            return [(case.body, Frame("case", stmt)) for case in stmt.cases]
        case _:
            return []


def call_sites(func: Func) -> list[CallSite]:
    """Every call of a scope (not of the scopes inside it)."""
    found: list[CallSite] = []
    for place in statement_sites(func):
        frames = place.frames
        if isinstance(place.stmt, m.While):
            frames = (*frames, Frame("test", place.stmt))
        _collect(func, walk.own_expressions(place.stmt), place.stmt, frames, found)
    return found


def _collect(
    func: Func, roots: tuple[m.Expr, ...], stmt: m.Stmt, frames: tuple[Frame, ...], found: list[CallSite]
) -> None:
    stack = list(roots[::-1])
    awaited: m.Expr | None = None
    while stack:
        node = stack.pop()
        if isinstance(node, m.Call):
            found.append(CallSite(func, node, stmt, frames, node is awaited))
        elif isinstance(node, m.Comp):
            _collect(func, walk.children(node), stmt, (*frames, Frame("comp", node)), found)
            continue
        elif isinstance(node, m.Await):
            awaited = node.value
        stack.extend(walk.children(node)[::-1])
