"""What a program itself records of its calls of models: log records, rows, metrics, attributes."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.rows import Rows, RowWrite
from llmlint.audit.saying import INSERT, MEASURES, Saying, last_name, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.audit.written import Written
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, FuncRef
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

_SHORT = 10
"""A function of more statements does something of its own, whatever it logs."""
_EXECUTES = frozenset({"execute", "executemany", "fetch", "fetchrow"})


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A call that records something."""

    func: Func
    call: m.Call
    how: str
    """``telemetry``, ``stored``, ``held`` (in a list, while the program runs), ``logged`` or ``printed``."""
    says: frozenset[str]
    """What it says, in the words of ``[[said]]``."""
    row: RowWrite | None = None
    """Of which row it writes a part, as the first place shows: what it says, the writes say together."""

    @property
    def weight(self) -> tuple[int, int]:
        """How much it says of what only calls of models have, and how much in all."""
        return len(self.says & MEASURES), len(self.says)

    @property
    def evidence(self) -> Evidence:
        """The place, with what is said there; one for all that writes rows of one table."""
        if self.row is not None:
            what = f"a row of `{self.row.table.name}` records {', '.join(sorted(self.says))}"
            return Evidence(self.row.func.path, self.row.call.span.line, what)
        name = walk.dotted(self.call.func) or last_name(self.call)
        what = f"`{name[-40:]}` records {', '.join(sorted(self.says))}"
        return Evidence(self.func.path, self.call.span.line, what)


