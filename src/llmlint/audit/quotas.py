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
        self._counted = re.compile(words.counted)
        self._answered = re.compile(words.answered)

    @functools.cached_property
    def all(self) -> tuple[Evidence, ...]:
        """Where it is refused to go on to a model, once per function."""
        functions = self._subject.once(LlmPath).functions
        return tuple(place for func in functions for place in self._of(func))

    def _of(self, func: Func) -> Iterator[Evidence]:
        names = {name for node in func.nodes for name in _names(node)} | set(map(words_of, func.params))
        if not any(map(self._windows.search, names)):
            return
        goes_on = self._subject.project.reach.reaches(func)
        for place in statement_sites(func):
            stmt = place.stmt
            # What is returned refuses what would follow here, what is raised also what callers would do.
            if isinstance(stmt, m.Raise | m.ExprStmt) or (isinstance(stmt, m.Return) and goes_on):
                if self._refuses(stmt) and self._is_counted(place):
                    yield self._subject.at(func, stmt.span, f"`{func.qualname}` refuses more requests")
                    return

    def _refuses(self, stmt: m.Raise | m.Return | m.ExprStmt) -> bool:
        """``raise HTTPException(429)``, ``return "Too many requests", 429``, ``abort(429)``."""
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
        if any(self._answered.search(name) for node in nodes for name in _names(node)):
            return False
        if any(self._allowed.search(name) for node in nodes for name in _names(node)):
            return True
        compared = (one for node in nodes if compares_sizes(node) for one in walk.expressions(node))
        return any(self._counted.search(name) for one in compared for name in _names(one))


def _names(expr: m.Expr) -> Iterator[str]:
    if isinstance(expr, m.Name | m.Attr):
        yield words_of(expr.id if isinstance(expr, m.Name) else expr.name)
