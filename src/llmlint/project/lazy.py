"""Modules that import their names on demand: ``def __getattr__(name)`` with tables or chains of ``if``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import UNKNOWN, Data, ModuleRef, Value, Values
from llmlint.project.scopes import Func, Mod

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator


class Lazy:
    """Reads ``__getattr__`` of modules."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def attribute(self, mod: Mod, name: str) -> Values:
        """What asking such a module for a name gives; ``()`` when that is not known."""
        function = next((f for f in mod.body.definitions["__getattr__"] if isinstance(f, Func)), None)
        if function is None or not function.facts.params:
            return ()
        asked = function.facts.params[0].name
        found: list[Value] = []
        for returned in _returns_for(function.facts.body, asked, name):
            found += self._evaluator.eval(returned, function)
        known = tuple(v for v in found if v != UNKNOWN)
        return known or tuple(self._from_tables(function, mod, name))

    def _from_tables(self, function: Func, mod: Mod, name: str) -> Iterator[Value]:
        """Tables that say in which module a name is, or which names a module has."""
        used = {
            node.id for f in (function, *mod.functions[1:]) for node in f.nodes if isinstance(node, m.Name)
        }
        for table in sorted(used & mod.body.bindings.keys()):
            for value in self._evaluator.names.in_scope(table, mod.body):
                if not (isinstance(value, Data) and isinstance(value.expr, m.DictDisplay)):
                    continue
                for key, item in value.expr.items:
                    if not isinstance(key, m.Text):
                        continue
                    if key.value == name:
                        parts = item.items if isinstance(item, m.Seq) else (item,)
                        texts = [part.value for part in parts if isinstance(part, m.Text)]
                        if texts:
                            yield from self._at(mod, texts[0], texts[-1] if len(texts) > 1 else name)
                    elif isinstance(item, m.Seq) and any(
                        isinstance(part, m.Text) and part.value == name for part in item.items
                    ):
                        yield from self._at(mod, key.value, name)

    def _at(self, mod: Mod, module: str, name: str) -> Values:
        """``name`` in a module that is named absolutely or from the package."""
        module = module.replace(":", ".")
        stem = module.lstrip(".")
        targets = [(stem, max(len(module) - len(stem), 1)), (stem, 0)]
        if module == stem:
            targets.reverse()
        for text, level in targets:
            for dotted in (text, text.removesuffix(f".{name}")):
                target = self._evaluator.imports.target(dotted, level, mod)
                if isinstance(target, Mod) and target is not mod:
                    found = self._evaluator.imports.attribute(target, name)
                    if found != (UNKNOWN,):
                        return found
                    if text.endswith(f".{name}") or text == name:
                        return (ModuleRef(target),)
        return ()


def _returns_for(body: tuple[m.Stmt, ...], asked: str, name: str) -> Iterator[m.Expr]:
    """The values returned where ``asked`` is compared with this very name."""
    for stmt in body:
        if isinstance(stmt, m.If):
            chain: m.If | None = stmt
            while chain is not None:
                if _is_asked(chain.test, asked, name):
                    for inner in walk.statements(chain.body):
                        if isinstance(inner, m.Return) and inner.value is not None:
                            yield inner.value
                    return
                after = chain.orelse
                chain = after[0] if len(after) == 1 and isinstance(after[0], m.If) else None


def _is_asked(test: m.Expr, asked: str, name: str) -> bool:
    match test:
        case m.Compare(left=m.Name(id=left), ops=("==",), rights=(m.Text(value=text),)):
            return left == asked and text == name
        case m.Compare(left=m.Name(id=left), ops=("in",), rights=(m.Seq(items=items),)):
            return left == asked and any(isinstance(i, m.Text) and i.value == name for i in items)
        case _:
            return False
