"""What a name in a test stands for: what ``parametrize`` gives it, or the line above."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def meant(expr: m.Expr, test: Func) -> tuple[m.Expr, ...]:
    """The expressions that a name in a test stands for; anything else stands for itself."""
    if not isinstance(expr, m.Name):
        return (expr,)
    found = list(_parameters(expr.id, test))
    for binding in test.bindings.get(expr.id, ()):
        if binding.expr is not None and binding.kind == "value" and not binding.unpack:
            found.append(binding.expr)
    return tuple(found) or (expr,)


def _parameters(name: str, test: Func) -> Iterator[m.Expr]:
    for decorator in test.facts.decorators:
        if isinstance(decorator, m.Call) and (walk.dotted(decorator.func) or "").endswith("parametrize"):
            named, given = (walk.argument(decorator, where) for where in ("0|argnames", "1|argvalues"))
            names = list(_names(named)) if named is not None else []
            for item in given.items if name in names and isinstance(given, m.Seq) else ():
                values = _values(item, len(names))
                if names.index(name) < len(values):
                    yield values[names.index(name)]


def _names(named: m.Expr) -> Iterator[str]:
    """``"question, error"``, ``["question", "error"]``."""
    for node in walk.expressions(named):
        if isinstance(node, m.Text):
            yield from (name.strip() for name in node.value.split(","))


def _values(item: m.Expr, number: int) -> list[m.Expr]:
    """The values of one case: ``pytest.param(a, b, id="…")``, ``(a, b)``, or what is given to one name."""
    if isinstance(item, m.Call) and (walk.dotted(item.func) or "").rpartition(".")[2] == "param":
        return [arg.value for arg in item.args if not arg.keyword]
    return list(item.items) if number > 1 and isinstance(item, m.Seq) else [item]
