"""Variables that switch a part of the way to a model on, and are off when nobody sets them.

They stage a change for an installation: who of its users sees it first, nobody says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.names import binding_scope
from llmlint.project.scopes import Func, Mod

_ON = frozenset({"true", "1", "yes", "on"})


def switches(subject: Subject) -> Iterator[Evidence]:
    """Conditions in functions that reach a model which ask such a variable, by themselves or by a name."""
    words = read("rollback", RollbackFile).words
    named = re.compile(words.switches)
    others = re.compile(words.other_switches)
    for func in subject.project.functions:
        if not func.mod.production or not subject.within(func.path):
            continue
        if not subject.project.reach.reaches(func):
            continue
        for stmt in (one for one in func.statements if isinstance(one, m.If)):
            for node in walk.expressions(stmt.test):
                for expr in _behind(subject, node, func):
                    name = _asked(expr, named)
                    if name and not others.search(name):
                        yield subject.at(func, stmt.span, f"`{name}`")


def _behind(subject: Subject, node: m.Expr, func: Func) -> Iterator[m.Expr]:
    """The expression, what a function of the project returns for it, what its name stands for."""
    if isinstance(node, m.Call):
        yield node
        for edge in subject.project.graph.edges_at.get(node, ()):
            for stmt in edge.target.returns:
                yield from walk.expressions(stmt.value) if stmt.value is not None else ()
    elif isinstance(node, m.Name):
        scope = binding_scope(node.id, func)
        for one in scope.bindings.get(node.id, ()) if scope is not None else ():
            if one.kind == "value" and one.expr is not None:
                yield from walk.expressions(one.expr)
            elif one.kind == "from":
                target = subject.project.evaluator.imports.target(one.module, one.level, func.mod)
                for there in target.body.bindings.get(one.name, ()) if isinstance(target, Mod) else ():
                    if there.kind == "value" and there.expr is not None:
                        yield from walk.expressions(there.expr)


def _asked(expr: m.Expr, named: re.Pattern[str]) -> str:
    """The name of the variable that a call asks for, where it is off by default."""
    if not isinstance(expr, m.Call) or not expr.args:
        return ""
    name, default = expr.args[0].value, walk.argument(expr, "1|default")
    if not isinstance(name, m.Text) or not named.search(name.value):
        return ""
    on = isinstance(default, m.Text) and default.value.lower() in _ON
    return "" if on or (isinstance(default, m.Name) and default.id == "True") else name.value


def modes(subject: Subject) -> Iterator[Evidence]:
    """``os.environ.get("GUARD", "shadow")``: a part that only looks on until somebody sets the variable."""
    names = frozenset(read("rollback", RollbackFile).words.shadow_modes)
    for func in subject.project.functions:
        if func.mod.production and subject.within(func.path):
            for node in func.nodes:
                if isinstance(node, m.Call) and len(node.args) > 1:
                    name, mode = node.args[0].value, walk.argument(node, "1|default")
                    if isinstance(mode, m.Text) and mode.value in names and _is_setting(name):
                        yield subject.at(func, node.span, f"`{mode.value}` by default")


def _is_setting(expr: m.Expr) -> bool:
    text = expr.value if isinstance(expr, m.Text) else walk.dotted(expr) or ""
    return text.rpartition(".")[2].isupper()
