"""Failures of providers of which nobody on call hears: handled, but neither raised again nor reported."""

from __future__ import annotations

import functools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.guarded import Target, finally_returns
from llmlint.project.kinds import External, external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite

if TYPE_CHECKING:
    from llmlint.project.questions import Questions

_TELLS = (
    r"alert|notif|report|captur|page|send|post|publish|emit|metric|incr|track|record|telemetr"
    r"|on_error|on_fail|handle_err|handle_exc|health|breaker|fail"
)
"""Names of calls by which somebody may be told; names of reporters are among them."""
_KEEPS = re.compile(r"err|fail|status|state|health|exception", re.I)
"""Names under which a failure is kept where somebody may look."""
_RECORDED = frozenset({"reporter", "failure", "metric", "span"})
ERROR = 40
HOPS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Unreported:
    """A handler behind which a failure is known to nobody but the person who asked."""

    func: Func
    handler: m.Handler
    target: Target
    reporter: str
    """The reporter that the project has, as people say it."""


class Alerts:
    """Reads handlers of failed LLM calls, in projects that have a reporter of errors."""

    def __init__(self, project: Questions) -> None:
        self._project = project

    def unreported(self, *, lost: bool = False) -> Iterator[Unreported]:
        """The handlers that report nothing; those that lose the failure, LLM301's, only when ``lost``."""
        if not self._reporters:
            return
        name = next(iter(self._reporters))
        for place in self._project.blocks:
            stmt, func = place.stmt, place.func
            if not isinstance(stmt, m.Try) or not stmt.handlers:
                continue
            target = self._project.guarded.failing_call(stmt)
            if target is None or self._reported_by_itself(target):
                continue
            for handler in stmt.handlers:
                if self._is_ours(place, stmt, handler, lost) and not self._reported(handler, func):
                    if not self._callers_report(func):
                        yield Unreported(func, handler, target, name)
                if self._project.handlers.catches_provider(handler, func):
                    break  # nothing gets past it

    # -- the reporter -----------------------------------------------------------------------------

    @functools.cached_property
    def _names_that_tell(self) -> re.Pattern[str]:
        reporters = sorted(self._project.catalogue.observed.reporters)
        spelled = ("_?".join(map(re.escape, name.split())) for name in reporters)
        return re.compile("|".join((_TELLS, *spelled)), re.IGNORECASE)

    @functools.cached_property
    def _reporters(self) -> dict[str, bool]:
        """The reporters of the project, and whether they are sent log records at ERROR."""
        found: dict[str, bool] = {}
        for use in self._project.telemetry.of_kind("reporter"):
            found[use.table.name] = found.get(use.table.name, False) or use.table.errors_logged
        return found

    def _reported_by_itself(self, target: Target) -> bool:
        """Whether the reporter hooks into the SDK and sends its failures, caught or not."""
        _, call = self._project.reach.way(target, escaping=True)
        if call is None:
            return True
        catalogue = self._project.catalogue
        entries = (call.entry, call.client.entry) if call.client is not None else (call.entry,)
        sdks = {sdk.id for entry in entries if (sdk := catalogue.sdk_of(entry)) is not None}
        return any(sdks & set(use.table.reports) for use in self._project.telemetry.of_kind("reporter"))

    # -- handlers -----------------------------------------------------------------------------------

    def _is_ours(self, place: StatementSite, stmt: m.Try, handler: m.Handler, lost: bool) -> bool:
        """Whether a handler ends a provider's failure for good; when it loses it, only if ``lost``."""
        project, func = self._project, place.func
        if not project.handlers.may_catch_provider(handler, func) or project.handlers.raises(handler.body):
            return False
        guarded = project.guarded
        if finally_returns(stmt) or guarded.goes_round(place) or guarded.goes_on_well(place, handler):
            return False
        if lost or handler is not guarded.deciding_handler(stmt, func):
            return True
        return not project.outcomes.of(handler.body, handler.name, func).vanishes

    def _reported(self, handler: m.Handler, func: Func) -> bool:
        """Whether a handler tells somebody, or may."""
        names = {handler.name} if handler.name else set()
        for stmt in walk.statements(handler.body):
            if isinstance(stmt, m.Try | m.While | m.For):
                return True  # it does the work in another way
            if isinstance(stmt, m.Assign | m.AugAssign) and _keeps(stmt, names):
                return True
            for expr in walk.own_expressions(stmt):
                for node in walk.expressions(expr):
                    if isinstance(node, m.Call) and self._tells(node, func, names):
                        return True
                    if isinstance(node, m.Yield) or (isinstance(node, m.Name) and node.id == "sys"):
                        return True
        return False

    def _tells(self, call: m.Call, func: Func, names: set[str]) -> bool:
        project = self._project
        if any(table.kind in _RECORDED for table in project.telemetry.at_call(call, func)):
            return True
        if project.logs.only_talks(call, func):
            level = project.logs.level(call, func)
            # A logger that is not known may be any.
            return any(self._reporters.values()) and (level is None or level >= ERROR)
        if project.graph.by_call.get(call) is not None:
            return True  # another model is asked: whether that fails is another question
        last = call.func.name if isinstance(call.func, m.Attr) else getattr(call.func, "id", "")
        if self._names_that_tell.search(last):
            return True
        edges = project.graph.edges_at.get(call, ())
        if edges:
            return any(self._telling(edge.target) for edge in edges)
        values = project.evaluator.eval(call.func, func)
        if values and all(isinstance(v, External) or external_name(v) for v in values):
            return False
        return any(not names.isdisjoint(walk.names_in(arg.value)) for arg in call.args)

    def _telling(self, func: Func) -> bool:
        """Whether a function, or one that it calls, tells somebody."""
        seen, queue = {func}, deque([(func, 0)])
        while queue:
            here, depth = queue.popleft()
            if here in self._direct:
                return True
            for edge in self._project.graph.edges[here] if depth < HOPS else ():
                if edge.target not in seen:
                    seen.add(edge.target)
                    queue.append((edge.target, depth + 1))
        return False

    @functools.cached_property
    def _direct(self) -> frozenset[Func]:
        """Functions that report something themselves."""
        logged = any(self._reporters.values())
        project = self._project
        return frozenset(
            func
            for func in project.graph.functions
            if any(use.table.kind in _RECORDED for use in project.telemetry.by_function.get(func, ()))
            or (logged and any(log.level >= ERROR for log in project.logs.calls(func)))
            or any(
                self._names_that_tell.search(getattr(site.call.func, "name", ""))
                for site in project.graph.sites[func]
            )
        )

    def _callers_report(self, func: Func) -> bool:
        """Whether what comes back may be reported further up."""
        seen, queue = {func}, deque([(func, 0)])
        while queue:
            here, depth = queue.popleft()
            for edge in self._project.graph.callers.get(here, ()) if depth < HOPS else ():
                caller = edge.site.func
                if caller in seen:
                    continue
                if any(
                    use.table.kind in _RECORDED for use in self._project.telemetry.by_function.get(caller, ())
                ) or self._looks_at_failures(caller):
                    return True
                seen.add(caller)
                queue.append((caller, depth + 1))
        return False

    def _looks_at_failures(self, func: Func) -> bool:
        """Whether a caller raises, or tells somebody: it may do so because of what came back."""
        return any(isinstance(stmt, m.Raise) for stmt in func.statements) or any(
            isinstance(node, m.Call) and self._names_that_tell.search(getattr(node.func, "name", "") or "")
            for node in func.nodes
        )


def _keeps(stmt: m.Assign | m.AugAssign, names: set[str]) -> bool:
    """``self.last_error = e``, ``job.status = "failed"``: somebody may look there."""
    targets = stmt.targets if isinstance(stmt, m.Assign) else (stmt.target,)
    for target in targets:
        if isinstance(target, m.Attr | m.Sub):
            name = target.name if isinstance(target, m.Attr) else getattr(target.index, "value", "")
            if _KEEPS.search(str(name)) or (
                stmt.value is not None and not names.isdisjoint(walk.names_in(stmt.value))
            ):
                return True
    return isinstance(stmt, m.AugAssign)
