"""What calls, attributes and the environment are given in so many words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, External, ExternalObject, external_name, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.values import Evaluator

Literal = str | bool | int | float

_LIST = "[]"
_SETTERS = frozenset({"setdefault", "putenv", "update"})
_ENVIRONMENTS = frozenset({"os.environ", "os.environb"})


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """An expression given for something, and where."""

    expr: m.Expr
    func: Func


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A variable of the environment that the program sets."""

    name: str
    value: Written
    span: m.Span


class Literals:
    """Reads parameter paths and assignments; what is not literal gives nothing."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    # -- arguments ------------------------------------------------------------------------------

    def given(self, call: m.Call, func: Func, path: str) -> Iterator[Written]:
        """What a call is given at a parameter path; ``tools.[].type`` looks into each element of a list."""
        head, *rest = path.split(".")
        expr, scope = walk.argument(call, head), func
        if expr is None:
            keywords, _ = self._evaluator.keyword_items(call, func)
            for name in head.split("|"):
                if name in keywords:
                    expr, scope = keywords[name]
        # What another function hands over is that function's business: it may do so on request only.
        if expr is not None and (scope is func or scope.facts.kind in ("module", "class")):
            yield from self._below(Written(expr, scope), rest)

    def _below(self, written: Written, rest: list[str]) -> Iterator[Written]:
        if not rest:
            yield written
            return
        for value in self._evaluator.eval(written.expr, written.func):
            match value:
                case Data(expr=m.Seq(items=items), func=func) if rest[0] == _LIST:
                    for item in items:
                        yield from self._below(Written(item, func), rest[1:])
                case Data(expr=m.DictDisplay(items=pairs), func=func):
                    for key, item in pairs:
                        if isinstance(key, m.Text) and key.value == rest[0]:
                            yield from self._below(Written(item, func), rest[1:])
                case Data(expr=m.Call() as made, func=func):
                    yield from self.given(made, func, ".".join(rest))
                case ExternalObject(call=m.Call() as made, func=Func() as func):
                    yield from self.given(made, func, ".".join(rest))
                case _:
                    pass

    def alternatives(self, written: Written) -> list[Literal]:
        """The literals one of which something is; nothing when it may be something else.

        What a parameter is by default is its callers' business.
        """
        if _is_parameter(written):
            return []
        found: list[Literal] = []
        for value in self._evaluator.eval(written.expr, written.func):
            match value:
                case Data(expr=m.Text(value=literal) | m.Const(value=literal)) if literal is not None:
                    found.append(literal)
                case _:
                    return []
        return found

    def elements(self, written: Written) -> list[Literal]:
        """The literals in what is surely a list."""
        values = self._evaluator.eval(written.expr, written.func)
        match values:
            case (Data(expr=m.Seq(items=items), func=func),) if not _is_parameter(written):
                return [one for item in items for one in self.alternatives(Written(item, func))]
            case _:
                return []

    def is_set(self, call: m.Call, func: Func, path: str) -> bool:
        """Whether something else than None and False is, or may be, given at a parameter path."""
        for written in self.given(call, func, path):
            values = self._evaluator.eval(written.expr, written.func)
            if (
                _is_parameter(written)
                or not values
                or not all(is_none_value(v) or _is_false(v) for v in values)
            ):
                return True
        return False

    # -- assignments ----------------------------------------------------------------------------

    def attributes(self, func: Func) -> Iterator[tuple[str, Written, m.Attr]]:
        """Assignments to attributes of objects of other packages: dotted name, value, target."""
        for target, binding in func.attribute_bindings:
            if binding.kind != "value" or binding.expr is None or binding.unpack:
                continue
            for owner in self._evaluator.eval(target.value, func):
                name = owner.name if isinstance(owner, External | ExternalObject) else external_name(owner)
                if name:
                    yield f"{name}.{target.name}", Written(binding.expr, func), target

    def variables(self, func: Func) -> Iterator[Variable]:
        """``os.environ["X"] = …``, ``os.environ.setdefault("X", …)``, ``os.putenv("X", …)``."""
        if not func.calls_method(_SETTERS) and not any(map(_sets_item, func.statements)):
            return
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and stmt.value is not None:
                for target in stmt.targets:
                    if isinstance(target, m.Sub) and isinstance(target.index, m.Text):
                        if self._is_environment(target.value, func):
                            yield Variable(target.index.value, Written(stmt.value, func), stmt.span)
            for root in walk.own_expressions(stmt):
                for expr in walk.expressions(root):
                    if isinstance(expr, m.Call):
                        yield from self._set_by(expr, func)

    def _set_by(self, call: m.Call, func: Func) -> Iterator[Variable]:
        if not isinstance(call.func, m.Attr) or call.func.name not in _SETTERS:
            return
        is_putenv = any(external_name(v) == "os.putenv" for v in self._evaluator.eval(call.func, func))
        if not is_putenv and not self._is_environment(call.func.value, func):
            return
        if call.func.name == "update":
            for arg in call.args:
                if arg.keyword is not None:
                    yield Variable(arg.keyword, Written(arg.value, func), call.span)
                elif isinstance(arg.value, m.DictDisplay):
                    for key, item in arg.value.items:
                        if isinstance(key, m.Text):
                            yield Variable(key.value, Written(item, func), call.span)
        elif len(call.args) == 2 and isinstance(call.args[0].value, m.Text):
            yield Variable(call.args[0].value.value, Written(call.args[1].value, func), call.span)

    def _is_environment(self, expr: m.Expr, func: Func) -> bool:
        return isinstance(expr, m.Name | m.Attr) and any(
            external_name(value) in _ENVIRONMENTS for value in self._evaluator.eval(expr, func)
        )


def _sets_item(stmt: m.Stmt) -> bool:
    """``name["X"] = …``."""
    return type(stmt) is m.Assign and any(type(target) is m.Sub for target in stmt.targets)


def _is_parameter(written: Written) -> bool:
    expr = written.expr
    return isinstance(expr, m.Name) and any(b.kind == "param" for b in written.func.bindings.get(expr.id, ()))


def _is_false(value: object) -> bool:
    return isinstance(value, Data) and isinstance(value.expr, m.Const) and value.expr.value is False
