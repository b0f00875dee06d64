"""Where something is run, and it is not seen what: "nothing was found" is no proof beside such a place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import served
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.prose import either
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.binding import bind
from llmlint.project.kinds import Data, External, Obj, Response, external_name
from llmlint.project.scopes import Func
from llmlint.project.targets import Binding
from llmlint.project.wording import callee

RUN = frozenset({"shell", "code"})
"""Kinds of sinks that run what they are given."""
DEPTH = 6
"""Steps back over which it is looked where a text comes from."""
_TAKES = frozenset({"get", "get_nowait", "pop", "popleft", "popitem", "recv"})
"""Methods that give what somebody else put in."""


class Unfollowed:
    """Looks for them in production code; made once per subject (``subject.once(Unfollowed)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._words = read("security", SecurityFile).words
        self._runs = either(self._words.runs)
        self._not_run = re.compile(self._words.not_run)
        self._open: set[tuple[Func, str]] = set()
        """Variables that are being looked at: what comes from themselves adds nothing."""

    def places(self) -> tuple[Evidence, ...]:
        """Calls that run something of which it is not seen that it is no model's; pages with markup."""
        found = [
            self._subject.at(func, call.span, f"`{callee(call)}` runs what is not followed")
            for func in self._project.functions
            if func.mod.production and self._subject.within(func.path)
            for call, given in self._run(func)
            if not all(self._settled(one, func, DEPTH) for one in given)
        ]
        return one_per_line([*found, *self._pages()])

    def _run(self, func: Func) -> Iterator[tuple[m.Call, tuple[m.Expr, ...]]]:
        """Calls that run something, with what they run."""
        for site in self._project.graph.sites[func]:
            uses = [
                use
                for use in self._project.flows.sinks.at(site.call, func)
                if use.kind in RUN and not self._not_run.search(use.sink.path or use.name)
            ]
            if uses:
                yield site.call, tuple(expr for use in uses for expr in use.exprs)
            elif site.call.args and self._runs.search(walk.dotted(site.call.func) or ""):
                yield site.call, tuple(arg.value for arg in site.call.args[:1])

    # -- where a text comes from ------------------------------------------------------------------

    def _settled(self, expr: m.Expr, func: Func, depth: int) -> bool:
        """Whether everything in it is seen to come from somewhere else than a model."""
        if not depth:
            return False
        match expr:
            case m.Text() | m.Const() | m.Bytes():
                return True
            case m.Name(id=name):
                return self._name(name, func, depth - 1)
            case m.Attr(value=base, name=name):
                fields = self._fields(base, name, func)
                if fields:
                    return all(b.expr is not None and self._settled(b.expr, f, depth - 1) for f, b in fields)
                return self._settled(base, func, depth - 1)
            case m.Call():
                return self._call(expr, func, depth - 1)
            case m.Lambda() | m.Other() | m.Yield() | m.Seq(items=()) | m.DictDisplay(items=()):
                return False  # what is added to an empty list is not seen
            case _:
                return all(self._settled(child, func, depth) for child in walk.children(expr))

    def _fields(self, base: m.Expr, name: str, func: Func) -> list[tuple[Func, Binding]]:
        """What is assigned to a field of an object of the project."""
        values = self._project.evaluator.eval(base, func)
        return [one for v in values if isinstance(v, Obj) for one in v.cls.attributes.get(name, ())]

    def _name(self, name: str, func: Func, depth: int) -> bool:
        scope: Func | None = func
        while scope is not None and name not in scope.bindings:
            scope = scope.parent
        if scope is None or (scope, name) in self._open:  # a builtin; ``kind = KINDS[kind]``
            return True
        self._open.add((scope, name))
        settled = all(self._binding(one, name, scope, depth) for one in scope.bindings[name])
        self._open.discard((scope, name))
        return settled

    def _binding(self, one: Binding, name: str, scope: Func, depth: int) -> bool:
        match one.kind:
            case "import" | "from" | "def" | "class" | "error":
                return True
            case "param":
                return self._parameter(name, scope, depth)
            case _:
                return one.expr is not None and self._settled(one.expr, scope, depth)

    def _parameter(self, name: str, func: Func, depth: int) -> bool:
        """Whether every caller in production gives something that is settled."""
        param = func.params.get(name)
        if param is None or name == func.receiver:
            return False
        if param.annotation is not None and self._project.tools.is_plain(
            param.annotation, func.parent or func
        ):
            return True
        if self._project.exposure.kind(func) == "command":
            return True  # a person types it
        edges = [e for e in self._project.graph.callers.get(func, ()) if e.site.func.mod.production]
        for edge in edges:
            bound = bind(edge.call, func, edge.skip_receiver)
            given = bound.given.get(name, param.default)
            if given is None or bound.star is not None or bound.double_star or edge.callback:
                return False
            if not self._settled(given, edge.site.func, depth):
                return False
        return bool(edges)

    def _call(self, call: m.Call, func: Func, depth: int) -> bool:
        """A library gives back what it is given, in another form; functions here, what they return."""
        values = self._project.evaluator.eval(call.func, func)
        made = self._project.evaluator.eval(call, func)
        if any(isinstance(value, Response) for value in made):
            return False
        targets = [edge.target for edge in self._project.graph.edges_at.get(call, ())]
        if targets:
            given = [(stmt.value, target) for target in targets for stmt in target.returns if stmt.value]
            return bool(given) and all(self._settled(value, target, depth) for value, target in given)
        inner = call.func.value if isinstance(call.func, m.Attr) else None
        if isinstance(call.func, m.Attr) and call.func.name in _TAKES:
            tables = self._project.evaluator.eval(call.func.value, func)
            written = tables and all(
                isinstance(v, Data) and isinstance(v.expr, m.DictDisplay) for v in tables
            )
            if not written and not any(isinstance(value, External) for value in values):
                return False
        known = bool(values) and all(external_name(value) for value in values)
        if not known and inner is None:
            return False
        parts = [*(arg.value for arg in call.args), *([inner] if inner is not None else [])]
        return all(self._settled(part, func, depth) for part in parts)

    # -- pages ------------------------------------------------------------------------------------

    def _pages(self) -> Iterator[Evidence]:
        """Scripts and templates that put text into a page as markup, where an answer is served."""
        if not served(self._subject):
            return
        markup = re.compile("|".join(self._words.page_markup))
        repository = self._subject.repository
        aside = frozenset(repository.matching(self._words.not_page_files))
        for path in repository.matching(self._words.page_files):
            for hit in repository.search(path, markup) if path not in aside else ():
                yield Evidence(path, hit.line, f"`{' '.join(hit.text.split())[:50]}`")
