"""Which argument of a call goes to which parameter of a function."""

from __future__ import annotations

import msgspec

from llmlint.facts import model as m
from llmlint.project.scopes import Func


class Bound(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Arguments by parameter name, and what could not be placed."""

    given: dict[str, m.Expr]
    star: m.Expr | None
    """The value of ``*args``, if one is unpacked."""
    double_star: tuple[m.Expr, ...]
    """The values of every ``**kwargs``."""
    extra: tuple[m.Expr, ...]
    """Positional arguments that went to the function's own ``*args``."""
    extra_keywords: dict[str, m.Expr]
    """Keywords that went to the function's own ``**kwargs``."""


def bind(call: m.Call, func: Func, skip_receiver: bool) -> Bound:
    """Place the arguments of ``call`` on the parameters of ``func``.

    ``skip_receiver``: the first parameter is ``self`` or ``cls`` and not in the call.
    """
    params = func.facts.params[1:] if skip_receiver else func.facts.params
    positional = [p.name for p in params if p.kind == "positional"]
    names = {p.name for p in params if p.kind in ("positional", "keyword")}
    given: dict[str, m.Expr] = {}
    extra: list[m.Expr] = []
    extra_keywords: dict[str, m.Expr] = {}
    star: m.Expr | None = None
    double_star: list[m.Expr] = []
    place = 0
    for arg in call.args:
        if arg.star == "*":
            star = arg.value
        elif arg.star == "**":
            double_star.append(arg.value)
        elif arg.keyword is not None:
            if arg.keyword in names:
                given[arg.keyword] = arg.value
            else:
                extra_keywords[arg.keyword] = arg.value
        elif star is not None:
            extra.append(arg.value)
        elif place < len(positional):
            given[positional[place]] = arg.value
            place += 1
        else:
            extra.append(arg.value)
    return Bound(given, star, tuple(double_star), tuple(extra), extra_keywords)
