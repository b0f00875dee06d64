"""Displays and comprehensions."""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import Clause, Comp, DictDisplay, Expr, Seq, Star


def _elements(low: Lowering, elements: Sequence[cst.BaseElement]) -> tuple[Expr, ...]:
    return tuple(
        [low.expr(element.value if type(element) is cst.Element else element) for element in elements]
    )


def lower_starred(low: Lowering, node: cst.StarredElement) -> Expr:
    """``*value`` inside a display."""
    low.token("*")
    return Star(low.expr(node.value))


def lower_tuple(low: Lowering, node: cst.Tuple) -> Expr:
    """A tuple, with or without parentheses."""
    items = _elements(low, node.elements)
    if not node.lpar and isinstance(node.elements[-1].comma, cst.Comma):
        low.comma()
    return Seq("tuple", items)


def lower_list(low: Lowering, node: cst.List) -> Expr:
    """A list display."""
    low.token("[")
    items = _elements(low, node.elements)
    low.token("]")
    return Seq("list", items)


def lower_set(low: Lowering, node: cst.Set) -> Expr:
    """A set display."""
    low.token("{")
    items = _elements(low, node.elements)
    low.token("}")
    return Seq("set", items)


def lower_dict(low: Lowering, node: cst.Dict) -> Expr:
    """A dict display."""
    start = low.start()
    low.token("{")
    items: list[tuple[Expr | None, Expr]] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            key = low.expr(element.key)
            low.token(":")
            items.append((key, low.expr(element.value)))
        else:
            low.token("**")
            items.append((None, low.expr(element.value)))
    low.token("}")
    return DictDisplay(tuple(items), low.span(start))


def lower_generator(low: Lowering, node: cst.GeneratorExp) -> Expr:
    """A generator expression."""
    return _comprehension(low, "generator", node.elt, node.for_in)


def lower_list_comp(low: Lowering, node: cst.ListComp) -> Expr:
    """A list comprehension."""
    low.token("[")
    result = _comprehension(low, "list", node.elt, node.for_in)
    low.token("]")
    return result


def lower_set_comp(low: Lowering, node: cst.SetComp) -> Expr:
    """A set comprehension."""
    low.token("{")
    result = _comprehension(low, "set", node.elt, node.for_in)
    low.token("}")
    return result


def lower_dict_comp(low: Lowering, node: cst.DictComp) -> Expr:
    """A dict comprehension."""
    low.token("{")
    key = low.expr(node.key)
    low.token(":")
    value = low.expr(node.value)
    clauses = _clauses(low, node.for_in)
    low.token("}")
    return Comp("dict", key, value, clauses)


def lower_starred_dict_comp(low: Lowering, node: cst.StarredDictComp) -> Expr:
    """``{**mapping for …}``."""
    low.token("{")
    low.token("**")
    value = low.expr(node.value)
    clauses = _clauses(low, node.for_in)
    low.token("}")
    return Comp("dict", Star(value), None, clauses)


def _comprehension(low: Lowering, kind: str, element: cst.BaseExpression, for_in: cst.CompFor) -> Expr:
    lowered = low.expr(element)
    return Comp(kind, lowered, None, _clauses(low, for_in))


def _clauses(low: Lowering, for_in: cst.CompFor | None) -> tuple[Clause, ...]:
    result = []
    while for_in is not None:
        if for_in.asynchronous is not None:
            low.token("async")
        low.token("for")
        target = low.expr(for_in.target)
        low.token("in")
        iterated = low.expr(for_in.iter)
        ifs = []
        for condition in for_in.ifs:
            low.token("if")
            ifs.append(low.expr(condition.test))
        result.append(Clause(target, iterated, tuple(ifs), for_in.asynchronous is not None))
        for_in = for_in.inner_for_in
    return tuple(result)
