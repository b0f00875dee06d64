"""What code goes on with after a failed call: a value of its own in the place of the answer.

Less than a fallback that is meant for users: a title made of the question, the query as it was typed.
"""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.outcomes import read_outside
from llmlint.project.scopes import Func


def substitutes(subject: Subject) -> Iterator[Evidence]:
    """Handlers near a call of a model that return or assign something else, which is then used."""
    project = subject.project
    for place in project.blocks:
        block, func = place.stmt, place.func
        if not isinstance(block, m.Try) or not func.mod.production or not subject.within(func.path):
            continue
        handlers = [one for one in block.handlers if project.handlers.may_catch_provider(one, func)]
        if not handlers or project.guarded.failing_call(block) is None:
            continue
        for handler in handlers:
            stmt = _substitute(subject, block, handler, func)
            if stmt is not None:
                yield subject.at(func, stmt.span, "after a failure it goes on with this")


def _substitute(subject: Subject, block: m.Try, handler: m.Handler, func: Func) -> m.Assign | m.Return | None:
    if any(isinstance(stmt, m.Raise) for stmt in walk.statements(handler.body)):
        return None
    outcomes = subject.project.outcomes
    tried = tuple(walk.statements(block.body))
    answers = {t.id for s in tried if isinstance(s, m.Assign) for t in s.targets if isinstance(t, m.Name)}
    returned = [s.value for s in tried if isinstance(s, m.Return)]
    for stmt in walk.statements(handler.body):
        if isinstance(stmt, m.Assign):
            names = {t.id for t in stmt.targets if isinstance(t, m.Name)} & answers
            own = stmt.value is not None and _is_own(subject, stmt.value, handler, func)
            later = [outcomes.made_up_for(name, func) for name in names]
            if any(isinstance(one, m.Assign) for one in later):
                return stmt
            if own and any(read_outside(name, (block,), func) for name in names):
                return stmt
        elif isinstance(stmt, m.Return) and stmt.value is not None:
            # What is returned after a success too is no substitute: state that a function only passes on.
            if returned and stmt.value not in returned and _is_own(subject, stmt.value, handler, func):
                return stmt
    return None


def _is_own(subject: Subject, value: m.Expr, handler: m.Handler, func: Func) -> bool:
    """Whether a value is made of what the function has, and does not say that something failed."""
    if subject.project.outcomes.quotes_error(value, handler, func):
        return False
    match value:
        case m.Seq(items=items):
            return any(_is_own(subject, item, handler, func) for item in items)
        case m.Call(func=m.Attr(value=base)):
            return _is_own(subject, base, handler, func)
        case m.Sub(value=base):
            return _is_own(subject, base, handler, func)
        case m.IfExp(body=body, orelse=orelse):
            return _is_own(subject, body, handler, func) or _is_own(subject, orelse, handler, func)
        case m.BinOp(left=left, right=right):
            return _is_own(subject, left, handler, func) or _is_own(subject, right, handler, func)
        case m.Name(id=name):
            own = name in func.facts.bound or name in func.params
            return own and name != func.receiver and subject.project.outcomes.is_live(value, func)
        case _:
            return False
