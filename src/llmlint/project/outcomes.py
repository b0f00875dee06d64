"""What becomes of a failure in a handler: handed on, or gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.guards import key
from llmlint.project.kinds import Data, External
from llmlint.project.logs import Logs
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

_STATUS = re.compile(
    r"err|fail|status|success|exception|\bok\b|^ok$|state|invalid|unavailable|degraded|broken|code$|healthy"
    r"|missing|skipped|unknown",
    re.I,
)
"""Names under which a failure is recorded rather than hidden."""
_REPORTS = re.compile(
    r"err|fail|alert|notif|report|record|emit|send|reply|flash|abort|metric|increment|fallback|respond|answer"
    r"|publish|retry|requeue|nack|reject|raise|set_exception|show|display|toast|update_status|dead_letter",
    re.I,
)
"""Calls that tell somebody of the failure (not loggers)."""
_EMPTY = frozenset(
    {
        "builtins.list",
        "builtins.dict",
        "builtins.set",
        "builtins.tuple",
        "builtins.str",
        "collections.OrderedDict",
        "collections.defaultdict",
    }
)
_TEXT_OF_ERROR = frozenset({"traceback.format_exc", "sys.exc_info", "traceback.format_exception"})


def _asked_for_nothing(test: m.Expr) -> set[str]:
    """Names that a test finds empty: ``not x``, ``x is None``."""
    match test:
        case m.Unary(op="not", value=m.Name(id=name)):
            return {name}
        case m.Compare(left=m.Name(id=name), ops=("is" | "==",), rights=(m.Const(value=None),)):
            return {name}
        case m.BoolOp(left=left, right=right):
            return _asked_for_nothing(left) | _asked_for_nothing(right)
        case _:
            return set()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a handler ends. ``vanishes`` False: the caller can tell. ``does`` says it for a message."""

    vanishes: bool
    does: str = ""
    logged: bool = False


HANDED_ON = Outcome(False)


