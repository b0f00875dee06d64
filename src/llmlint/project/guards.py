"""What a condition proves about text: checks that really reject.

Only checks against something the model does not choose count: membership in an untainted collection,
equality with a constant, a full match, a type test. A search for forbidden words proves nothing.
"""

from __future__ import annotations

from typing import Protocol

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.hosts import names_host

ALL = frozenset({"*"})
INSIDE = "inside"
"""Not a sink kind: the text begins with a directory, which says something of a resolved path only."""
RESOLVED = "resolved"
"""Not a sink kind: a path without ``..`` in it."""
FOLDING = frozenset({"lower", "upper", "strip", "casefold", "lstrip", "rstrip"})
_SAME_PATH = frozenset({"resolve", "absolute", "expanduser"})
_WRAPS_PATH = frozenset({"Path", "PurePath", "str", "realpath", "abspath", "fspath", "expanduser"})
_RESOLVES = frozenset({"resolve", "realpath", "abspath"})
NO_ANSWER = frozenset({"log"})
"""What a service sends with an error status is nothing that a log must not show."""
_SEPARATORS = frozenset({"/", "\\"})
_ORDER = frozenset({"<", ">", "<=", ">="})
_TEXT_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalpha", "isalnum", "isidentifier"})
_PLAIN_TYPES = frozenset({"int", "float", "bool"})

Proof = dict[str, frozenset[str]]
"""Dotted name → sink kinds for which it is proven harmless."""


