"""Descriptions of tools written by hand: JSON schemas, and what else a model is told of parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.scopes import Func

_NAME_KEYS = frozenset({"name", "tool_name", "function_name"})
_DESCRIBED = re.compile(r"[\"'](\w+)[\"']\s*:")
"""Parameters in a sketch of a call: ``"path": "<path>"``."""


def items_of(expr: m.Expr) -> dict[str, m.Expr]:
    """Texts to values of a dict, keywords to values of a call."""
    match expr:
        case m.DictDisplay(items=items):
            return {k.value: v for k, v in items if isinstance(k, m.Text)}
        case m.Call(args=args):
            return {arg.keyword: arg.value for arg in args if arg.keyword is not None}
        case _:
            return {}


def is_schema(expr: m.Expr) -> bool:
    """``{"type": "object", "properties": …}``, or ``{"path": {"type": …, "description": …}}``."""
    items = items_of(expr)
    if not isinstance(expr, m.DictDisplay) or not items:
        return False
    if "properties" in items:
        return True
    kind = items.get("type")
    if isinstance(kind, m.Text):
        return kind.value == "object"
    return all("description" in items_of(value) and "type" in items_of(value) for value in items.values())


def properties(expr: m.Expr) -> frozenset[str] | None:
    """The parameters a schema describes; None when they are not written out."""
    items = items_of(expr)
    if "properties" in items:
        inner = items["properties"]
        return frozenset(items_of(inner)) if isinstance(inner, m.DictDisplay) else None
    return frozenset(items) if "type" not in items else None


def sketched(text: str) -> frozenset[str]:
    """The parameters in a sketch of a call written as text."""
    return frozenset(_DESCRIBED.findall(text))


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue's words for hand-written tools."""

    schema_keys: frozenset[str]
    schema_attributes: tuple[str, ...]
    run_methods: tuple[str, ...]
    argument_names: frozenset[str]
    skip_params: frozenset[str]
    injected: frozenset[str]

    @classmethod
    def of(cls, catalogue: Catalogue) -> Words:
        """Of all dispatch tables together."""
        tables = [table for file in catalogue.files for table in file.dispatch]
        return cls(
            frozenset(word for table in tables for word in table.schema_keys),
            tuple(dict.fromkeys(word for table in tables for word in table.schema_attributes)),
            tuple(dict.fromkeys(word for table in tables for word in table.run_methods)),
            frozenset(word for table in tables for word in table.argument_names),
            frozenset(word for table in tables for word in table.skip_params),
            frozenset(word for table in tables for word in table.injected),
        )


class Schemas:
    """Every description of a tool in the project: a name beside a schema."""

    def __init__(self, functions: Iterable[Func], graph: CallGraph, catalogue: Catalogue) -> None:
        self._keys = Words.of(catalogue).schema_keys
        self.names: set[str] = set()
        self.built: bool = False
        """Whether some description takes its name from a variable: ``{"name": tool.name, …}``."""
        self.displays: list[tuple[m.DictDisplay, Func]] = []
        mentioning = [func for func in functions if func.facts.kind != "lambda"]
        for func in mentioning:
            for node in func.nodes:
                if type(node) is m.DictDisplay:
                    self.displays.append((node, func))
                    self._note(node)
            for site in graph.sites[func]:
                if site.call.args:
                    self._note(site.call)

    def describes(self, expr: m.Expr) -> bool:
        """Whether this is the description of a tool."""
        items = items_of(expr)
        if not self._keys & items.keys() or not items.keys() & _NAME_KEYS:
            return False
        return not isinstance(expr, m.Call) or "description" in items

    def _note(self, expr: m.DictDisplay | m.Call) -> None:
        items = items_of(expr)
        if self.describes(expr):
            for key in _NAME_KEYS & items.keys():
                name = items[key]
                if isinstance(name, m.Text):
                    self.names.add(name.value)
                elif isinstance(name, m.Name | m.Attr | m.Call | m.Sub):
                    self.built = True


def texts_in(exprs: Iterable[m.Expr]) -> Iterator[str]:
    """The texts among expressions."""
    return (expr.value for expr in exprs if isinstance(expr, m.Text))