class Recordings:
    """Reads the calls of the functions around models; made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._path = subject.once(LlmPath)
        self._saying = subject.once(Saying)
        self._rows = subject.once(Rows)
        self._written = subject.once(Written)
        table = read("observability", ObservabilityFile)
        self._words = table.records
        self._records = re.compile(table.records.records)
        self._holders = re.compile(table.records.holders)
        self._stores = re.compile(table.records.stores)
        self._keeps = re.compile(table.records.keeps)
        self._passing = re.compile(table.records.passing)
        self._spans = re.compile(table.records.spans)

    @functools.cached_property
    def all(self) -> tuple[Recording, ...]:
        """Every call that records at least one thing, in reading order."""
        return tuple(one for func in self._path.functions for one in self._of(func))

    @functools.cached_property
    def measured(self) -> dict[Func, list[Recording]]:
        """Those of functions that record time, tokens or money, by function; printing is none."""
        found: dict[Func, list[Recording]] = {}
        for one in self.all:
            if one.how != "printed":
                found.setdefault(one.func, []).append(one)
        found = {func: [one for one in own if not self._is_of_others(one)] for func, own in found.items()}
        return {func: own for func, own in found.items() if self._is_of_calls(func, own)}

    def _is_of_others(self, one: Recording) -> bool:
        """Whether a record says how long something takes that began after the function's last request.

        Or that ended before its first: a middleware, a query. Unknown when nothing is seen to begin.
        """
        if one.says & MEASURES != {"latency"} or "model" in one.says:
            return False
        func, end = one.func, one.call.span.line
        asked = [s.call.span.line for s in self._project.graph.sites[func] if self._project.reach.at_site(s)]
        begun = [line for arg in one.call.args for line in self._began(arg.value, func) if line < end]
        return bool(asked and begun) and not any(max(begun) <= line <= end for line in asked)

    def _began(self, expr: m.Expr, func: Func) -> Iterator[int]:
        """Lines in which a clock is read, or a span begun, for the names in an expression."""
        for name in walk.names_in(expr):
            for binding in func.bindings.get(name, ()):
                given = binding.expr.value if isinstance(binding.expr, m.Await) else binding.expr
                if isinstance(given, m.Call) and (
                    self._saying.is_clock(given, func) or self._spans.search(words_of(last_name(given)))
                ):
                    yield given.span.line

    def _is_of_calls(self, func: Func, own: list[Recording]) -> bool:
        """Whether a function's records are about calls of models: of time alone, only beside the call."""
        if any(one.says & {"tokens", "cost"} or {"latency", "model"} <= one.says for one in own):
            return True
        said = self.said(own)
        graph = self._project.graph
        beside = (func, *(edge.target for edge in graph.edges[func]))
        asks = (
            site.call in graph.by_call and graph.by_call[site.call].generates
            for one in beside
            for site in graph.sites[one]
        )
        return "latency" in said and any(asks)

    @staticmethod
    def said(recordings: Iterable[Recording]) -> frozenset[str]:
        """What some recordings say together."""
        return frozenset().union(*(one.says for one in recordings))

    def lasting(self, one: Recording) -> bool:
        """Whether a recording is kept where it lasts: a row, a file, a message to a store.

        An object that is made for it is none until it is written.
        """
        if one.row is not None:
            return True
        if one.how != "stored" or self._passing.search(words_of(last_name(one.call))):
            return False
        return not self._written.makes(one.call, one.func) or self._written.is_written(one.call, one.func)

    def keeps_what_was_said(self, one: Recording) -> bool:
        """Whether what was asked and what was answered are kept together where it lasts."""
        return {"input", "output"} <= one.says and self.lasting(one)

    def only_adds_up(self, one: Recording) -> bool:
        """Whether what records is a function of the project that keeps a total, and no call by itself."""
        if one.row is not None:
            return self._rows.adds_up(one.row.table)
        targets = [edge.target for edge in self._project.graph.edges_at.get(one.call, ())]
        if not targets:  # what it is called on is not known: those of that name
            targets = [func for func in self._project.functions if func.name == last_name(one.call)]
        return bool(targets) and all(self._is_total(func) for func in targets)

    def _is_total(self, func: Func) -> bool:
        calls = [site.call for site in self._project.graph.sites[func]]
        names = {words_of(last_name(call)) for call in calls} - {"_write_"}
        if any(self._stores.search(name) or name == "_append_" for name in names):
            return False
        adds = any(isinstance(stmt, m.AugAssign) for stmt in func.statements)
        return adds or any(opens_to_write(call, over=True) for call in calls)

    # -- calls ----------------------------------------------------------------------------------

    def _of(self, func: Func) -> Iterator[Recording]:
        for site in self._project.graph.sites[func]:
            if site.call in self._project.graph.by_call:
                continue  # the request itself names a model
            row = self._rows.by_call.get(site.call)
            if row is not None and self._rows.tell(row.table):
                says, first = self._rows.says(row.table), self._rows.first(row.table)
                yield Recording(func, site.call, "stored", says, first)
                continue
            how = self._how(site)
            if how:
                says = self.says(site.call, func, with_receiver=how == "telemetry")
                if how == "held" and not says & {"tokens", "cost"}:
                    continue  # what was said, for the next question
                alone = how != "stored" or self._spans.search(words_of(last_name(site.call)))
                if says and (alone or len(says) > 1):
                    yield Recording(func, site.call, how, says)

    @functools.cached_property
    def noted(self) -> tuple[Evidence, ...]:
        """Where a function of the project that logs is told how long a call takes, or what it uses."""
        return tuple(
            Recording(func, site.call, "logged", says).evidence
            for func in self._path.functions
            for site in self._project.graph.sites[func]
            if _is_statement(site) and self._logs_what_it_is_given(site.call)
            if (says := self.says(site.call, func)) & MEASURES
        )

    def _logs_what_it_is_given(self, call: m.Call) -> bool:
        """``emit("llm", {"elapsed": seconds})``: a short function of the project that hands it to a log."""
        for edge in self._project.graph.edges_at.get(call, ()):
            if len(edge.target.statements) <= _SHORT:
                for site in self._project.graph.sites[edge.target]:
                    given = {name for arg in site.call.args for name in walk.names_in(arg.value)}
                    if given & set(edge.target.params) and self._project.logs.only_talks(
                        site.call, edge.target
                    ):
                        return last_name(site.call) != "print"
        return False

    def _how(self, site: CallSite) -> str:
        call, func, name = site.call, site.func, last_name(site.call)
        if self._project.telemetry.at_call(call, func):
            return "telemetry"
        if self._project.logs.only_talks(call, func):
            return "printed" if name == "print" else "logged"
        if name == "append" and isinstance(call.func, m.Attr):
            holder = words_of(walk.dotted(call.func.value) or "")
            return "held" if self._holders.search(holder) else ""
        if name in _EXECUTES:
            given = walk.expressions(call)
            inserts = any(isinstance(node, m.Text) and INSERT.match(node.value) for node in given)
            return "stored" if inserts else ""
        if self._stores.search(words_of(name)) or (
            _is_statement(site) and self._records.search(words_of(name))
        ):
            return "stored"
        values = self._project.evaluator.eval(call.func, func)
        if any(isinstance(v, ClassRef) and self._keeps.search(words_of(v.cls.name)) for v in values):
            return "stored"
        return "stored" if self._hands_on(call, func) else ""

    def _hands_on(self, call: m.Call, func: Func) -> bool:
        """``Thread(target=push_trace, …)``, ``tasks.add_task(save_usage, …)``: it records a little later."""
        for arg in call.args:
            if isinstance(arg.value, m.Name | m.Attr):
                for value in self._project.evaluator.eval(arg.value, func):
                    words = words_of(value.func.name) if isinstance(value, FuncRef) else ""
                    if self._records.search(words) or self._stores.search(words):
                        return True
        return False

    def says(self, call: m.Call, func: Func, *, with_receiver: bool = False) -> frozenset[str]:
        """What the arguments of a call say, by their names."""
        return frozenset(self._said_by(call, func, with_receiver))

    def _said_by(self, call: m.Call, func: Func, with_receiver: bool) -> Iterator[str]:
        exprs = [arg.value for arg in call.args] + ([call.func] if with_receiver else [])
        for arg in call.args:
            if arg.keyword:
                # ``tags={"phase": …}`` holds what its keys say.
                holds = {"feature"} if isinstance(arg.value, m.DictDisplay) else frozenset()
                yield from self._saying.of_name(arg.keyword) - holds
        for expr in exprs:
            for name in self._saying.names(expr, func):
                yield from self._saying.of_name(name)


def _is_statement(site: CallSite) -> bool:
    """Whether nothing is made of the result of a call."""
    stmt = site.stmt
    value = stmt.value if isinstance(stmt, m.ExprStmt) else None
    return site.call is (value.value if isinstance(value, m.Await) else value)


def opens_to_write(call: m.Call, *, over: bool = False) -> bool:
    """``open(path, "w")``, ``path.open("a")``: whether it opens a file to write; ``over``: from its start."""
    modes = r"w[bt+]*" if over else r"[wax][bt+]*"
    return last_name(call) == "open" and any(
        isinstance(arg.value, m.Text) and re.fullmatch(modes, arg.value.value) for arg in call.args
    )
