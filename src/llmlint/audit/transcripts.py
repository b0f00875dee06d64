"""What people asked and models answered, written to files by the program itself."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.ownlogs import OwnLogs
from llmlint.audit.recordings import opens_to_write
from llmlint.audit.rows import Rows
from llmlint.audit.saying import Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

_ANSWERS = "assistant"
"""The role of a model in a chat."""
_MESSAGES = "messages"
_LABEL = 60
"""A text of more characters is prose or a prompt, not a label before what is written."""


class Transcripts:
    """Looks for own writers in production code; made once per subject (``subject.once(Transcripts)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._saying = subject.once(Saying)
        words = read("observability", ObservabilityFile).transcripts
        self._saves = re.compile(words.saves)
        self._holds = re.compile(words.holds)
        self._writes = re.compile(words.writes)
        self._columns = re.compile(words.columns)
        self._calls = re.compile(words.calls)
        self._places, self._messages = re.compile(words.places), re.compile(words.messages)

    @functools.cached_property
    def calls(self) -> tuple[Evidence, ...]:
        """Where both what is sent to a model and what it answers are written, around the call."""
        return one_per_line(
            self._at(func, call)
            for func in self._subject.once(LlmPath).functions
            for call in self._written(func)
            if {"input", "output"} <= self._says(call, func)
        )

    @functools.cached_property
    def all(self) -> tuple[Evidence, ...]:
        """These, and where conversations are written, wherever that is."""
        written = [
            (func, call)
            for func in self._subject.project.functions
            if func.mod.production and self._subject.within(func.path)
            for call in self._written(func)
        ]
        written = [(func, call) for func, call in written if not self._is_of_failures(call, func)]
        said = [self._at(func, call) for func, call in written if self._is_said(call, func)]
        better = {place.path for place in said}
        held = [
            self._at(func, call)
            for func, call in written
            if self._saves.search(words_of(func.name))
            or any(self._holds.search(words_of(name)) for name in self._names(call, func))
            or self._is_chat(call, func)
        ]
        found = [*said, *(place for place in held if place.path not in better)]
        return one_per_line([*self.calls, *found, *self._in_rows(), *self._subject.once(OwnLogs).all])

    def _is_said(self, call: m.Call, func: Func) -> bool:
        """Whether messages go to a file that lies where conversations do, or anything to one of calls."""
        paths = {
            name
            for site in self._subject.project.graph.sites[func]
            if opens_to_write(site.call)
            for expr in (site.call.func, *(arg.value for arg in site.call.args))
            for name in self._saying.names(expr, func)
        }
        given = {*self._names(call, func), *(name for arg in call.args for name in walk.names_in(arg.value))}
        if any(self._calls.search(words_of(name)) for name in paths):
            return True
        return any(self._places.search(words_of(name)) for name in paths) and any(
            self._messages.search(words_of(name)) for name in given
        )

    def _is_chat(self, call: m.Call, func: Func) -> bool:
        """Whether messages are written by code that knows the roles of a chat."""
        if not any(isinstance(node, m.Text) and node.value == _ANSWERS for node in _texts(func)):
            return False
        names = [name for arg in call.args for name in walk.names_in(arg.value)]
        given = [b.expr for name in names for b in func.bindings.get(name, ()) if b.expr is not None]
        held = [
            node for expr in (*given, *(arg.value for arg in call.args)) for node in walk.expressions(expr)
        ]
        return any(
            isinstance(node, m.Attr) and node.name == _MESSAGES and not _is_called(node, held)
            for node in held
        )

    def _is_of_failures(self, call: m.Call, func: Func) -> bool:
        """Whether it is written only when something failed: where it is caught, or by what runs there."""
        graph = self._subject.project.graph
        sites = [site for site in graph.sites[func] if site.call is call]
        edges = graph.callers.get(func, ())
        return all(map(_is_caught, sites)) or (bool(edges) and all(_is_caught(edge.site) for edge in edges))

    def _in_rows(self) -> Iterator[Evidence]:
        """Where messages are written to a table, on the way to a model or back."""
        rows = self._subject.once(Rows)
        for one in rows.turns:
            what = f"`{one.func.qualname}` makes rows of `{one.table.name}`: {', '.join(one.columns)}"
            yield self._subject.at(one.func, one.call.span, what)
        for one in rows.writes:
            column = next((name for name in one.columns if self._columns.search(words_of(name))), None)
            if column is not None:
                what = f"`{one.func.qualname}` writes `{column}` of `{one.table.name}`"
                yield self._subject.at(one.func, one.call.span, what)

    @staticmethod
    def _at(func: Func, call: m.Call) -> Evidence:
        return Evidence(func.path, call.span.line, f"`{func.qualname}` writes what is said to a file")

    def _written(self, func: Func) -> Iterator[m.Call]:
        """Calls that write to a file; a ``write`` alone does when the function opens one for it."""
        calls = [site.call for site in self._subject.project.graph.sites[func]]
        opened = any(opens_to_write(call) for call in calls)
        for call in calls:
            name = words_of(last_name(call))
            if self._writes.search(name) or (opened and name == "_write_"):
                yield call

    def _names(self, call: m.Call, func: Func) -> Iterator[str]:
        for arg in call.args:
            yield from self._saying.names(arg.value, func)

    def _says(self, call: m.Call, func: Func) -> frozenset[str]:
        said = set(self._names(call, func))
        for arg in call.args:
            for node in walk.expressions(arg.value):
                if isinstance(node, m.Text) and len(node.value) <= _LABEL:
                    said.add(node.value)
        return frozenset().union(*map(self._saying.of_name, said))


def _texts(func: Func) -> Iterator[m.Expr]:
    return (node for one in func.mod.functions for node in one.nodes)


def _is_called(attribute: m.Attr, nodes: list[m.Expr]) -> bool:
    """``client.messages.create``, ``app.messages()``: no list that is written."""
    return any(
        (isinstance(node, m.Call) and node.func is attribute)
        or (isinstance(node, m.Attr) and node.value is attribute)
        for node in nodes
    )


def _is_caught(site: CallSite) -> bool:
    return any(frame.kind == "handler" for frame in site.frames)
