"""What a condition proves about text: checks that really reject.

Only checks against something the model does not choose count: membership in an untainted collection,
equality with a constant, a full match, a type test. A search for forbidden words proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from llmlint.facts import model as m
from llmlint.facts import walk

ALL = frozenset({"*"})
_FOLDING = frozenset({"lower", "upper", "strip", "casefold", "lstrip", "rstrip"})
_TEXT_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isidentifier"})
_PLAIN_TYPES = frozenset({"int", "float", "bool"})

Proof = dict[str, frozenset[str]]
"""Dotted name → sink kinds for which it is proven harmless."""

CheckKinds = Callable[[m.Call], list[tuple[m.Expr, frozenset[str]]]]
"""For a call of a checking sanitizer: the checked arguments and the kinds they are safe for."""

IsConstant = Callable[[m.Expr], bool]
"""Whether an expression holds nothing that a model chose."""


def _subject(expr: m.Expr) -> str | None:
    """The name a test speaks about: ``cmd``, ``self.cmd``, ``cmd.strip().lower()``."""
    while isinstance(expr, m.Call) and isinstance(expr.func, m.Attr) and expr.func.name in _FOLDING:
        expr = expr.func.value
    return key(expr)


def key(expr: m.Expr) -> str | None:
    """``a.b`` for attributes and constant string subscripts on a name, else None."""
    parts: list[str] = []
    while True:
        match expr:
            case m.Attr(value=value, name=name):
                parts.append(name)
                expr = value
            case m.Sub(value=value, index=m.Text(value=text)):
                parts.append(text)
                expr = value
            case m.Name(id=name):
                parts.append(name)
                return ".".join(reversed(parts))
            case _:
                return None


def proofs(test: m.Expr, constant: IsConstant, check: CheckKinds) -> tuple[Proof, Proof]:
    """What holds when ``test`` is true, and what holds when it is false."""
    match test:
        case m.Unary(op="not", value=value):
            when_true, when_false = proofs(value, constant, check)
            return when_false, when_true
        case m.BoolOp(op=op, left=left, right=right):
            left_true, left_false = proofs(left, constant, check)
            right_true, right_false = proofs(right, constant, check)
            if op == "and":
                return {**left_true, **right_true}, _both(left_false, right_false)
            return _both(left_true, right_true), {**left_false, **right_false}
        case m.Compare(left=left, ops=("is" | "==" as op,), rights=(m.Const(value=None | False),)) if (
            _is_call(left)
        ):
            when_true, when_false = proofs(left, constant, check)
            return when_false, when_true
        case m.Compare(left=left, ops=("is not" | "!=" as op,), rights=(m.Const(value=None | False),)) if (
            _is_call(left)
        ):
            return proofs(left, constant, check)
        case m.Compare(left=left, ops=("is",), rights=(m.Const(value=True),)) if _is_call(left):
            return proofs(left, constant, check)
        case m.Compare(left=left, ops=(op,), rights=(right,)):
            return _comparison(left, op, right, constant)
        case m.Walrus(value=value):
            return proofs(value, constant, check)
        case m.Call():
            return _call(test, constant, check), {}
        case _:
            return {}, {}


def _is_call(expr: m.Expr) -> bool:
    return isinstance(expr, m.Call | m.Walrus)


def _both(one: Proof, other: Proof) -> Proof:
    return {name: one[name] & other[name] for name in one.keys() & other.keys()}


def _comparison(left: m.Expr, op: str, right: m.Expr, constant: IsConstant) -> tuple[Proof, Proof]:
    name = _subject(left)
    if op in ("==", "!=") and name is None:
        name, right = _subject(right), left
    if name is None:
        return {}, {}
    proof = {name: ALL}
    if op in ("in", "not in"):
        # ``x in "text"`` is a search, not a choice from a list.
        if isinstance(right, m.Text | m.Template) or not constant(right):
            return {}, {}
        return (proof, {}) if op == "in" else ({}, proof)
    if op in ("==", "!=") and isinstance(right, m.Text | m.Const | m.Attr | m.Name) and constant(right):
        return (proof, {}) if op == "==" else ({}, proof)
    return {}, {}


def _call(test: m.Call, constant: IsConstant, check: CheckKinds) -> Proof:
    checked = check(test)
    if checked:
        return {name: kinds for expr, kinds in checked if (name := _subject(expr))}
    if isinstance(test.func, m.Attr) and test.func.name in _TEXT_TESTS:
        name = _subject(test.func.value)
        return {name: ALL} if name else {}
    if isinstance(test.func, m.Name) and test.args:
        first = test.args[0].value
        if test.func.id == "isinstance" and len(test.args) == 2:
            types = test.args[1].value
            wanted = types.items if isinstance(types, m.Seq) else (types,)
            name = key(first)
            if name and all(walk.dotted(t) in _PLAIN_TYPES for t in wanted):
                return {name: ALL}
        if test.func.id == "all" and isinstance(first, m.Comp) and len(first.clauses) == 1:
            clause = first.clauses[0]
            name = key(clause.iter)
            inner, _ = proofs(first.element, constant, check)
            if name and isinstance(clause.target, m.Name) and clause.target.id in inner:
                return {name: inner[clause.target.id]}
    return {}


def terminates(body: tuple[m.Stmt, ...]) -> bool:
    """Whether control never runs past this block."""
    for stmt in body:
        match stmt:
            case m.Return() | m.Raise() | m.Simple(what="break" | "continue"):
                return True
            case m.If(body=then, orelse=orelse) if orelse and terminates(then) and terminates(orelse):
                return True
            case m.ExprStmt(value=m.Call(func=func)) if walk.dotted(func) in (
                "sys.exit",
                "exit",
                "quit",
                "os._exit",
                "os.abort",
            ):
                return True
            case m.With(body=inner) if terminates(inner):
                return True
            case _:
                pass
    return False
