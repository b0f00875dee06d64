"""Limits on requests that a program keeps by itself: so many for one window of time, and no more."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.saying import words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.guards import compares_sizes
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite, statement_sites


class Quotas:
    """Made once per subject (``subject.once(Quotas)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        words = read("cost", CostFile).quotas
        self._answers, self._texts = re.compile(words.answers), re.compile(words.texts, re.I)
        self._allowed, self._windows = re.compile(words.allowed), re.compile(words.windows)
        self._answered = re.compile(words.answered)

    @functools.cached_property
    def all(self) -> tuple[Evidence, ...]:
        """Where it is refused to go on to a model, once per function."""
        functions = self._subject.once(LlmPath).functions
        return tuple(place for func in functions for place in self._of(func))

    def _of(self, func: Func) -> Iterator[Evidence]:
        names = (*func.names, *func.params)
        if not any(self._windows.search(words_of(name)) for name in names):
            return
        for place in statement_sites(func):
            if self._refuses(place.stmt) and self._is_counted(place):
                yield self._subject.at(func, place.stmt.span, f"`{func.qualname}` refuses more requests")
                return

    def _refuses(self, stmt: m.Stmt) -> bool:
        """``raise HTTPException(429)``, ``return "Too many requests", 429``, ``abort(429)``."""
        if not isinstance(stmt, m.Raise | m.Return | m.ExprStmt):
            return False
        for own in walk.own_expressions(stmt):
            for node in walk.expressions(own):
                match node:
                    case m.Const(value=429):
                        return True
                    case m.Name(id=name) | m.Attr(name=name) if self._answers.search(words_of(name)):
                        return True
                    case m.Text(value=text) if not isinstance(stmt, m.ExprStmt) and self._texts.search(text):
                        return True
                    case _:
                        pass
        return False

    def _is_counted(self, place: StatementSite) -> bool:
        """Whether that hangs on a number of requests, and not on what a provider has answered."""
        if any(frame.kind == "handler" for frame in place.frames):
            return False
        tests = [f.node.test for f in place.frames if isinstance(f.node, m.If) and f.kind in ("if", "orelse")]
        nodes = [node for test in tests for node in walk.expressions(test)]
        names = [words_of(_named(node)) for node in nodes if isinstance(node, m.Name | m.Attr)]
        if any(self._answered.search(name) for name in names):
            return False
        return any(compares_sizes(node) for node in nodes) or any(self._allowed.search(name) for name in names)


def _named(expr: m.Name | m.Attr) -> str:
    return expr.id if isinstance(expr, m.Name) else expr.name
