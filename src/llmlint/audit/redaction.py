"""What takes personal data out of text, and whether log records, traces and reports go through it."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.foreignloggers import ForeignLoggers
from llmlint.audit.llmpath import LlmPath, served
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.recordings import Recordings
from llmlint.audit.saying import Saying
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.security import SecurityFile, SecurityTool
from llmlint.audit.transcripts import Transcripts
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import FuncRef, is_none_value
from llmlint.project.scopes import Cls, Func
from llmlint.project.wording import callee

_REPLACES = frozenset({"sub", "subn"})
DEPTH = 3
"""Levels of calls below a filter or hook in which a tool is looked for."""

LEVELS = 3
"""A class with so many methods named after levels is a logger."""


class Redaction:
    """Answers about one package; made once per subject (``subject.once(Redaction)``)."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.table = read("security", SecurityFile)
        self._named = re.compile(self.table.words.redactors, re.IGNORECASE)
        self._levels = frozenset(self.table.words.levels)
        self._personal = re.compile(self.table.words.personal, re.IGNORECASE)
        self._tools = [tool for tool in self.table.tool if tool.kind == "redaction"]

    @functools.cached_property
    def functions(self) -> list[Func]:
        """The scopes of production code of the package."""
        return [func for func in self.subject.project.functions if self.subject.within(func.path)]

    @functools.cached_property
    def records(self) -> bool:
        """Whether anything is logged, traced or written down at all."""
        logs = self.subject.project.logs
        return (
            bool(self.subject.telemetry or self.subject.once(Transcripts).all)
            or any(True for func in self.functions for _ in logs.calls(func))
            or any(one.how == "logged" for one in self.subject.once(Recordings).all)
            or bool(self.own_loggers)
        )

    @functools.cached_property
    def own_loggers(self) -> tuple[Evidence, ...]:
        """Classes of the program's own whose methods are named after levels and are called."""
        callers = self.subject.project.graph.callers
        found = []
        for mod in self.subject.project.modules:
            for cls in mod.classes if mod.production and self.subject.within(mod.path) else ():
                levels = [method for name, method in cls.methods.items() if name in self._levels]
                if len(levels) >= LEVELS and any(callers.get(method) for method in levels):
                    found.append(
                        self.subject.at(cls.body, cls.facts.span, f"records go through `{cls.name}`")
                    )
        return tuple(found)

    @functools.cached_property
    def printed(self) -> tuple[Evidence, ...]:
        """What people and models say, printed by a program that serves requests: that is its log."""
        if not served(self.subject):
            return ()
        content = self.subject.project.content
        return one_per_line(
            self.subject.at(func, site.call.span, f"`{callee(site.call)}` prints what is said")
            for func in self.subject.once(LlmPath).functions
            for site in self.subject.project.graph.sites[func]
            if func.mod.production and walk.dotted(site.call.func) in self.table.words.prints
            if self._says(site.call, func) or content.logged(site) is not None
        )

    def _says(self, call: m.Call, func: Func) -> bool:
        """Whether a name among the arguments is one of a question or an answer."""
        saying = self.subject.once(Saying)
        names = (name for arg in call.args for name in walk.names_in(arg.value))
        fields = (
            node.name for arg in call.args for node in walk.expressions(arg.value) if isinstance(node, m.Attr)
        )
        return any({"input", "output"} & saying.of_name(name) for name in (*names, *fields))

    @functools.cached_property
    def wired(self) -> tuple[Evidence, ...]:
        """Places by which records are redacted."""
        ways = [*self._filters(), *self._handed_on(wired=True)]
        found = [*self._hooks(), *(place for place, _ in ways)]
        found += self._inside(func for _, funcs in ways for func in funcs)
        found += self._collectors()
        return one_per_line(found)

    @functools.cached_property
    def foreign(self) -> tuple[Evidence, ...]:
        """What redacts records of another library's logger only."""
        ways = [*self._filters(foreign=True), *self._handed_on(wired=True, foreign=True)]
        return one_per_line(place for place, _ in ways)

    @functools.cached_property
    def around(self) -> tuple[Evidence, ...]:
        """Single records that are redacted where they are written."""
        ways = list(self._handed_on(wired=False))
        places = [place for place, _ in ways]
        return one_per_line([*places, *self._inside(func for _, funcs in ways for func in funcs)])

    def _inside(self, funcs: Iterable[Func]) -> list[Evidence]:
        """Tools that are used in these functions, or in those that they call."""
        behind = self._behind(funcs)
        return [place for func, place in self._uses if func in behind]

    @functools.cached_property
    def loose(self) -> tuple[Evidence, ...]:
        """Tools that are used, wherever."""
        return one_per_line(place for _, place in self._uses)

    @functools.cached_property
    def marked(self) -> tuple[Evidence, ...]:
        """Values that are replaced where records are made."""
        return one_per_line(self._marked())

    def _marked(self) -> Iterator[Evidence]:
        """``fields[key] = "[REDACTED]"`` in what writes a record, or is called by it."""
        marks = re.compile(self.table.words.marks, re.IGNORECASE)
        for func in self.functions:
            for stmt in func.statements if func.mod.production else ():
                if isinstance(stmt, m.Assign) and isinstance(stmt.value, m.Text):
                    if marks.search(stmt.value.value) and any(isinstance(t, m.Sub) for t in stmt.targets):
                        if self._records(func):
                            yield self.subject.at(func, stmt.span, f"`{func.name}` puts a mark in its place")

    def _records(self, func: Func) -> bool:
        """Whether a function, or one that calls it, writes records: by its name, or by a logger."""
        named = re.compile(self.table.words.record_names)
        callers = (edge.site.func for edge in self.subject.project.graph.callers.get(func, ()))
        return any(
            named.search(one.name) or any(True for _ in self.subject.project.logs.calls(one))
            for one in (func, *callers)
        )

    @functools.cached_property
    def _calls(self) -> list[tuple[SecurityTool, Use]]:
        return [
            (tool, use)
            for tool in self._tools
            if not tool.given
            for use in self.subject.uses(*tool.calls)
            if use.func.mod.production
        ]

    @functools.cached_property
    def _uses(self) -> list[tuple[Func, Evidence]]:
        return [
            (use.func, Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`"))
            for tool, use in self._calls
        ]

    def _hooks(self) -> Iterator[Evidence]:
        """Arguments that put a function before what is sent: ``before_send=``, ``mask=``."""
        for tool in self._tools:
            for use in self.subject.uses(*tool.calls) if tool.given else ():
                site = next(
                    (s for s in self.subject.with_tests.graph.sites[use.func] if s.call.span is use.span),
                    None,
                )
                for arg in site.call.args if site is not None and use.func.mod.production else ():
                    values = self.subject.with_tests.evaluator.eval(arg.value, use.func)
                    if arg.keyword in tool.given and not any(map(is_none_value, values)):
                        yield Evidence(use.func.path, use.span.line, f"{tool.name}: `{arg.keyword}`")

    # -- in the program's own logging -------------------------------------------------------------

    def _filters(self, foreign: bool = False) -> Iterator[tuple[Evidence, list[Func]]]:
        bases = self.subject.project.evaluator.hierarchy.external_bases
        for mod in self.subject.project.modules:
            for cls in mod.classes if mod.production and self.subject.within(mod.path) else ():
                if (
                    set(bases(cls)) & set(self.table.words.filters)
                    and self._redacts(cls)
                    and self._is_used(cls)
                    and self._is_foreign(cls) == foreign
                ):
                    place = self.subject.at(cls.body, cls.facts.span, f"`{cls.name}` redacts records")
                    yield place, list(cls.methods.values())

    def _redacts(self, cls: Cls) -> bool:
        """Whether its name says so, or what it does: it calls a redactor, or replaces what is personal."""
        if self._named.search(cls.name):
            return True
        users = {func for func, _ in self._uses}
        return any(func in users or self._replaces(func) for func in self._behind(cls.methods.values()))

    def _replaces(self, func: Func) -> bool:
        calls = [site.call for site in self.subject.project.graph.sites[func]]
        if any(self._named.search(_last(call.func)) for call in calls):
            return True
        # ``MAIL.sub("<mail>", text)``; without a word for what is personal, colours are taken out, or blanks.
        said = " ".join(node.value if isinstance(node, m.Text) else _last(node) for node in func.nodes)
        return any(_last(call.func) in _REPLACES for call in calls) and bool(self._personal.search(said))

    def _is_used(self, cls: Cls) -> bool:
        """Whether anything else names it: it is made, given to a handler, or named in settings."""
        return cls.name in self._mentioned

    def _is_foreign(self, cls: Cls) -> bool:
        """Whether other libraries' loggers are all that it is added to."""
        loggers, graph = self.subject.once(ForeignLoggers), self.subject.project.graph
        added = [
            loggers.takes(site.call, func)
            for func in self.functions
            for site in graph.sites[func]
            if _last(site.call.func) in self.table.words.wiring
            if any(cls.name in walk.names_in(arg.value) for arg in site.call.args)
        ]
        return bool(added) and all(added)

    @functools.cached_property
    def _mentioned(self) -> set[str]:
        found = set()
        for func in self.functions:
            for node in func.nodes:
                if isinstance(node, m.Name | m.Attr):
                    found.add(node.id if isinstance(node, m.Name) else node.name)
                elif isinstance(node, m.Text):
                    found.add(node.value.rsplit(".", 1)[-1])
        return found

    def _handed_on(self, wired: bool, foreign: bool = False) -> Iterator[tuple[Evidence, list[Func]]]:
        """``processors=[redact]``, ``logger.patch(redact)``; if not wired, ``logger.info(redact(text))``."""
        project, loggers = self.subject.project, self.subject.once(ForeignLoggers)
        for func in self.functions:
            logged = {log.site.call for log in project.logs.calls(func)}
            for site in project.graph.sites[func]:
                wanted = _last(site.call.func) in self.table.words.wiring if wired else site.call in logged
                if wanted and wired and loggers.takes(site.call, func) != foreign:
                    continue
                for arg in site.call.args if wanted else ():
                    for node in walk.expressions(arg.value):
                        callee = node.func if isinstance(node, m.Call) else node if wired else None
                        if isinstance(callee, m.Name | m.Attr) and self._takes_out(node, callee):
                            what = f"`{_last(callee)}` stands before the record"
                            values = project.evaluator.eval(callee, func)
                            funcs = [value.func for value in values if isinstance(value, FuncRef)]
                            yield self.subject.at(func, site.call.span, what), funcs

    def _takes_out(self, node: m.Expr, callee: m.Name | m.Attr) -> bool:
        """Whether a function takes personal data out of text: by its name, or as one of a tool."""
        return self._named.search(_last(callee)) is not None or (
            isinstance(node, m.Call) and any(use.span is node.span for _, use in self._calls)
        )

    def _behind(self, funcs: Iterable[Func]) -> set[Func]:
        """These functions, and those that they call."""
        level = list(funcs)
        found = set(level)
        for _ in range(DEPTH):
            level = [e.target for f in level for e in self.subject.project.graph.edges.get(f, ())]
            level = [func for func in level if func not in found]
            found.update(level)
        return found

    # -- in a collector -----------------------------------------------------------------------------

    def _collectors(self) -> Iterator[Evidence]:
        """A processor that redacts, in a pipeline of an OpenTelemetry collector."""
        wanted = self.table.words.processors
        for path in self.subject.repository.matching(self.table.words.collectors):
            for tree in self.subject.repository.trees(path):
                pipelines = tree.get("service", "pipelines")
                for _, pipeline in pipelines.items() if pipelines is not None else ():
                    held = pipeline.get("processors")
                    for one in held.elements() if held is not None else ():
                        if one.text.partition("/")[0] in wanted:
                            yield Evidence(path, one.line, f"processor `{one.text}`")


def _last(expr: m.Expr) -> str:
    return expr.name if isinstance(expr, m.Attr) else expr.id if isinstance(expr, m.Name) else ""
