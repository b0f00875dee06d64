"""Failures that are lost around what asks a model through the program's own wrappers, beyond LLM301."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.aftermath import is_returned
from llmlint.audit.askers import Askers
from llmlint.audit.fallbacks import Fallbacks
from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import Edge, LlmCall
from llmlint.project.kinds import FuncRef
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, StatementSite

_MANAGERS = ("contextmanager", "asynccontextmanager")


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A handler after which nobody can tell that something failed."""

    func: Func
    span: m.Span
    what: str
    calls: tuple[LlmCall, ...] = ()
    """The calls that are known to fail in it."""


class LostFailures:
    """Made once per subject (``subject.once(LostFailures)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._askers = subject.once(Askers)

    def all(self) -> Iterator[Lost]:
        """In reading order; those that LLM301 reports are not among them."""
        known = {swallow.handler for swallow in self._project.swallows}
        for place in self._project.blocks:
            block, func = place.stmt, place.func
            if not isinstance(block, m.Try) or not func.mod.production:
                continue
            if not self._subject.within(func.path):
                continue
            for handler in block.handlers:
                if handler not in known and self._project.handlers.is_broad(handler, func):
                    lost = self._lost(place, block, handler)
                    if lost is not None:
                        yield lost
                    break

    def _lost(self, place: StatementSite, block: m.Try, handler: m.Handler) -> Lost | None:
        func = place.func
        inside = [s for s in self._project.graph.sites[func] if _is_tried(s, block)]
        calls = tuple(c for s in inside if (c := self._project.graph.by_call.get(s.call)) and c.generates)
        if calls and (self._gives_text(block, handler, func) or self._keeps_text(block, handler, func)):
            return Lost(func, handler.span, "the text of the error is returned as the answer", calls)
        if not self._project.outcomes.of(handler.body, handler.name, func).vanishes:
            return None
        if self._is_manager(func) and any(map(_yields, walk.statements(block.body))):
            around = tuple(self._within_managed(func))
            if around:
                return Lost(func, handler.span, "whatever fails below it is dropped", around)
        if self._project.guarded.goes_round(place) or self._project.guarded.goes_on_well(place, handler):
            return None
        given = [stmt.value for stmt in walk.statements(handler.body) if isinstance(stmt, m.Return)]
        if any(isinstance(value, m.Const) and isinstance(value.value, bool) for value in given):
            return None  # whoever asks whether it went well is told
        if self._project.guarded.failing_call(block) is None:
            name = next((last_name(site.call) for site in inside if self._askers.at(site)), "")
            if name:
                return Lost(func, handler.span, f"a failed `{name}(...)` is only logged or lost")
        return None

    # -- text of the error ---------------------------------------------------------------------------

    def _gives_text(self, block: m.Try, handler: m.Handler, func: Func) -> bool:
        """``return answer, tokens`` in the block, and ``return f"Error: {e}", 0`` in the handler."""
        pairs = [
            stmt.value.items
            for stmt in walk.statements((*block.body, *block.orelse))
            if isinstance(stmt, m.Return) and isinstance(stmt.value, m.Seq) and len(stmt.value.items) > 1
        ]
        given = [stmt.value for stmt in walk.statements(handler.body) if isinstance(stmt, m.Return)]
        if not given or any(isinstance(stmt, m.Raise) for stmt in walk.statements(handler.body)):
            return False
        for value in given:
            if not isinstance(value, m.Seq) or not any(len(value.items) == len(pair) for pair in pairs):
                return False
            first, *rest = value.items
            if not _is_text(first) or not self._project.outcomes.quotes_error(first, handler, func):
                return False
            if any(isinstance(one, m.Const) and isinstance(one.value, bool | None) for one in rest):
                return False  # it says that it failed
        return True

    def _keeps_text(self, block: m.Try, handler: m.Handler, func: Func) -> bool:
        """``answer = ask()`` in the block, ``answer = f"Error: {e}"`` in the handler, and it is returned."""
        tried = [stmt for stmt in walk.statements(block.body) if isinstance(stmt, m.Assign)]
        answers = {name for stmt in tried for target in stmt.targets for name in walk.names_in(target)}
        statements = tuple(walk.statements(handler.body))
        if any(isinstance(stmt, m.Raise | m.Return) for stmt in statements):
            return False
        return any(
            isinstance(stmt, m.Assign)
            and stmt.value is not None
            and _is_text(stmt.value)
            and is_returned(stmt, func)
            and any(isinstance(target, m.Name) and target.id in answers for target in stmt.targets)
            and self._project.outcomes.quotes_error(stmt.value, handler, func)
            for stmt in statements
        )

    # -- context managers -------------------------------------------------------------------------

    @staticmethod
    def _is_manager(func: Func) -> bool:
        names = ((walk.dotted(one) or "").rpartition(".")[2] for one in func.facts.decorators)
        return any(name in _MANAGERS for name in names)

    def _within_managed(self, manager: Func) -> Iterator[LlmCall]:
        """Calls of models that fail below ``with manager():``, in that function or further down."""
        project, fallbacks = self._project, self._subject.once(Fallbacks)
        for func in project.functions:
            for site in project.graph.sites[func] if func.mod.production else ():
                if any(self._is_made_by(frame.node, manager, func) for frame in site.frames):
                    target = project.reach.at_site(site, escaping=True)
                    if isinstance(target, Edge):
                        yield from fallbacks.asked_by(target.target)
                    elif target is not None:
                        yield target

    def _is_made_by(self, node: m.Stmt | m.Comp, manager: Func, func: Func) -> bool:
        return isinstance(node, m.With) and any(
            isinstance(item.value, m.Call)
            and last_name(item.value) == manager.name
            and any(
                isinstance(value, FuncRef) and value.func is manager
                for value in self._project.evaluator.eval(item.value.func, func)
            )
            for item in node.items
        )


def _is_tried(site: CallSite, block: m.Try) -> bool:
    return any(frame.kind == "try" and frame.node is block for frame in site.frames)


def _yields(stmt: m.Stmt) -> bool:
    return isinstance(stmt, m.ExprStmt) and isinstance(stmt.value, m.Yield)


def _is_text(value: m.Expr) -> bool:
    match value:
        case m.Text() | m.Template():
            return True
        case m.BinOp(left=left, right=right):
            return _is_text(left) or _is_text(right)
        case m.Call(func=m.Name(id="str")):
            return True
        case _:
            return False
