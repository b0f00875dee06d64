"""Parameters and type parameters of functions, and lambdas."""

from __future__ import annotations

from llmlint.facts import nodes as cst
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import Expr, Lambda, Param, Return


def lower_parameters(low: Lowering, node: cst.Parameters) -> tuple[Param, ...]:
    """The parameters in source order; annotations and defaults belong to the enclosing scope."""
    result = [_parameter(low, param, "positional") for param in node.posonly_params]
    if isinstance(node.posonly_ind, cst.ParamSlash):
        low.token("/")
    result.extend(_parameter(low, param, "positional") for param in node.params)
    if isinstance(node.star_arg, cst.Param):
        low.token("*")
        result.append(_parameter(low, node.star_arg, "*"))
    elif isinstance(node.star_arg, cst.ParamStar):
        low.token("*")
    result.extend(_parameter(low, param, "keyword") for param in node.kwonly_params)
    if node.star_kwarg is not None:
        low.token("**")
        result.append(_parameter(low, node.star_kwarg, "**"))
    return tuple(result)


def _parameter(low: Lowering, node: cst.Param, kind: str) -> Param:
    low.token(node.name.value)
    annotation: Expr | None = None
    if node.annotation is not None:
        low.token(":")
        annotation = low.expr(node.annotation.annotation)
    default: Expr | None = None
    if node.default is not None:
        low.token("=")
        default = low.expr(node.default)
    return Param(node.name.value, kind, annotation, default)


def pass_type_parameters(low: Lowering, node: cst.TypeParameters | None) -> None:
    """Move over ``[T: bound = default, *Ts, **P]``; no rule asks about them."""
    if node is None:
        return
    low.token("[")
    for item in node.params:
        param = item.param
        if isinstance(param, cst.TypeVarTuple):
            low.token("*")
        elif isinstance(param, cst.ParamSpec):
            low.token("**")
        low.token(param.name.value)
        if isinstance(param, cst.TypeVar) and param.bound is not None:
            low.token(":")
            low.expr(param.bound)
        if item.default is not None:
            low.token("=")
            if item.star:
                low.token(item.star)
            low.expr(item.default)
    low.token("]")


def lower_lambda(low: Lowering, node: cst.Lambda) -> Expr:
    """A lambda is a function whose body is one ``Return``."""
    start = low.start()
    low.token("lambda")
    params = lower_parameters(low, node.params)
    low.token(":")
    outer = low.scope
    scope = low.open_scope("lambda", outer.child_name("<lambda>"), outer)
    for param in params:
        scope.bind(param.name)
    low.scope = scope
    body_start = low.start()
    value = low.expr(node.body)
    low.scope = outer
    body = (Return(value, low.span(body_start)),)
    low.close_scope(scope, name="<lambda>", params=params, body=body, span=low.span(start))
    return Lambda(scope.index)
