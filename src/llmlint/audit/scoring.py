"""What makes a comparison of an answer a score: that it is counted, kept, asserted or averaged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from llmlint.audit.casevalues import Values
from llmlint.audit.tables.evals import HarnessWords, words_in_name
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

SAME = frozenset({"==", "!=", "in", "not in"})
"""Comparisons of an answer with what is expected."""


@dataclass(frozen=True, slots=True)
class Score:
    """A place where an answer is scored."""

    where: Func
    span: m.Span
    expects: bool
    through: tuple[Func, ...]
    returned: bool = False
    """It is what a function returns: whoever calls it has to count it."""


class Scoring:
    """Knows scores by the words of ``evals.toml``."""

    def __init__(self, words: HarnessWords) -> None:
        self._words = words

    def scores(self, name: str) -> bool:
        """Whether something of this name scores."""
        return bool(words_in_name(name) & set(self._words.scorers))

    def is_truth(self, name: str) -> bool:
        """Whether something of this name is what an answer should be."""
        return bool(words_in_name(name) & set(self._words.truths))

    def counted(self, func: Func, results: Collection[m.Expr]) -> Iterator[Score]:
        """Where what comes of a comparison becomes a score, or is returned."""
        names: set[str] = set()

        def holds(expr: m.Expr) -> bool:
            nodes = walk.expressions(expr)
            return any(n in results or (isinstance(n, m.Name) and n.id in names) for n in nodes)

        for stmt in func.statements if results else ():
            counted = returned = False
            match stmt:
                case m.Assert(test=test):
                    counted = holds(test)
                case m.Assign(value=value, targets=targets) if value is not None and holds(value):
                    counted = any(self._is_metric(name_of(target)) for target in targets)
                    names |= {target.id for target in targets if isinstance(target, m.Name)}
                case m.AugAssign(target=target, value=value):
                    counted = self._is_metric(name_of(target)) and holds(value)
                case m.If(test=test) if holds(test):
                    counted = any(map(self.keeps_score, walk.statements((*stmt.body, *stmt.orelse))))
                case m.Return(value=value) if value is not None and holds(value):
                    counted = bool(words_in_name(func.name) & {*self._words.scorers, *self._words.metrics})
                    returned = True
                case _:
                    pass
            for own in walk.own_expressions(stmt):
                counted = counted or any(self._adds_up(node, holds) for node in walk.expressions(own))
            if counted or returned:
                yield Score(func, getattr(stmt, "span", func.facts.span), True, (), not counted)

    def keeps_score(self, stmt: m.Stmt) -> bool:
        """Whether a statement sets or adds to something with the name of a score."""
        match stmt:
            case m.Assign(targets=targets):
                return any(self._is_metric(name_of(target)) for target in targets)
            case m.AugAssign(target=target):
                return self._is_metric(name_of(target))
            case m.ExprStmt(value=m.Call(func=m.Attr(value=kept, name="append"))):
                return self._is_metric(name_of(kept))
            case _:
                return False

    def _adds_up(self, node: m.Expr, holds: Callable[[m.Expr], bool]) -> bool:
        match node:
            case m.Call(func=m.Attr(value=kept, name="append"), args=(arg,)):
                return self._is_metric(name_of(kept)) and holds(arg.value)
            case m.Call(func=m.Name(id="sum"), args=(arg, *_)):
                return holds(arg.value)
            case m.DictDisplay(items=items):
                return any(
                    isinstance(key, m.Text) and self._is_metric(key.value) and holds(value)
                    for key, value in items
                )
            case m.Call(args=args):
                return any(arg.keyword and self._is_metric(arg.keyword) and holds(arg.value) for arg in args)
            case _:
                return False

    def expected(self, call: m.Call, values: Values) -> bool:
        """Whether something of a case that is given has the name of what is expected."""
        for arg in call.args:
            if not values.of(arg.value)[0]:
                continue
            names = [arg.keyword or "", *(name_of(node) for node in walk.expressions(arg.value))]
            if any(words_in_name(name) & set(self._words.expected) for name in names):
                return True
        return False

    def averages(self, func: Func) -> bool:
        """Whether scores are brought down to one number: ``sum(scores) / len(scores)``, ``mean(scores)``."""
        for node in func.nodes:
            over: tuple[m.Expr, ...] = ()
            if isinstance(node, m.BinOp) and node.op == "/":
                over = (node.left,)
            elif isinstance(node, m.Call) and last(node.func) in ("mean", "average", "fmean", "nanmean"):
                over = (node.func, *(arg.value for arg in node.args))
            if any(self._is_metric(name_of(n)) for one in over for n in walk.expressions(one)):
                return True
        return False

    def _is_metric(self, name: str) -> bool:
        return bool(words_in_name(name) & set(self._words.metrics))


def meets(node: m.Compare, values: Values) -> bool:
    """Whether an answer is on one side, and on the other something of a case and no answer."""
    if not set(node.ops) <= SAME:
        return False
    sides = [values.of(side) for side in (node.left, *node.rights)]
    return any(answer for _, answer in sides) and any(case and not answer for case, answer in sides)


def name_of(node: m.Expr) -> str:
    """The name, the last attribute or the literal key of an expression; empty for others."""
    match node:
        case m.Name(id=name) | m.Attr(name=name):
            return name
        case m.Sub(index=m.Text(value=name)):
            return name
        case _:
            return ""


def last(func: m.Expr) -> str:
    """The last part of what is called: ``g`` of ``f.g(x)``."""
    return func.id if isinstance(func, m.Name) else func.name if isinstance(func, m.Attr) else ""
