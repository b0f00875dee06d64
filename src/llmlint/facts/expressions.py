"""Expressions: one small function for each kind of node, in a table by type.

Each function passes every token of its node with the cursor, in source order.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmlint.facts import nodes as cst
from llmlint.facts.displays import (
    lower_dict,
    lower_dict_comp,
    lower_generator,
    lower_list,
    lower_list_comp,
    lower_set,
    lower_set_comp,
    lower_starred,
    lower_starred_dict_comp,
    lower_tuple,
)
from llmlint.facts.lowering import Handler, Lowering
from llmlint.facts.model import (
    Arg,
    Attr,
    Await,
    Call,
    Const,
    Expr,
    IfExp,
    Name,
    Other,
    Seq,
    Slice,
    Star,
    Sub,
    Walrus,
    Yield,
)
from llmlint.facts.operators import lower_chain, lower_comparison, lower_unary
from llmlint.facts.parameters import lower_lambda
from llmlint.facts.strings import lower_concatenated, lower_simple, lower_template

_CONSTANTS = {"None": None, "True": True, "False": False}


def _name(low: Lowering, node: cst.Name) -> Expr:
    value = node.value
    low.token(value)
    return Const(_CONSTANTS[value]) if value in _CONSTANTS else Name(value)


def _ellipsis(low: Lowering, node: cst.Ellipsis) -> Expr:
    low.token("...")
    return Other("...")


def _integer(low: Lowering, node: cst.Integer) -> Expr:
    low.token(node.value)
    try:
        value = int(node.value, 0)
    except ValueError:  # thousands of digits, or an octal number of Python 2
        return Other("int")
    return Const(value) if value < 2**63 else Other("int")


def _float(low: Lowering, node: cst.Float) -> Expr:
    low.token(node.value)
    return Const(float(node.value))


def _imaginary(low: Lowering, node: cst.Imaginary) -> Expr:
    low.token(node.value)
    return Other("complex")


def _attribute(low: Lowering, node: cst.Attribute) -> Expr:
    value = low.expr(node.value)
    low.token(".")
    name = node.attr.value
    low.token(name)
    return Attr(value, name)


def _subscript(low: Lowering, node: cst.Subscript) -> Expr:
    value = low.expr(node.value)
    low.token("[")
    indices = [_index(low, element.slice) for element in node.slice]
    is_single = len(indices) == 1 and not isinstance(node.slice[0].comma, cst.Comma)
    low.token("]")
    return Sub(value, indices[0] if is_single else Seq("tuple", tuple(indices)))


def _index(low: Lowering, node: cst.BaseSlice) -> Expr:
    if isinstance(node, cst.Index):
        if node.star:
            low.token("*")
            return Star(low.expr(node.value))
        return low.expr(node.value)
    assert isinstance(node, cst.Slice)
    lower = low.optional(node.lower)
    low.token(":")
    upper = low.optional(node.upper)
    if isinstance(node.second_colon, cst.Colon):
        low.token(":")
    return Slice(lower, upper, low.optional(node.step))


def lower_args(low: Lowering, args: Sequence[cst.Arg]) -> tuple[Arg, ...]:
    """The arguments of a call or class definition."""
    result = []
    for arg in args:
        if arg.star:
            low.token(arg.star)
            result.append(Arg(low.expr(arg.value), None, arg.star))
        elif arg.keyword is not None:
            keyword = arg.keyword.value
            low.token(keyword)
            low.token("=")
            result.append(Arg(low.expr(arg.value), keyword))
        else:
            result.append(Arg(low.expr(arg.value)))
    return tuple(result)


def _call(low: Lowering, node: cst.Call) -> Expr:
    start = low.start()
    func = low.expr(node.func)
    low.token("(")
    args = lower_args(low, node.args)
    low.token(")")
    return Call(func, args, low.span(start))


def _await(low: Lowering, node: cst.Await) -> Expr:
    low.token("await")
    return Await(low.expr(node.expression))


def _yield(low: Lowering, node: cst.Yield) -> Expr:
    low.token("yield")
    low.scope.is_generator = True
    value = node.value
    if isinstance(value, cst.From):
        low.token("from")
        return Yield(low.expr(value.item), True)
    return Yield(low.optional(value), False)


def _conditional(low: Lowering, node: cst.IfExp) -> Expr:
    body = low.expr(node.body)
    low.token("if")
    test = low.expr(node.test)
    low.token("else")
    return IfExp(test, body, low.expr(node.orelse))


def _walrus(low: Lowering, node: cst.NamedExpr) -> Expr:
    target = low.expr(node.target)
    low.token(":=")
    low.scope.bind_target(target)
    return Walrus(target, low.expr(node.value))


HANDLERS: dict[type[cst.CSTNode], Handler] = {
    cst.Name: _name,
    cst.Ellipsis: _ellipsis,
    cst.Integer: _integer,
    cst.Float: _float,
    cst.Imaginary: _imaginary,
    cst.SimpleString: lower_simple,
    cst.ConcatenatedString: lower_concatenated,
    cst.FormattedString: lower_template,
    cst.TemplatedString: lower_template,
    cst.Attribute: _attribute,
    cst.Subscript: _subscript,
    cst.Call: _call,
    cst.Await: _await,
    cst.Yield: _yield,
    cst.BinaryOperation: lower_chain,
    cst.BooleanOperation: lower_chain,
    cst.UnaryOperation: lower_unary,
    cst.Comparison: lower_comparison,
    cst.IfExp: _conditional,
    cst.Tuple: lower_tuple,
    cst.List: lower_list,
    cst.Set: lower_set,
    cst.Dict: lower_dict,
    cst.StarredElement: lower_starred,
    cst.GeneratorExp: lower_generator,
    cst.ListComp: lower_list_comp,
    cst.SetComp: lower_set_comp,
    cst.DictComp: lower_dict_comp,
    cst.StarredDictComp: lower_starred_dict_comp,
    cst.Lambda: lower_lambda,
    cst.NamedExpr: _walrus,
}
"""How each kind of expression is lowered."""
