"""Fields of data classes, attrs classes and pydantic models: what ``Field(default_factory=…)`` gives."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import (
    ClassRef,
    Data,
    External,
    ExternalObject,
    FuncRef,
    Obj,
    Value,
    Values,
    is_none_value,
    telling,
    unique,
)
from llmlint.project.scopes import Cls, Func
from llmlint.project.targets import Binding

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Fields:
    """Reads descriptions of fields."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.constructions: dict[Cls, list[tuple[Func, m.Call]]] = {}
        """Where classes without a constructor of their own are instantiated; filled by the call graph."""

    def described(self, values: Values) -> Values:
        """The same values, with descriptions of fields replaced by the defaults they give."""
        makers = self._evaluator.catalogue.field_makers
        if not any(isinstance(v, ExternalObject) and v.name in makers for v in values):
            return values
        found: list[Value] = []
        for value in values:
            if isinstance(value, ExternalObject) and value.name in makers:
                found += self._default(value)
            else:
                found.append(value)
        return unique(found)

    def _default(self, value: ExternalObject) -> Iterable[Value]:
        call, func = value.call, value.func
        if call is None or func is None:
            return
        is_factory = value.name.endswith(".Factory")
        factory = walk.argument(call, "0" if is_factory else "default_factory|factory")
        if factory is not None:
            for made in self._evaluator.eval(factory, func):
                match made:
                    case FuncRef(func=target):
                        yield from self._evaluator.results.of(target)
                    case ClassRef(cls=cls):
                        yield Obj(cls, True)
                    case External(name=name) if name.startswith("builtins."):
                        # An empty container, made anew for each instance: the call stands for it.
                        yield Data(call, func)
                    case External(name=name):
                        yield ExternalObject(name, call, func)
                    case _:
                        pass
        default = walk.argument(call, "default" if "field" in value.name else "0|default")
        if default is not None and not is_factory:
            yield from self.described(self._evaluator.eval(default, func))

    def given(self, binding: Binding, scope: Func) -> Values:
        """What constructions of a class without a constructor give one of its annotated fields."""
        cls = scope.cls
        if cls is None or scope.facts.kind != "class":
            return ()
        name = next((n for n, known in scope.bindings.items() if binding in known), "")
        self._evaluator.depends_on_callers()
        found: list[Value] = []
        for one in (cls, *self._evaluator.hierarchy.subclasses(cls)):
            for func, call in self.constructions.get(one, ()):
                given = walk.argument(call, name) or self._by_place(call, name, cls)
                if given is None:
                    items, _ = self._evaluator.arguments.keyword_items(call, func)
                    given, func = items.get(name, (None, func))
                if given is not None:
                    found += self._evaluator.eval(given, func)
        return tuple(v for v in found if telling(v) and not is_none_value(v))

    @staticmethod
    def _by_place(call: m.Call, name: str, cls: Cls) -> m.Expr | None:
        """Positional arguments of data classes, whose fields stand in the order of the class body."""
        if not cls.facts.decorators:
            return None
        order = [
            field
            for field, bindings in cls.body.bindings.items()
            if any(b.kind == "value" and b.annotation is not None for b in bindings)
        ]
        place = order.index(name) if name in order else len(call.args)
        if place >= len(call.args) or any(a.keyword or a.star for a in call.args[: place + 1]):
            return None
        return call.args[place].value