class Judge(Protocol):
    """What the shape of a test alone does not say."""

    def constant(self, expr: m.Expr) -> bool:
        """Whether an expression holds nothing that a model chose."""

    def text(self, expr: m.Expr) -> str | None:
        """The text of a constant, where it is known."""

    def check(self, call: m.Call) -> list[tuple[m.Expr, frozenset[str]]]:
        """For a call of a checking sanitizer: the checked arguments and the kinds they are safe for."""

    def part(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        """For a part that decides (``urlsplit(url).hostname``): the whole, and the kinds it decides."""

    def status(self, name: str) -> str:
        """What an attribute of a response is: ``code`` (a number), ``good``, ``bad``, or nothing of these."""

    def parsed(self, expr: m.Expr) -> tuple[m.Expr, frozenset[str]] | None:
        """For a value taken from a parse (``parse(query)[0]``): what was parsed, and the kinds."""


def _subject(expr: m.Expr) -> str | None:
    """The name a test speaks about: ``cmd``, ``self.cmd``, ``cmd.strip().lower()``."""
    while isinstance(expr, m.Call) and isinstance(expr.func, m.Attr) and expr.func.name in FOLDING:
        expr = expr.func.value
    return key(expr)


def path_subject(expr: m.Expr) -> tuple[str | None, bool]:
    """The name of the path a test speaks about, and whether the test looks at it resolved."""
    resolved = False
    while isinstance(expr, m.Call):
        last = (walk.dotted(expr.func) or "").rsplit(".", 1)[-1]
        if isinstance(expr.func, m.Attr) and expr.func.name in _SAME_PATH and not expr.args:
            resolved = resolved or expr.func.name in _RESOLVES
            expr = expr.func.value
        elif last in _WRAPS_PATH and len(expr.args) == 1:
            resolved = resolved or last in _RESOLVES
            expr = expr.args[0].value
        else:
            break
    return key(expr), resolved


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


def compares_sizes(expr: m.Expr) -> bool:
    """Whether an expression compares rounds, tokens, seconds, lengths: whatever it is, it is counted."""
    return isinstance(expr, m.Compare) and not _ORDER.isdisjoint(expr.ops)


def proofs(test: m.Expr, judge: Judge) -> tuple[Proof, Proof]:
    """What holds when ``test`` is true, and what holds when it is false."""
    match test:
        case m.Unary(op="not", value=value):
            when_true, when_false = proofs(value, judge)
            return when_false, when_true
        case m.BoolOp(op=op, left=left, right=right):
            left_true, left_false = proofs(left, judge)
            right_true, right_false = proofs(right, judge)
            if op == "and":
                return {**left_true, **right_true}, _both(left_false, right_false)
            return _both(left_true, right_true), {**left_false, **right_false}
        case m.Compare(left=left, ops=("is" | "==" as op,), rights=(m.Const(value=None | False),)) if (
            _is_call(left)
        ):
            when_true, when_false = proofs(left, judge)
            return when_false, when_true
        case m.Compare(left=left, ops=("is not" | "!=" as op,), rights=(m.Const(value=None | False),)) if (
            _is_call(left)
        ):
            return proofs(left, judge)
        case m.Compare(left=left, ops=("is",), rights=(m.Const(value=True),)) if _is_call(left):
            return proofs(left, judge)
        case m.Compare(left=left, ops=(op,), rights=(right,)):
            when_true, when_false = _comparison(left, op, right, judge)
            failed_if_true, failed_if_false = _failed(left, op, right, judge)
            return {**failed_if_true, **when_true}, {**failed_if_false, **when_false}
        case m.Walrus(value=value):
            return proofs(value, judge)
        case m.BinOp(op="-", left=left, right=right) if judge.constant(right):
            return {}, _members(left)
        case m.Call(func=m.Attr(value=left, name="difference"), args=(m.Arg(value=right),)) if judge.constant(
            right
        ):
            return {}, _members(left)
        case m.Attr(value=value, name=name) if (whole := key(value)) is not None:
            status = judge.status(name)
            failed = {whole: NO_ANSWER}
            return (failed if status == "bad" else {}), (failed if status == "good" else {})
        case m.Call(func=m.Name(id="isinstance"), args=(m.Arg(value=first), m.Arg(value=m.Name(id="str")))):
            # What is no text has been parsed already.
            text = key(first)
            return {}, {text: frozenset({"code"})} if text else {}
        case m.Call():
            return _call(test, judge), {}
        case _:
            return {}, {}


def _is_call(expr: m.Expr) -> bool:
    return isinstance(expr, m.Call | m.Walrus)


def _both(one: Proof, other: Proof) -> Proof:
    return {name: one[name] & other[name] for name in one.keys() & other.keys()}


def _comparison(left: m.Expr, op: str, right: m.Expr, judge: Judge) -> tuple[Proof, Proof]:
    holds = op in ("in", "==")
    proof: Proof = {}
    match op:
        case "in" | "not in" if isinstance(left, m.Text):
            # ``"/" in name`` rejects every path but a plain name; ``x in "text"`` is a search.
            holds = not holds
            name = key(right)
            proof = {name: frozenset({"path"})} if left.value in _SEPARATORS and name else {}
        case "in" | "not in" if (
            isinstance(right, m.Attr) and right.name == "parents" and judge.constant(left)
        ):
            proof = _inside(walk.children(right)[0])
        case "in" | "not in" if not isinstance(right, m.Text | m.Template) and judge.constant(right):
            proof = _equal(left, judge)
        case "==" | "!=":
            for one, other in ((left, right), (right, left)):
                if judge.constant(other) and (not proof or _is_call(one)):
                    plain = isinstance(other, m.Text | m.Const | m.Attr | m.Name)
                    proof = (_checked(one, judge) if _is_call(one) else {}) or (
                        _equal(one, judge) if plain else {}
                    )
        case _:
            return {}, {}
    return (proof, {}) if holds else ({}, proof)


def _failed(left: m.Expr, op: str, right: m.Expr, judge: Judge) -> tuple[Proof, Proof]:
    """``response.status_code != 200``, ``reply.finish_reason == "error"``: where it is no answer."""
    name = key(left.value) if isinstance(left, m.Attr) else None
    if name is None or not isinstance(left, m.Attr):
        return {}, {}
    proof = {name: NO_ANSWER}
    match right:
        case m.Text(value=text) if op in ("==", "!=") and ("error" in text or "fail" in text):
            return (proof, {}) if op == "==" else ({}, proof)
        case m.Const(value=int(code)) if judge.status(left.name) == "code" and 100 <= code < 600:
            # Of the numbers on either side: is any of them that of an answer (200 to 299)?
            above, below = code >= 300 or (op == ">" and code == 299), code <= 200
            match op:
                case "==" | "!=":
                    answer = 200 <= code < 300
                    equal, other = ({}, proof) if answer else (proof, {})
                    return (equal, other) if op == "==" else (other, equal)
                case ">=" | ">":
                    return (proof if above else {}), (proof if below else {})
                case "<" | "<=":
                    return (proof if below else {}), (proof if above else {})
                case _:
                    return {}, {}
        case _:
            return {}, {}


def _members(expr: m.Expr) -> Proof:
    """``set(names) - KNOWN`` is empty: every name is one of those we know."""
    if isinstance(expr, m.Call) and walk.dotted(expr.func) in ("set", "frozenset") and len(expr.args) == 1:
        expr = expr.args[0].value
    name = key(expr)
    return {name: ALL} if name else {}


def _equal(expr: m.Expr, judge: Judge) -> Proof:
    """What is proven of a value that is one of several we know."""
    name = _subject(expr)
    if name is not None:
        return {name: ALL}
    whole = judge.part(expr) or judge.parsed(expr)
    if whole is not None and (name := _subject(whole[0])) is not None:
        return {name: whole[1]}
    return {}


def _inside(expr: m.Expr) -> Proof:
    """What is proven of a path that lies in a directory we know: nothing while ``..`` may be in it."""
    name, resolved = path_subject(expr)
    return {name: frozenset({"path" if resolved else INSIDE})} if name else {}


def _checked(test: m.Expr, judge: Judge) -> Proof:
    found: Proof = {}
    for expr, kinds in judge.check(test) if isinstance(test, m.Call) else ():
        found |= proven_of(expr, kinds)
    return found


def proven_of(expr: m.Expr, kinds: frozenset[str]) -> Proof:
    """What a check of an argument proves of the names in it."""
    found: Proof = {}
    for item in expr.items if isinstance(expr, m.Seq) else (expr,):
        if kinds == {INSIDE}:
            found |= _inside(item)
        elif (name := _subject(item)) is not None:
            found[name] = kinds
    return found


def _call(test: m.Call, judge: Judge) -> Proof:
    checked = _checked(test, judge)
    if checked:
        return checked
    if isinstance(test.func, m.Attr) and test.func.name in _TEXT_TESTS:
        name = _subject(test.func.value)
        return {name: ALL} if name else {}
    if isinstance(test.func, m.Attr) and test.func.name == "startswith" and test.args:
        return _begins(test.func.value, test.args[0].value, judge)
    if isinstance(test.func, m.Name) and test.args:
        first = test.args[0].value
        if test.func.id == "isinstance" and len(test.args) == 2:
            types = test.args[1].value
            wanted = types.items if isinstance(types, m.Seq) else (types,)
            name = key(first)
            if name and all(walk.dotted(t) in _PLAIN_TYPES for t in wanted):
                return {name: ALL}
            whole = judge.parsed(first)
            if whole is not None and (name := _subject(whole[0])) is not None:
                return {name: whole[1]}
            return _checked(first, judge)
        if test.func.id == "all" and isinstance(first, m.Comp) and len(first.clauses) == 1:
            clause = first.clauses[0]
            name = key(clause.iter)
            inner, _ = proofs(first.element, judge)
            if name and isinstance(clause.target, m.Name) and clause.target.id in inner:
                return {name: inner[clause.target.id]}
    return {}


def _begins(subject: m.Expr, start: m.Expr, judge: Judge) -> Proof:
    starts = start.items if isinstance(start, m.Seq) else (start,)
    if not all(judge.constant(item) for item in starts):
        return {}
    texts = [judge.text(item) for item in starts]
    if any(text is not None and "://" in text for text in texts):
        name = _subject(subject)
        fixed = all(text is not None and names_host(text) for text in texts)
        return {name: frozenset({"url"})} if name and fixed else {}
    return _inside(subject)
