"""What a program sets outside itself: attributes of other people's modules, environment variables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import External, external_name
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite, statement_sites
from llmlint.project.values import Evaluator

_Found = tuple[str, m.Expr, m.Stmt, m.Expr | None]
"""Name, value, statement and target of a write."""

_ENVIRON = "os.environ"
_ONE = frozenset({f"{_ENVIRON}.setdefault", "os.putenv"})


@dataclass(frozen=True, slots=True, eq=False)
class Write:
    """``litellm.set_verbose = True``, ``os.environ["OPENAI_LOG"] = "debug"``."""

    name: str
    """The dotted attribute, or the environment variable."""
    value: m.Expr
    place: StatementSite
    target: m.Expr | None
    """The attribute as written; None for environment variables."""

    @property
    def span(self) -> m.Span:
        """Where it stands."""
        span: m.Span = getattr(self.place.stmt, "span")  # noqa: B009 - every statement below has one
        return span


class Writes:
    """Finds them."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._attributes: dict[Func, tuple[Write, ...]] = {}
        self._variables: dict[Func, tuple[Write, ...]] = {}

    def attributes(self, func: Func) -> tuple[Write, ...]:
        """Attributes of external modules that a scope assigns or appends to."""
        known = self._attributes.get(func)
        if known is None:
            known = self._attributes[func] = _placed(func, list(self._set(func)))
        return known

    def _set(self, func: Func) -> Iterator[_Found]:
        for stmt in func.statements:
            match stmt:
                case m.Assign(targets=targets, value=value) if value is not None:
                    for target in targets:
                        yield from self._attribute(target, value, stmt, func)
                case m.AugAssign(target=target, value=value):
                    yield from self._attribute(target, value, stmt, func)
                case m.ExprStmt(value=m.Call(func=m.Name(id="setattr"), args=args)) if len(args) == 3:
                    if isinstance(args[1].value, m.Text):
                        target = m.Attr(args[0].value, args[1].value.value)
                        yield from self._attribute(target, args[2].value, stmt, func)
                case m.ExprStmt(value=m.Call(func=m.Attr(value=target, name=name), args=args)):
                    if name in ("append", "extend") and args:
                        yield from self._attribute(target, args[0].value, stmt, func)
                case _:
                    pass

    def _attribute(self, target: m.Expr, value: m.Expr, stmt: m.Stmt, func: Func) -> Iterator[_Found]:
        if isinstance(target, m.Attr):
            for owner in self._evaluator.eval(target.value, func):
                if isinstance(owner, External):
                    yield f"{owner.name}.{target.name}", value, stmt, target

    def variables(self, func: Func) -> tuple[Write, ...]:
        """Environment variables that a scope sets."""
        known = self._variables.get(func)
        if known is None:
            found = [
                (name, value, stmt, None)
                for stmt in func.statements
                for name, value in self._set_by(stmt, func)
            ]
            known = self._variables[func] = _placed(func, found)
        return known

    def _set_by(self, stmt: m.Stmt, func: Func) -> Iterator[tuple[str, m.Expr]]:
        match stmt:
            case m.Assign(targets=targets, value=value) if value is not None:
                for target in targets:
                    match target:
                        case m.Sub(value=owner, index=m.Text(value=name)) if self._is_environ(owner, func):
                            yield name, value
                        case _:
                            pass
            case m.AugAssign(target=target, op="|=", value=value) if self._is_environ(target, func):
                yield from _items(value)
            case m.ExprStmt(value=m.Call() as call):
                callees = {external_name(v) for v in self._evaluator.eval(call.func, func)}
                if f"{_ENVIRON}.update" in callees:
                    yield from ((a.keyword, a.value) for a in call.args if a.keyword)
                    for arg in call.args[:1]:
                        yield from _items(arg.value)
                elif callees & _ONE and len(call.args) == 2:
                    first = call.args[0].value
                    if isinstance(first, m.Text):
                        yield first.value, call.args[1].value
            case _:
                pass

    def _is_environ(self, expr: m.Expr, func: Func) -> bool:
        if not isinstance(expr, m.Name | m.Attr) or walk.dotted(expr) is None:
            return False
        return any(external_name(v) == _ENVIRON for v in self._evaluator.eval(expr, func))


def _placed(func: Func, found: Sequence[_Found]) -> tuple[Write, ...]:
    """The same writes with what stands around them."""
    if not found:  # as in almost every scope
        return ()
    places = {place.stmt: place for place in statement_sites(func)}
    return tuple(Write(name, value, places[stmt], target) for name, value, stmt, target in found)


def _items(expr: m.Expr) -> Iterator[tuple[str, m.Expr]]:
    """The entries of ``{"NAME": value}`` and ``dict(NAME=value)``."""
    if isinstance(expr, m.DictDisplay):
        yield from ((key.value, value) for key, value in expr.items if isinstance(key, m.Text))
    elif isinstance(expr, m.Call) and walk.dotted(expr.func) == "dict":
        yield from ((arg.keyword, arg.value) for arg in expr.args if arg.keyword)
