"""Requests that are spaced out: by a pause worked out from the last one, by a turn at a limiter."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.saying import Saying, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import external_name
from llmlint.project.scopes import Func

_KEEPS = frozenset({"append", "appendleft", "put", "put_nowait", "add", "push"})


def paced(subject: Subject) -> Iterator[Evidence]:
    """Pauses on the way to a model that last as long as the time since the last request asks for."""
    pacing = _Pacing(subject)
    for func in subject.once(LlmPath).functions:
        for site in subject.project.graph.sites[func]:
            retried = any(frame.kind == "handler" for frame in site.frames)
            if not retried and pacing.is_pause(site.call, func) and pacing.remembers(func):
                yield subject.at(func, site.call.span, "requests are spaced out")


def turns(subject: Subject) -> Iterator[tuple[Evidence, bool]]:
    """Where a call of a model waits for its turn at a limiter, and whether that is about a rate.

    ``await rate_limiter.acquire()`` above the call. A limiter that does not say of what may count what runs
    at the same time.
    """
    words = read("recovery", RecoveryFile).words
    project = subject.project
    for func in subject.once(LlmPath).functions:
        asks = [site.call.span.line for site in project.graph.sites[func] if project.reach.at_site(site)]
        for stmt in func.statements if asks else ():
            call = stmt.value if isinstance(stmt, m.ExprStmt) else None
            call = call.value if isinstance(call, m.Await) else call
            match call:
                case m.Call(func=m.Attr(value=owner, name=name), args=args, span=span):
                    said = words_of(walk.dotted(owner) or "")
                    if name in words.acquires and "limiter" in said and max(asks) > span.line:
                        rate = "rate" in said or any(arg.keyword in words.rate_keywords for arg in args)
                        yield subject.at(func, span, f"`{name}` waits for a turn"), rate
                case _:
                    pass


class _Pacing:
    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        self._saying = subject.once(Saying)

    def is_pause(self, call: m.Call, func: Func) -> bool:
        """``sleep(interval - (now - last))``, there or in the function that works the delay out."""
        names = (external_name(value) for value in self._project.evaluator.eval(call.func, func))
        if not any(name and self._project.catalogue.pauses.get(name) for name in names):
            return False
        return any(self._is_left(node, func) for arg in call.args for node in self._made_of(arg.value, func))

    def _is_left(self, node: m.Expr, func: Func) -> bool:
        if isinstance(node, m.Call):
            targets = (edge.target for edge in self._project.graph.edges_at.get(node, ()))
            return any(self._is_since(inner, target) for target in targets for inner in target.nodes)
        return self._is_since(node, func)

    def _is_since(self, node: m.Expr, func: Func) -> bool:
        return isinstance(node, m.BinOp) and node.op == "-" and self._tells_time(node, func)

    def remembers(self, func: Func) -> bool:
        """Whether a time is kept beyond the function: ``self.last = time.time()``, ``calls.append(now)``."""
        for stmt in func.statements:
            match stmt:
                case m.Assign(targets=targets, value=value) if value is not None:
                    kept = any(_outlives(target, func) for target in targets)
                    given = [value]
                case m.ExprStmt(value=m.Call(func=m.Attr(value=owner, name=name), args=args)):
                    kept = name in _KEEPS and _outlives(owner, func)
                    given = [arg.value for arg in args]
                case _:
                    continue
            if kept and any(self._tells_time(one, func) for one in given):
                return True
        return False

    def _tells_time(self, expr: m.Expr, func: Func) -> bool:
        return any(
            isinstance(node, m.Call) and self._saying.is_clock(node, func)
            for node in self._made_of(expr, func)
        )

    @staticmethod
    def _made_of(expr: m.Expr, func: Func) -> Iterator[m.Expr]:
        """The parts of an expression, and of what its own names were given in the function."""
        pending, seen = [expr], set[str]()
        while pending:
            for node in walk.expressions(pending.pop()):
                yield node
                if isinstance(node, m.Name) and node.id not in seen:
                    seen.add(node.id)
                    pending += [b.expr for b in func.bindings.get(node.id, ()) if b.expr is not None]


def _outlives(expr: m.Expr, func: Func) -> bool:
    """Whether something holds its value when the function is left: an attribute, what the module has."""
    while isinstance(expr, m.Attr | m.Sub):
        if isinstance(expr, m.Attr):
            return True
        expr = expr.value
    return isinstance(expr, m.Name) and expr.id not in func.bindings
