"""Cases of evals that are written in Python: lists of what is asked and of what is expected."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.evalcases import Cases
from llmlint.audit.scoring import last
from llmlint.audit.tables.evals import EvalWords, words_in_name
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Mod

_LEAST = 2
"""A list of one element is no list of cases."""


def cases_of_python(mod: Mod, words: EvalWords, asks: bool = True) -> Cases:
    """Cases in a file: in lists that are assigned to a name or given to ``parametrize`` and the like.

    ``asks``: the file is an eval itself, so what it lists by twos is hardly anything else. Elsewhere each
    of them has to say what is asked and what is expected; then one that stands alone counts, too.
    """
    found = list(_listed(mod, words)) if asks else list(_specified(mod, words))
    if not found:
        return Cases(mod.path, 1, 0)
    tags = [item for item in found if _tags(item, words)]
    return Cases(mod.path, min(map(_line, found)), len(found), len(tags), _line(tags[0]) if tags else 0)


def _listed(mod: Mod, words: EvalWords) -> Iterator[m.Expr]:
    for func in mod.functions:
        for decorator in func.facts.decorators:
            yield from _items(decorator, words)
        for stmt in func.statements:
            if isinstance(stmt, m.Assign) and stmt.value is not None:
                yield from _items(stmt.value, words)


def _items(expr: m.Expr, words: EvalWords) -> tuple[m.Expr, ...]:
    """Those of the outermost list of things that may be cases: not of bare words, numbers or messages."""
    for node in walk.expressions(expr):
        if isinstance(node, m.Seq) and len(node.items) >= _LEAST:
            if all(_may_be_one(item, words) for item in node.items):
                return tuple(node.items)
    return ()


def _may_be_one(item: m.Expr, words: EvalWords) -> bool:
    match item:
        case m.Seq(items=items):
            texts = [one.value for one in items if isinstance(one, m.Text)]
            return bool(texts) and texts[0] not in words.roles
        case m.DictDisplay() | m.Call():
            named = isinstance(item, m.Call) and words_in_name(last(item.func)) & set(words.case_makers)
            return bool(named) or any(words.is_of_a_case(key) for key in _keys(item))
        case _:
            return False


def _specified(mod: Mod, words: EvalWords) -> Iterator[m.Expr]:
    for func in mod.functions:
        for stmt in func.statements:
            if isinstance(stmt, m.Assign | m.Return) and stmt.value is not None:
                value = stmt.value
                whole = value.items if isinstance(value, m.Seq) else (value,)
                yield from (item for item in whole if words.make_a_case(_keys(item)) and _is_written(item))


def _is_written(item: m.Expr) -> bool:
    """Whether a text stands in it, and not only names of what is known when it runs."""
    given = [value for _, value in item.items] if isinstance(item, m.DictDisplay) else []
    given += [arg.value for arg in item.args if arg.keyword] if isinstance(item, m.Call) else []
    return any(isinstance(value, m.Text) and " " in value.value for value in given)


def _keys(item: m.Expr) -> Iterator[str]:
    """The literal keys of a dictionary, the keywords of a call."""
    if isinstance(item, m.DictDisplay):
        yield from (key.value for key, _ in item.items if isinstance(key, m.Text))
    elif isinstance(item, m.Call):
        yield from (arg.keyword for arg in item.args if arg.keyword)
        if isinstance(item.func, m.Attr):  # Example(question=…).with_inputs("question")
            yield from _keys(item.func.value)


def _tags(item: m.Expr, words: EvalWords) -> bool:
    return any(
        key.lower() in words.tags
        for node in walk.expressions(item)
        if isinstance(node, m.DictDisplay | m.Call)
        for key in _keys(node)
    )


def _line(expr: m.Expr) -> int:
    return next((node.span.line for node in walk.expressions(expr) if isinstance(node, m.Call | m.Text)), 1)