class Outcomes:
    """Reads handlers. Where it is not sure, the failure counts as handed on."""

    def __init__(
        self,
        graph: CallGraph,
        evaluator: Evaluator,
        catalogue: Catalogue,
        logs: Logs,
        reaches: Callable[[Func], bool],
    ) -> None:
        self._reaches = reaches
        self._graph = graph
        self._evaluator = evaluator
        self._logs = logs
        self._exit_names = catalogue.exits

    def of(self, body: tuple[m.Stmt, ...], name: str | None, func: Func) -> Outcome:
        """The outcome of a handler body that binds the error to ``name``."""
        derived = self._derived(body, name, func)
        logged = False
        ends: list[str] = []
        for stmt in walk.statements(body):
            if isinstance(stmt, m.Raise):
                return HANDED_ON
            if isinstance(stmt, m.For | m.While | m.Try) and any(
                not self._logs.only_talks(call, func) for call in _calls_below(stmt)
            ):
                return HANDED_ON  # it does the work in another way
            for call in _calls(stmt):
                if self._exits(call, func):
                    return HANDED_ON
                if self._logs.only_talks(call, func):
                    logged = True
                elif self._tells(call, derived, func) or self._asks_again(call, func):
                    return HANDED_ON
            match stmt:
                case m.Return(value=value):
                    if self._informs(value, derived, func):
                        return HANDED_ON
                    ends.append(_returns(value))
                case m.Assign(targets=targets, value=value) if value is not None:
                    if self._stores(targets, value, derived, func, body):
                        return HANDED_ON
                    if any(
                        isinstance(t, m.Name) and self.made_up_for(t.id, func) is not None for t in targets
                    ):
                        return HANDED_ON
                    if not ends and isinstance(targets[0], m.Name) and targets[0].id not in derived:
                        ends.append(f"sets `{targets[0].id}` to {_constant(value)}")
                case m.AugAssign(target=target, value=value):
                    if (
                        _mentions(value, derived)
                        or not isinstance(target, m.Name)
                        or _STATUS.search(target.id)
                    ):
                        return HANDED_ON
                case m.Simple(what=what) if what in ("continue", "break"):
                    ends.append("goes on with the next one" if what == "continue" else "leaves the loop")
                case m.ExprStmt(value=m.Yield(value=value)) if value is not None:
                    if self._informs(value, derived, func):
                        return HANDED_ON
                    ends.append("yields a constant")
                case _:
                    pass
        return Outcome(True, ends[-1] if ends else "goes on", logged)

    @staticmethod
    def made_up_for(name: str, func: Func) -> m.Assign | m.Raise | None:
        """``if not answer: answer = other_way()``, or ``raise``: what the handler left empty is seen to."""
        for stmt in walk.statements(func.facts.body):
            if not isinstance(stmt, m.If) or name not in _asked_for_nothing(stmt.test):
                continue
            for inner in stmt.body:
                if isinstance(inner, m.Raise):
                    return inner
                if isinstance(inner, m.Assign) and isinstance(inner.value, m.Call | m.Await):
                    if any(isinstance(t, m.Name) and t.id == name for t in inner.targets):
                        return inner
        return None

    def quotes_error(self, value: m.Expr, handler: m.Handler, func: Func) -> bool:
        """Whether a value that a handler returns shows the error, or a text made of it."""
        derived = self._derived(handler.body, handler.name, func)
        return _mentions(value, derived) or self._formats_error(value, func)

    # -- the error itself -----------------------------------------------------------------------

    def _derived(self, body: tuple[m.Stmt, ...], name: str | None, func: Func) -> set[str]:
        """Names that hold the error or a text made of it."""
        derived = {name} if name else set()
        for stmt in walk.statements(body):
            if isinstance(stmt, m.Assign) and stmt.value is not None:
                if _mentions(stmt.value, derived) or self._formats_error(stmt.value, func):
                    derived |= {t.id for t in stmt.targets if isinstance(t, m.Name)}
        return derived

    def _formats_error(self, expr: m.Expr, func: Func) -> bool:
        return any(
            isinstance(v, External) and v.name in _TEXT_OF_ERROR
            for node in walk.expressions(expr)
            if isinstance(node, m.Call)
            for v in self._evaluator.eval(node.func, func)
        )

    def _exits(self, call: m.Call, func: Func) -> bool:
        return any(
            isinstance(v, External) and v.name in self._exit_names
            for v in self._evaluator.eval(call.func, func)
        )

    def _asks_again(self, call: m.Call, func: Func) -> bool:
        """Whether the handler calls a model itself: a fallback, whose result stands in."""
        return self._graph.by_call.get(call) is not None or any(
            self._reaches(edge.target) for edge in self._graph.edges_at.get(call, ())
        )

    def _tells(self, call: m.Call, derived: set[str], func: Func) -> bool:
        """Whether a call (no logger) hands the error to somebody, or says by its name that it does."""
        name = call.func.name if isinstance(call.func, m.Attr) else getattr(call.func, "id", "")
        if any(_mentions(arg.value, derived) or self._formats_error(arg.value, func) for arg in call.args):
            # str(e), isinstance(e, X), type(e) only look at it.
            return not any(
                isinstance(v, External) and v.name.startswith("builtins.")
                for v in self._evaluator.eval(call.func, func)
            )
        if any(
            _status_literal(arg.value) or (arg.keyword and _STATUS.search(arg.keyword)) for arg in call.args
        ):
            return True
        return bool(_REPORTS.search(name))

    # -- values ---------------------------------------------------------------------------------

    def _informs(self, value: m.Expr | None, derived: set[str], func: Func) -> bool:
        """Whether a returned value lets the caller tell, or is a real answer from elsewhere."""
        if value is None:
            return False
        if _mentions(value, derived) or self._formats_error(value, func) or _status_literal(value):
            return True
        return self.is_live(value, func)

    def is_live(self, value: m.Expr, func: Func) -> bool:
        """Whether a value is anything else than a constant written down for this case."""
        match value:
            case m.Const(value=constant):
                return constant is not None and self._answers_by_status(func, constant)
            case m.Text():
                return False
            case m.Template(parts=parts):
                return any(isinstance(p, m.Call) for p in parts)
            case m.Seq(items=items):
                return any(self.is_live(i, func) for i in items)
            case m.DictDisplay(items=items):
                return any(self.is_live(v, func) for _, v in items)
            case m.Name(id=name):
                return self._name_is_live(name, func)
            case m.Call():
                return self._call_is_live(value, func)
            case m.IfExp(body=body, orelse=orelse):
                return self.is_live(body, func) or self.is_live(orelse, func)
            case m.Attr():
                values = self._evaluator.eval(value, func)
                return not (values and all(_is_constant(v) for v in values))
            case m.Unary(value=inner) | m.Await(value=inner):
                return self.is_live(inner, func)
            case _:
                return True

    def _call_is_live(self, call: m.Call, func: Func) -> bool:
        for callee in self._evaluator.eval(call.func, func):
            if isinstance(callee, External) and callee.name in _EMPTY:
                return any(self.is_live(a.value, func) for a in call.args)
        return True

    def _name_is_live(self, name: str, func: Func) -> bool:
        values = self._evaluator.lookup(name, func)
        if name in func.facts.bound:
            bindings = [b for b in func.bindings.get(name, ()) if b.kind != "error"]
            if any(b.kind != "value" for b in bindings):
                return True
            # Bound before the try to a constant, or in the try itself: then it has that constant here.
            constants = [b for b in bindings if isinstance(b.expr, m.Const | m.Text) or _is_empty(b.expr)]
            return not constants
        return not (values and all(_is_constant(v) for v in values))

    def _answers_by_status(self, func: Func, constant: bool | int | float) -> bool:
        """Whether every result of the function is a status, and this one differs: then it is an answer."""
        if not isinstance(constant, bool):
            results = [r.value.value for r in func.returns if isinstance(r.value, m.Const)]
            return len(results) == len(func.returns) and len(set(results)) > 1
        values = [r.value for r in func.returns]
        plain = [v for v in values if isinstance(v, m.Const) and isinstance(v.value, bool)]
        others = [v for v in values if v is not None and v not in plain]
        if any(isinstance(v, m.Compare | m.Unary | m.BoolOp) for v in others):
            return True
        if others and all(isinstance(v, m.Call) and _asks(v) for v in others):
            return True
        return not others and any(v.value for v in plain) and any(not v.value for v in plain)

    def _stores(
        self,
        targets: tuple[m.Expr, ...],
        value: m.Expr,
        derived: set[str],
        func: Func,
        body: tuple[m.Stmt, ...],
    ) -> bool:
        """Whether an assignment keeps the failure for later, or puts a real value in place."""
        mentions = _mentions(value, derived) or self._formats_error(value, func)
        for target in targets:
            name = key(target) or ""
            if isinstance(target, m.Name):
                if mentions and not read_outside(target.id, body, func):
                    continue
                if mentions or _STATUS.search(target.id) or _status_literal(value):
                    return True
                if self.is_live(value, func):
                    return True
            elif mentions or _STATUS.search(name.rsplit(".", 1)[-1]):
                return True
            elif self.is_live(value, func) or _status_literal(value):
                return True
        return False


