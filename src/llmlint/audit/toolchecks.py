"""How the arguments of a tool are restricted: by their types, or by a check before they are used."""

from __future__ import annotations

from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.prose import either
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.project import Project
from llmlint.project.scopes import Func
from llmlint.project.wording import short

DEPTH = 3
"""Levels of calls below a tool in which a check is looked for."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """Why a model cannot give a tool just any text, and where that is seen."""

    place: Evidence
    checked: bool
    """It is checked or asked for, not only of a type that holds no text."""


def restricted(project: Project, func: Func) -> Restriction | None:
    """How a tool is restricted; None: a model can give it anything."""
    name = short(func.qualname, 40)
    here = func.facts.span.line
    if project.gates.asks(func):
        return Restriction(Evidence(func.path, here, f"`{name}` asks a person"), True)
    free = {param for param in func.params if project.tools.chooses(func, param)}
    if not free and not _takes_anything(func):
        return Restriction(Evidence(func.path, here, f"`{name}` takes no free text"), False)
    place = _listed(func, free) or checked(project, func)
    if place is None:
        return None
    path, line = place
    return Restriction(Evidence(path, line, f"`{name}` checks what it is given"), True)


def passes_on(project: Project, func: Func) -> bool:
    """Whether a function is around another one: it hands on whatever comes, or takes the function itself."""
    params = [param for param in func.facts.params if param.name != func.receiver]
    if not params:
        return False
    if not _takes_anything(func):
        return all(map(_is_function, params))
    names = {param.name for param in params}
    given = (arg for site in project.graph.sites[func] for arg in site.call.args if arg.star)
    return any(walk.names_in(arg.value) & names for arg in given)


def _takes_anything(func: Func) -> bool:
    """Whether ``*args`` and ``**kwargs`` are all that it takes."""
    params = [param for param in func.facts.params if param.name != func.receiver]
    return bool(params) and all(param.kind in ("*", "**") for param in params)


def _is_function(param: m.Param) -> bool:
    annotation = param.annotation
    named = annotation.value if isinstance(annotation, m.Sub) else annotation
    return named is not None and (walk.dotted(named) or "").rpartition(".")[2] == "Callable"


def _listed(func: Func, free: set[str]) -> tuple[str, int] | None:
    """Where the function ends unless a parameter is one of those that are listed."""
    for stmt in func.statements:
        if isinstance(stmt, m.If) and _ends(stmt):
            for node in walk.expressions(stmt.test):
                if isinstance(node, m.Compare) and node.ops in (("in",), ("not in",)):
                    if walk.names_in(node.left) & free and isinstance(
                        node.rights[0], m.Name | m.Attr | m.Seq
                    ):
                        return func.path, stmt.span.line
    return None


def _ends(stmt: m.If) -> bool:
    """Whether one of its branches leaves the function."""
    return any(
        isinstance(inner, m.Return | m.Raise)
        for branch in (stmt.body, stmt.orelse)
        for inner in walk.statements(branch)
    )


def checked(project: Project, func: Func) -> tuple[str, int] | None:
    """Where the tool, a decorator of it or what it calls asks a function that checks, by its name."""
    named = either(read("security", SecurityFile).words.checks)
    for decorator, span in zip(func.facts.decorators, func.facts.decorator_spans, strict=True):
        if named.search(_last(decorator.func if isinstance(decorator, m.Call) else decorator)):
            return func.path, span.line
    level, seen = [func], {func}
    for _ in range(DEPTH):
        for one in level:
            for site in project.graph.sites[one]:
                if named.search(_last(site.call.func)):
                    return one.path, site.call.span.line
        below = {edge.target for one in level for edge in project.graph.edges.get(one, ())} - seen
        seen |= below
        level = sorted(below, key=lambda one: (one.path, one.facts.index))
    return None


def _last(expr: m.Expr) -> str:
    return expr.name if isinstance(expr, m.Attr) else expr.id if isinstance(expr, m.Name) else ""
