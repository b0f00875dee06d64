"""Loggers of other libraries: a filter on one sees nothing of what the program itself logs."""

from __future__ import annotations

import functools
from collections import Counter

from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

_MADE = "getLogger"


class ForeignLoggers:
    """Made once per subject (``subject.once(ForeignLoggers)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def takes(self, call: m.Call, func: Func) -> bool:
        """Whether ``call`` adds something to one: ``logging.getLogger("urllib3").addFilter(...)``."""
        logger = call.func.value if isinstance(call.func, m.Attr) else None
        if isinstance(logger, m.Name):
            logger = _given(logger.id, func)
        name = _named(logger) if logger is not None else None
        return name is not None and name.partition(".")[0] not in self._own and self._uses[name] < 2

    @functools.cached_property
    def _own(self) -> frozenset[str]:
        """First parts of names that are the program's own: of its modules and packages, and the root's."""
        paths = (mod.path.removesuffix(".py").split("/") for mod in self._subject.project.modules)
        return frozenset({"", "root", *(part for path in paths for part in path)})

    @functools.cached_property
    def _uses(self) -> Counter[str]:
        """How often each logger is asked for by its name: what the program logs to is asked for twice."""
        project = self._subject.project
        names = (_named(site.call) for func in project.functions for site in project.graph.sites[func])
        return Counter(name for name in names if name is not None)


def _named(expr: m.Expr) -> str | None:
    """The name in ``logging.getLogger("name")``."""
    if isinstance(expr, m.Call) and (walk.dotted(expr.func) or "").rpartition(".")[2] == _MADE:
        given = walk.argument(expr, "0|name")
        return given.value if isinstance(given, m.Text) else None
    return None


def _given(name: str, func: Func) -> m.Expr | None:
    """What a variable is given, where that is one thing."""
    scope: Func | None = func
    while scope is not None and name not in scope.bindings:
        scope = scope.parent
    bound = scope.bindings[name] if scope is not None else ()
    return bound[0].expr if len(bound) == 1 else None