def _asks(call: m.Call) -> bool:
    name = call.func.id if isinstance(call.func, m.Name) else getattr(call.func, "name", "")
    return name in ("bool", "any", "all", "isinstance", "hasattr", "startswith", "endswith")


def _calls(stmt: m.Stmt) -> Iterator[m.Call]:
    for expr in walk.own_expressions(stmt):
        for node in walk.expressions(expr):
            if isinstance(node, m.Call):
                yield node


def _calls_below(stmt: m.Stmt) -> Iterator[m.Call]:
    for block in walk.blocks(stmt):
        for inner in walk.statements(block):
            yield from _calls(inner)


def _mentions(expr: m.Expr, names: set[str]) -> bool:
    return bool(names) and not names.isdisjoint(walk.names_in(expr))


def read_outside(name: str, body: tuple[m.Stmt, ...], func: Func) -> bool:
    """Whether the function reads a variable in other statements than these."""
    inside = {id(s) for s in walk.statements(body)}
    for stmt in walk.statements(func.facts.body):
        if id(stmt) in inside:
            continue
        targets = stmt.targets if isinstance(stmt, m.Assign) else ()
        for expr in walk.own_expressions(stmt):
            if expr not in targets and name in walk.names_in(expr):
                return True
    return False


def _status_literal(value: m.Expr) -> bool:
    """``{"error": …}``, ``("…", 500)``, ``Result(success=False)``, ``"error"`` as a value of a status key."""
    match value:
        case m.DictDisplay(items=items):
            return any(
                (isinstance(k, m.Text) and _STATUS.search(k.value))
                or (isinstance(v, m.Text) and v.value.lower() in ("error", "failed", "failure"))
                for k, v in items
            )
        case m.Seq(items=items):
            return any(
                _status_literal(i)
                or (
                    isinstance(i, m.Const)
                    and isinstance(i.value, int)
                    and not isinstance(i.value, bool)
                    and 400 <= i.value < 600
                )
                for i in items
            )
        case m.Call(args=args, func=func):
            name = func.name if isinstance(func, m.Attr) else getattr(func, "id", "")
            return bool(_STATUS.search(name)) or any(
                (a.keyword and _STATUS.search(a.keyword)) or _status_literal(a.value) for a in args
            )
        case m.Attr(name=name):
            return bool(_STATUS.search(name))
        case _:
            return False


def _is_empty(expr: m.Expr | None) -> bool:
    return (isinstance(expr, m.Seq | m.DictDisplay) and not expr.items) or (
        isinstance(expr, m.Call)
        and isinstance(expr.func, m.Name)
        and expr.func.id in ("list", "dict", "set")
        and not expr.args
    )


def _is_constant(value: object) -> bool:
    return isinstance(value, Data) and (isinstance(value.expr, m.Const | m.Text) or _is_empty(value.expr))


def _constant(value: m.Expr) -> str:
    match value:
        case m.Const(value=constant):
            return str(constant)
        case m.Text(value=""):
            return "an empty string"
        case m.Seq(items=()) | m.DictDisplay(items=()):
            return "an empty one"
        case _:
            return "a constant"


def _returns(value: m.Expr | None) -> str:
    match value:
        case None | m.Const(value=None):
            return "returns None"
        case m.Const(value=constant):
            return f"returns {constant}"
        case m.Text(value=""):
            return 'returns ""'
        case m.Seq(kind="list", items=()):
            return "returns []"
        case m.DictDisplay(items=()):
            return "returns {}"
        case _:
            return "returns a constant"
