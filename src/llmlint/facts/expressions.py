"""Expressions: one small function for each kind of node, in a table by type.

Each function passes every token of its node with the cursor, in source order.
"""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from llmlint.facts.lowering import Handler, Lowering
from llmlint.facts.model import (
    Arg,
    Attr,
    Await,
    BinOp,
    BoolOp,
    Call,
    Clause,
    Comp,
    Compare,
    Const,
    DictDisplay,
    Expr,
    IfExp,
    Name,
    Other,
    Seq,
    Slice,
    Star,
    Sub,
    Unary,
    Walrus,
    Yield,
)
from llmlint.facts.parameters import lower_lambda
from llmlint.facts.strings import lower_concatenated, lower_simple, lower_template

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


def _chain(low: Lowering, node: cst.BinaryOperation | cst.BooleanOperation) -> Expr:
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


def _unary(low: Lowering, node: cst.UnaryOperation) -> Expr:
    operator = OPERATORS[type(node.operator)]
    low.token(operator)
    value = low.expr(node.expression)
    if operator == "-" and isinstance(value, Const) and type(value.value) in (int, float):
        return Const(-value.value)  # type: ignore[operator]
    return Unary(operator, value)


def _comparison(low: Lowering, node: cst.Comparison) -> Expr:
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


def _conditional(low: Lowering, node: cst.IfExp) -> Expr:
    body = low.expr(node.body)
    low.token("if")
    test = low.expr(node.test)
    low.token("else")
    return IfExp(test, body, low.expr(node.orelse))


def _elements(low: Lowering, elements: Sequence[cst.BaseElement]) -> tuple[Expr, ...]:
    return tuple(
        [low.expr(element.value if type(element) is cst.Element else element) for element in elements]
    )


def _starred(low: Lowering, node: cst.StarredElement) -> Expr:
    low.token("*")
    return Star(low.expr(node.value))


def _tuple(low: Lowering, node: cst.Tuple) -> Expr:
    items = _elements(low, node.elements)
    if not node.lpar and isinstance(node.elements[-1].comma, cst.Comma):
        low.comma()
    return Seq("tuple", items)


def _list(low: Lowering, node: cst.List) -> Expr:
    low.token("[")
    items = _elements(low, node.elements)
    low.token("]")
    return Seq("list", items)


def _set(low: Lowering, node: cst.Set) -> Expr:
    low.token("{")
    items = _elements(low, node.elements)
    low.token("}")
    return Seq("set", items)


def _dict(low: Lowering, node: cst.Dict) -> Expr:
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


def _generator(low: Lowering, node: cst.GeneratorExp) -> Expr:
    return _comprehension(low, "generator", node.elt, node.for_in)


def _list_comp(low: Lowering, node: cst.ListComp) -> Expr:
    low.token("[")
    result = _comprehension(low, "list", node.elt, node.for_in)
    low.token("]")
    return result


def _set_comp(low: Lowering, node: cst.SetComp) -> Expr:
    low.token("{")
    result = _comprehension(low, "set", node.elt, node.for_in)
    low.token("}")
    return result


def _dict_comp(low: Lowering, node: cst.DictComp) -> Expr:
    low.token("{")
    key = low.expr(node.key)
    low.token(":")
    value = low.expr(node.value)
    clauses = _clauses(low, node.for_in)
    low.token("}")
    return Comp("dict", key, value, clauses)


def _starred_dict_comp(low: Lowering, node: cst.StarredDictComp) -> Expr:
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
    cst.BinaryOperation: _chain,
    cst.BooleanOperation: _chain,
    cst.UnaryOperation: _unary,
    cst.Comparison: _comparison,
    cst.IfExp: _conditional,
    cst.Tuple: _tuple,
    cst.List: _list,
    cst.Set: _set,
    cst.Dict: _dict,
    cst.StarredElement: _starred,
    cst.GeneratorExp: _generator,
    cst.ListComp: _list_comp,
    cst.SetComp: _set_comp,
    cst.DictComp: _dict_comp,
    cst.StarredDictComp: _starred_dict_comp,
    cst.Lambda: lower_lambda,
    cst.NamedExpr: _walrus,
}
"""How each kind of expression is lowered."""
