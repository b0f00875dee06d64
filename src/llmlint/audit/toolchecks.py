"""How the arguments of a tool are restricted: by their types, or by a check before they are used."""

from __future__ import annotations

from llmlint.audit.catalogue import read
from llmlint.audit.documents import either
from llmlint.audit.model import Evidence
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.project import Project
from llmlint.project.scopes import Func
from llmlint.project.wording import short


def restricted(project: Project, func: Func) -> Evidence | None:
    """Where it is seen that a model cannot give a tool just any text; None: it can."""
    name = short(func.qualname, 40)
    free = [param for param in func.params if project.tools.chooses(func, param)]
    if project.gates.asks(func):
        return Evidence(func.path, func.facts.span.line, f"`{name}` asks a person")
    if not free:
        return Evidence(func.path, func.facts.span.line, f"`{name}` takes no free text")
    for stmt in func.statements:
        if isinstance(stmt, m.If) and _ends(stmt) and _checks(stmt.test, set(free)):
            return Evidence(func.path, stmt.span.line, f"`{name}` checks what it is given")
    for site in project.graph.sites[func]:
        if _named_check(site.call) and free_in(site.call, set(free)):
            return Evidence(func.path, site.call.span.line, f"`{name}` checks what it is given")
    return None


def free_in(expr: m.Expr, free: set[str]) -> bool:
    """Whether one of these parameters is in an expression."""
    return bool(walk.names_in(expr) & free)


def _ends(stmt: m.If) -> bool:
    """Whether one of its branches leaves the function."""
    return any(
        isinstance(inner, m.Return | m.Raise)
        for branch in (stmt.body, stmt.orelse)
        for inner in walk.statements(branch)
    )


def _checks(test: m.Expr, free: set[str]) -> bool:
    """Whether a condition compares a parameter with a list of what is allowed, or asks a check."""
    for node in walk.expressions(test):
        if isinstance(node, m.Compare) and {"in", "not in"} & set(node.ops) and free_in(node.left, free):
            return True
        if isinstance(node, m.Call) and _named_check(node) and free_in(node, free):
            return True
    return False


def _named_check(call: m.Call) -> bool:
    name = call.func.name if isinstance(call.func, m.Attr) else getattr(call.func, "id", "")
    return either(read("security", SecurityFile).words.checks).search(str(name)) is not None
