"""What the callers of a function give through its ``**kwargs``, where all of them are known."""

from __future__ import annotations

import functools
import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import External, ExternalObject, ParamValue, Site
from llmlint.project.scopes import Func

if TYPE_CHECKING:
    from llmlint.project.values import Evaluator

Items = dict[str, tuple[m.Expr, Func]]

MAX_CALLERS = 12
"""A function that more call is as good as one that anybody may call."""
MAX_LEVELS = 4
"""So many wrappers may stand around each other."""
_READERS = frozenset({"get", "keys", "items", "values", "copy"})
_TRANSPARENT = frozenset({"functools.wraps", "functools.lru_cache", "functools.cache"})


class Forwarding:
    """Looks at the calls of functions that hand their keywords on."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._active: set[Func] = set()

    def items(self, value: ParamValue) -> tuple[Items, bool]:
        """Keywords that arrive in a ``**`` parameter; and whether these are all of them.

        A keyword that every caller gives is given; the value of one that only some give is unknown.
        """
        func, name = value.func, value.name
        self._evaluator.depends_on_callers()
        if func in self._active or len(self._active) >= MAX_LEVELS or not self._is_handed_on(func, name):
            return {}, False
        self._active.add(func)
        try:
            return self._given_by(func)
        finally:
            self._active.discard(func)

    def _given_by(self, func: Func) -> tuple[Items, bool]:
        sites = [site for site, _ in self._evaluator.callers.get(func, ()) if site.func.mod.production]
        if not 0 < len(sites) <= MAX_CALLERS or not self._is_closed(func, sites):
            return {}, False
        own = {param.name for param in func.facts.params if not param.kind.startswith("*")}
        found: list[Items] = []
        whole = True
        for site in sites:
            items, complete = self._evaluator.keyword_items(site.call, site.func)
            found.append({key: given for key, given in items.items() if key not in own})
            whole = whole and complete
        keys = dict.fromkeys(key for items in found for key in items)
        return {key: _together([items.get(key) for items in found]) for key in keys}, whole

    @staticmethod
    def _is_handed_on(func: Func, name: str) -> bool:
        """Whether the mapping stays as it came: unpacked and read, never changed or given away."""
        used, known = 0, 0
        for scope in (func, *func.inner):
            if name in scope.params and scope is not func:
                return False
            for node in scope.nodes:
                match node:
                    case m.Name(id=id) if id == name:
                        used += 1
                    case m.Call(func=called, args=args):
                        known += sum(a.star == "**" and walk.dotted(a.value) == name for a in args)
                        if isinstance(called, m.Attr) and walk.dotted(called.value) == name:
                            known += called.name in _READERS
                    case m.DictDisplay(items=items):
                        known += sum(key is None and walk.dotted(item) == name for key, item in items)
                    case _:
                        pass
        return used == known

    # -- who may call it ----------------------------------------------------------------------

    def _is_closed(self, func: Func, sites: list[Site]) -> bool:
        """Whether nobody else can call the function: every mention of its name is one of these calls."""
        name = func.name
        if func.facts.kind != "function" or name.startswith("__") or self._is_exported(func):
            return False
        if func.cls is not None and self._evaluator.hierarchy.external_bases(func.cls):
            return False
        if not all(self._keeps(decorator, func.parent or func) for decorator in func.facts.decorators):
            return False
        known = {id(site.call) for site in sites}
        return name not in self._mentions and all(
            id(call) in known for call, inside in self._calls[name] if inside.mod.production
        )

    def _keeps(self, decorator: m.Expr, scope: Func) -> bool:
        """Whether a decorator leaves the function to its callers: a retry, a cache, ``staticmethod``."""
        if walk.dotted(decorator) in ("staticmethod", "classmethod"):
            return True
        called = decorator.func if isinstance(decorator, m.Call) else decorator
        values = self._evaluator.eval(called, scope)
        return bool(values) and all(
            isinstance(value, External | ExternalObject)
            and (value.name in _TRANSPARENT or bool(self._evaluator.catalogue.retries.get(value.name)))
            for value in values
        )

    def _is_exported(self, func: Func) -> bool:
        """Whether a package offers the function, or its class, to whoever installs it."""
        names, folders = self._offered
        if func.name in names or (func.cls is not None and func.cls.name in names):
            return True
        above = posixpath.dirname(func.path)
        while above not in folders and above:
            above = posixpath.dirname(above)
        return above in folders

    @functools.cached_property
    def _offered(self) -> tuple[set[str], set[str]]:
        """Names that packages import or ``__all__`` lists; folders of packages that import all there is."""
        names: set[str] = set()
        folders: set[str] = set()
        for path, mod in self._evaluator.index.by_path.items():
            if posixpath.basename(path) == "__init__.py":
                names |= {b.name for found in mod.body.bindings.values() for b in found if b.kind == "from"}
                folders |= {posixpath.dirname(path)} if mod.body.star_imports else set()
            for binding in mod.body.bindings.get("__all__", ()):
                listed = walk.expressions(binding.expr) if binding.expr is not None else ()
                names |= {node.value for node in listed if isinstance(node, m.Text)}
        return names, folders

    @functools.cached_property
    def _uses(self) -> tuple[dict[str, list[tuple[m.Call, Func]]], set[str]]:
        calls: dict[str, list[tuple[m.Call, Func]]] = defaultdict(list)
        mentions: set[str] = set()
        for scope in (func for mod in self._evaluator.index.by_path.values() for func in mod.functions):
            called = {id(call.func) for call in scope.calls}
            for call in scope.calls:
                name = walk.dotted(call.func) or ""
                if isinstance(call.func, m.Attr):
                    name = call.func.name
                calls[name].append((call, scope))
            for node in scope.nodes:
                if isinstance(node, m.Name | m.Attr) and id(node) not in called:
                    mentions.add(node.id if isinstance(node, m.Name) else node.name)
        return calls, mentions

    @property
    def _calls(self) -> dict[str, list[tuple[m.Call, Func]]]:
        return self._uses[0]

    @property
    def _mentions(self) -> set[str]:
        """Names that are read without being called: such a function is given to somebody."""
        return self._uses[1]


def _together(given: list[tuple[m.Expr, Func] | None]) -> tuple[m.Expr, Func]:
    """What several callers give: the literal that all of them write, else nobody knows what."""
    first = next(one for one in given if one is not None)
    if len(given) == 1:
        return first
    literals = {
        (type(one[0].value), one[0].value)
        if one is not None and isinstance(one[0], m.Const | m.Text)
        else None
        for one in given
    }
    same = len(literals) == 1 and None not in literals
    return first if same else (m.Other("several callers"), first[1])
