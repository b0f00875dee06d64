"""What was asked and answered in the program's own log, where that is a file, and in its files of runs."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.recordings import opens_to_write
from llmlint.audit.saying import Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import LogSink, ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import FuncRef, Obj, external_name, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

_INFO = 20
"""Records of a lower level are for looking for mistakes, and seldom kept."""
_SAID = frozenset({"input", "output"})


class OwnLogs:
    """Made once per subject (``subject.once(OwnLogs)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._saying = subject.once(Saying)
        table = read("observability", ObservabilityFile)
        self._sinks = table.log_sink
        self._dumps = re.compile(table.transcripts.dumps)
        self._forms = re.compile(table.transcripts.forms)
        self._trails = re.compile(table.transcripts.trails)

    @property
    def all(self) -> Iterator[Evidence]:
        """Where both are logged in one function that asks a model, and where runs are written down."""
        functions = [f for f in self._subject.once(LlmPath).functions if self._project.reach.reaches(f)]
        told = [place for func in functions for place in self._told(func)] if self.file else []
        if self.file and told:
            yield from (*told, self.file)
        for func in functions:
            yield from self._runs(func)

    # -- the log --------------------------------------------------------------------------------

    @functools.cached_property
    def file(self) -> Evidence | None:
        """Where the log is sent to a file; None when nothing here does so."""
        for table in self._sinks:
            for use in self._subject.uses(*table.names):
                if use.func.mod.production and self._has_path(use.func, use.span, table):
                    return Evidence(use.func.path, use.span.line, f"`{use.name}` sends the log to a file")
        classes = {name for table in self._sinks if not table.param for name in table.names}
        for func in self._project.functions:
            if func.mod.production and self._subject.within(func.path):
                for node in func.nodes:  # ``dictConfig({"handlers": {"file": {"class": …}}})``
                    if isinstance(node, m.Text) and node.value in classes:
                        return self._subject.at(func, node.span, f"`{node.value}` sends the log to a file")
        return None

    def _has_path(self, func: Func, span: m.Span, table: LogSink) -> bool:
        if not table.param:
            return True
        for site in self._subject.with_tests.graph.sites[func]:
            given = walk.argument(site.call, table.param) if site.call.span is span else None
            if given is not None:
                values = self._project.evaluator.eval(given, func)
                return not (isinstance(given, m.Lambda) or any(map(_is_no_path, values)))
        return False

    def _told(self, func: Func) -> Iterator[Evidence]:
        """The log call that tells the answer, of a function whose log tells the question too."""
        said: set[str] = set()
        answer: CallSite | None = None
        for site in self._project.graph.sites[func]:
            level = self._project.logs.level(site.call, func)
            if level is None or level < _INFO or any(frame.kind == "handler" for frame in site.frames):
                continue
            says = self._said(site.call, func)
            said |= says
            if "output" in says:
                answer = answer or site
        if answer is not None and said >= _SAID:
            yield self._subject.at(
                func, answer.call.span, f"`{func.qualname}` logs what is asked and answered"
            )

    def _said(self, call: m.Call, func: Func) -> set[str]:
        """By the names of what is told, not by the words around it, and by where it comes from."""
        names = {
            name
            for arg in call.args
            if not isinstance(arg.value, m.Text)
            for name in self._saying.names(arg.value, func)
        }
        said = {one for name in names if not re.search(r"\s", name) for one in self._saying.of_name(name)}
        taints = self._project.flows.logged(func, call).values()
        wrote = any(origin.kind == "model" for taint in taints for origin in taint)
        return said | {"output"} if wrote else said

    # -- files of runs --------------------------------------------------------------------------

    def _runs(self, func: Func) -> Iterator[Evidence]:
        """``json.dump(steps, file)`` of what models wrote, where the file is ``logs/<name>.json``."""
        sites = self._project.graph.sites[func]
        opened = [site.call for site in sites if opens_to_write(site.call)]
        if any(self._is_trail(call, func) for call in opened):
            written = {
                part for s in sites if last_name(s.call) == "write" for part in walk.expressions(s.call)
            }
            for call in (site.call for site in sites):
                name = words_of(last_name(call))
                saved = self._dumps.search(name) or (call in written and self._forms.search(name))
                if saved and self._wrote(call, func):
                    what = f"`{func.qualname}` writes runs with their answers to a file"
                    yield self._subject.at(func, call.span, what)

    def _is_trail(self, call: m.Call, func: Func) -> bool:
        """Whether the path that is opened says that it is one of logs, by its text or what it is called."""
        path = call.func.value if isinstance(call.func, m.Attr) and not _is_module(call) else None
        for expr in (path,) if path is not None else (arg.value for arg in call.args[:1]):
            names = [node.id for node in walk.expressions(expr) if isinstance(node, m.Name)]
            given = [b.expr for name in names for b in func.bindings.get(name, ()) if b.expr is not None]
            for one in (expr, *given):
                for node in walk.expressions(one):
                    text = getattr(node, "value", None) if isinstance(node, m.Text) else None
                    name = node.id if isinstance(node, m.Name) else getattr(node, "name", None)
                    if self._trails.search(words_of(str(text or name or ""))):
                        return True
        return False

    def _wrote(self, call: m.Call, func: Func) -> bool:
        """Whether what is written (the file is given after it) holds what a model wrote."""
        receiver = call.func.value if isinstance(call.func, m.Attr) else call.func
        given = call.args[0].value if call.args else receiver
        for name in walk.names_in(given):
            shape = self._project.flows.held(func, name)
            if shape is not None and any(origin.kind == "model" for origin in shape.flat()):
                return True
        return False


def _is_no_path(value: object) -> bool:
    """None, ``sys.stderr``, a function or a handler of the project: what a sink may be besides a path."""
    stream = external_name(value).startswith("sys.")
    return stream or is_none_value(value) or isinstance(value, FuncRef | Obj)


def _is_module(call: m.Call) -> bool:
    """``io.open(path)``, ``aiofiles.open(path)``: the path is the argument."""
    return walk.dotted(call.func) in ("io.open", "codecs.open", "aiofiles.open", "gzip.open", "builtins.open")
