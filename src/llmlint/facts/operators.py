"""Operations with operators: binary, boolean, unary, comparison."""

from __future__ import annotations

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import BinOp, BoolOp, Compare, Const, Expr, Unary

OPERATORS: dict[type[cst.CSTNode], str] = {
    cst.Add: "+",
    cst.Subtract: "-",
    cst.Multiply: "*",
    cst.Divide: "/",
    cst.FloorDivide: "//",
    cst.Modulo: "%",
    cst.Power: "**",
    cst.LeftShift: "<<",
    cst.RightShift: ">>",
    cst.BitOr: "|",
    cst.BitAnd: "&",
    cst.BitXor: "^",
    cst.MatrixMultiply: "@",
    cst.And: "and",
    cst.Or: "or",
    cst.Not: "not",
    cst.Minus: "-",
    cst.Plus: "+",
    cst.BitInvert: "~",
    cst.LessThan: "<",
    cst.GreaterThan: ">",
    cst.Equal: "==",
    cst.LessThanEqual: "<=",
    cst.GreaterThanEqual: ">=",
    cst.NotEqual: "!=",
    cst.In: "in",
    cst.Is: "is",
}

CHAIN_LIMIT = 50
"""Operands of one chain of operators beyond which it is built as a balanced tree."""


def lower_chain(low: Lowering, node: cst.BinaryOperation | cst.BooleanOperation) -> Expr:
    """A binary operation. The tree leans to the left and may be thousands of operands deep."""
    kind, make = type(node), BinOp if isinstance(node, cst.BinaryOperation) else BoolOp
    spine = [node]
    left = node.left
    while isinstance(left, kind):
        for _ in left.lpar:
            low.token("(")
        spine.append(left)
        left = left.left
    first = low.expr(left)
    rest: list[tuple[str, Expr]] = []
    for operation in reversed(spine):
        operator = OPERATORS[type(operation.operator)]
        low.token(operator)
        rest.append((operator, low.expr(operation.right)))
        if operation is not node:
            for _ in operation.rpar:
                low.token(")")
    if len(rest) > CHAIN_LIMIT:
        return _balanced(make, first, rest)
    result = first
    for operator, right in rest:
        result = make(operator, result, right)
    return result


def _balanced(make: type[BinOp] | type[BoolOp], first: Expr, rest: list[tuple[str, Expr]]) -> Expr:
    """The chain as if its operators were associative: facts stay shallow enough to walk and to store."""
    if not rest:
        return first
    middle = len(rest) // 2
    operator, right = rest[middle]
    return make(operator, _balanced(make, first, rest[:middle]), _balanced(make, right, rest[middle + 1 :]))


def lower_unary(low: Lowering, node: cst.UnaryOperation) -> Expr:
    """``not x``, ``-x``, ``+x``, ``~x``."""
    operator = OPERATORS[type(node.operator)]
    low.token(operator)
    value = low.expr(node.expression)
    if operator == "-" and isinstance(value, Const) and type(value.value) in (int, float):
        return Const(-value.value)  # type: ignore[operator]
    return Unary(operator, value)


def lower_comparison(low: Lowering, node: cst.Comparison) -> Expr:
    """``a < b < c``."""
    left = low.expr(node.left)
    operators: list[str] = []
    rights: list[Expr] = []
    for comparison in node.comparisons:
        operator = comparison.operator
        if isinstance(operator, cst.NotIn):
            low.token("not")
            low.token("in")
            operators.append("not in")
        elif isinstance(operator, cst.IsNot):
            low.token("is")
            low.token("not")
            operators.append("is not")
        else:
            name = OPERATORS[type(operator)]
            low.token(operator.value if isinstance(operator, cst.NotEqual) else name)
            operators.append(name)
        rights.append(low.expr(comparison.comparator))
    return Compare(left, tuple(operators), tuple(rights))
