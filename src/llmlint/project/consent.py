"""Whether something is done only where a setting or an argument asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func
from llmlint.project.sites import Frame, statement_sites

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TELLING = 3
"""Shorter words are in too many names; from here on they say something."""


def words(name: str) -> set[str]:
    """The words of a name, in lower case: ``allowDangerous_code`` has three."""
    return {word.lower() for word in _WORD.findall(name) if len(word) >= _TELLING}


def asked_for(frames: Iterable[Frame], wanted: set[str]) -> bool:
    """Whether a condition around it has one of these words in a name: ``if args.verify_ssl``."""
    for frame in frames:
        if frame.kind in ("if", "orelse") and isinstance(frame.node, m.If):
            names = walk.names_in(frame.node.test) | {
                node.name for node in walk.expressions(frame.node.test) if isinstance(node, m.Attr)
            }
            if wanted & {word for name in names for word in words(name)}:
                return True
    return False


def around(expr: m.Expr, func: Func) -> tuple[Frame, ...]:
    """What stands around an expression."""
    for place in statement_sites(func):
        if any(node is expr for root in walk.own_expressions(place.stmt) for node in walk.expressions(root)):
            return place.frames
    return ()


def frames_of(graph: CallGraph, func: Func, span: m.Span) -> tuple[Frame, ...]:
    """What stands around a call or an assignment."""
    for site in graph.sites[func]:
        if site.call.span == span:
            return site.frames
    for place in statement_sites(func):
        if isinstance(place.stmt, m.Assign) and place.stmt.span == span:
            return place.frames
    return ()
