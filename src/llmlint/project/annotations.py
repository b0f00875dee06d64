"""Annotations: what values of an annotated parameter or variable are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import ClassRef, Client, External, ExternalObject, Obj, Value, Values, unique
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Annotations:
    """Reads annotations."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def instances(self, annotation: m.Expr, func: Func) -> Values:
        """Values of a parameter or variable annotated so; ``()`` when that says nothing useful."""
        match annotation:
            case m.Text(value=text):
                parsed = _parse_dotted(text)
                return self.instances(parsed, func) if parsed is not None else ()
            case m.BinOp(op="|", left=left, right=right):
                return unique((*self.instances(left, func), *self.instances(right, func)))
            case m.Sub(value=value, index=index):
                last = self.type_name(value, func)
                items = index.items if isinstance(index, m.Seq) else (index,)
                if last in ("Optional", "Annotated", "Final", "ClassVar"):
                    return self._annotated(items, func)
                if last == "Union":
                    return unique(v for item in items for v in self.instances(item, func))
                if last in ("type", "Type"):
                    return tuple(v for v in self._evaluator.eval(items[0], func) if isinstance(v, ClassRef))
                if last in ("list", "List", "dict", "Dict", "Callable", "tuple", "Tuple", "Sequence"):
                    return ()
                return self.instances(value, func)
            case m.Name() | m.Attr():
                return unique(
                    v for value in self._evaluator.eval(annotation, func) for v in self._instance_of(value)
                )
            case _:
                return ()

    def type_name(self, expr: m.Expr, func: Func) -> str:
        """The last part of the name of a type as its module calls it, whatever it is imported as."""
        for value in self._evaluator.eval(expr, func):
            if isinstance(value, External):
                return value.name.rsplit(".", 1)[-1]
        return (walk.dotted(expr) or "").rsplit(".", 1)[-1]

    def _annotated(self, items: tuple[m.Expr, ...], func: Func) -> Values:
        for extra in items[1:]:
            for value in self._evaluator.eval(extra, func):
                # Annotated[Client, Depends(make_client)]: the dependency says more than the type.
                if isinstance(value, Client | Obj):
                    return (value,)
        return self.instances(items[0], func)

    def _instance_of(self, value: Value) -> Values:
        match value:
            case ClassRef(cls=cls):
                return (Obj(cls),)
            case External(name=name):
                entries = self._evaluator.catalogue.clients.get(name)
                if entries:
                    return (Client(entries[0], None),)
                return (
                    ()
                    if name.startswith("builtins.") or name.startswith("typing.")
                    else (ExternalObject(name),)
                )
            case _:
                return ()


def _parse_dotted(text: str) -> m.Expr | None:
    parts = text.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None
    expr: m.Expr = m.Name(parts[0])
    for part in parts[1:]:
        expr = m.Attr(expr, part)
    return expr
