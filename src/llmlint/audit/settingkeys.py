"""Which expressions read a setting, from the environment or a parsed file, and which only write one."""

from __future__ import annotations

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, External, ExternalMethod, ExternalObject
from llmlint.project.names import binding_scope
from llmlint.project.scopes import Func

_GETTERS = frozenset({"get", "pop", "setdefault"})
_OPTIONS = frozenset({"get", "getint", "getfloat", "getboolean"})
"""Methods of parsers of ``.ini`` files, and of their sections."""


class SettingKeys:
    """Answers for one package."""

    def __init__(self, subject: Subject) -> None:
        self._catalogue = subject.project.catalogue
        self._evaluator = subject.project.evaluator
        self._parsers = frozenset(read("runbook", RunbookFile).settings.parsers)

    def of(self, expr: m.Expr, func: Func) -> m.Expr | None:
        """The key of ``os.getenv(key)``, ``os.environ[key]`` and the like; None for other expressions."""
        if not isinstance(expr, m.Sub | m.Call):  # asked of every expression of the project
            return None
        option = self._option(expr, func)
        if option is not None:
            return option
        if isinstance(expr, m.Sub):
            return expr.index if self._is_table(expr.value, func) else None
        key = self._named_by(expr, func)
        callee = expr.func
        if key is None and isinstance(callee, m.Attr) and callee.name in _GETTERS and expr.args:
            key = expr.args[0].value if self._is_table(callee.value, func) else None
        return key

    def _option(self, expr: m.Expr, func: Func) -> m.Expr | None:
        """The key of ``parser.get(section, key)``, ``parser[section][key]``, ``parser[section].get(key)``."""
        match expr:
            case m.Sub(value=section, index=key) if self._is_section(section, func):
                return key
            case m.Call(func=m.Attr(value=base, name=name)) if name in _OPTIONS:
                if self._is_parser(base, func):
                    return walk.argument(expr, "1|option")
                return walk.argument(expr, "0|option") if self._is_section(base, func) else None
            case _:
                return None

    def _is_section(self, expr: m.Expr, func: Func) -> bool:
        """Whether it is a section of a parsed file, or a name of one."""
        if isinstance(expr, m.Name):
            scope = binding_scope(expr.id, func)
            bound = scope.bindings.get(expr.id, ()) if scope is not None else ()
            return scope is not None and any(
                isinstance(one.expr, m.Sub) and self._is_parser(one.expr.value, scope)
                for one in bound
                if one.kind == "value"
            )
        return isinstance(expr, m.Sub) and self._is_parser(expr.value, func)

    def _is_parser(self, expr: m.Expr, func: Func) -> bool:
        return any(
            isinstance(value, ExternalObject) and value.name in self._parsers
            for value in self._evaluator.eval(expr, func)
        )

    def name(self, key: m.Expr, func: Func) -> str | None:
        """The text of a key that is one, or a constant that is one."""
        if isinstance(key, m.Text):
            return key.value
        if isinstance(key, m.Name | m.Attr):
            values = self._evaluator.eval(key, func)
            if len(values) == 1:
                for value in values:
                    if isinstance(value, Data) and isinstance(value.expr, m.Text):
                        return value.expr.value
        return None

    def is_set_before(self, name: str, func: Func, span: m.Span) -> bool:
        """Whether the program itself sets it, come what may, above the place, or in the module."""
        module = func.mod.body
        return self._is_set(func.facts.body, func, name, span.line) or (
            module is not func and self._is_set(module.facts.body, module, name)
        )

    def _is_set(self, body: tuple[m.Stmt, ...], scope: Func, name: str, line: float = float("inf")) -> bool:
        """Whether every way through these statements sets it above the line."""
        for stmt in body:
            match stmt:
                case m.FunctionDef() | m.ClassDef():
                    continue
                case m.Assign(targets=targets, span=span) if span.line < line:
                    if any(self._is_entry(target, scope, name) for target in targets):
                        return True
                case m.If(body=then, orelse=otherwise):
                    if all(self._is_set(block, scope, name, line) for block in (then, otherwise)):
                        return True
                case m.With(body=inside) | m.Try(body=inside):
                    if self._is_set(inside, scope, name, line):
                        return True
                case _:
                    pass
        return False

    def _is_entry(self, target: m.Expr, scope: Func, name: str) -> bool:
        return (
            isinstance(target, m.Sub)
            and self._is_table(target.value, scope)
            and self.name(target.index, scope) == name
        )

    def _named_by(self, call: m.Call, func: Func) -> m.Expr | None:
        """What a function or method for settings is given as a name; stores of secrets are none."""
        for callee in self._evaluator.eval(call.func, func):
            match callee:
                case External(name=name) | ExternalObject(name=name):
                    tables = [t for t in self._catalogue.secrets.get(name) if t.form == "call"]
                case ExternalMethod(owner=owner, path=path):
                    tables = self._catalogue.secret_methods(owner.name, path)
                case _:
                    continue
            for table in tables:
                given = walk.argument(call, table.name_arg) if table.name_arg else None
                if given is not None and not table.always:
                    return given
        return None

    def _is_table(self, base: m.Expr, func: Func) -> bool:
        return any(
            table.form == "mapping"
            for value in self._evaluator.eval(base, func)
            if isinstance(value, External | ExternalObject)
            for table in self._catalogue.secrets.get(value.name)
        )


def written_to(func: Func) -> frozenset[m.Expr]:
    """Expressions of a scope that only write: targets, and ``os.environ.setdefault(…)`` as a statement."""
    found: list[m.Expr] = []
    for stmt in func.statements:
        match stmt:
            case m.Assign(targets=targets) | m.Delete(targets=targets):
                found += targets
            case m.ExprStmt(value=m.Call(func=m.Attr(name="setdefault" | "pop")) as call):
                found.append(call)
            case _:
                pass
    return frozenset(found)


def given_for(call: m.Call, target: Func, name: str) -> m.Expr | None:
    """What a call gives for a parameter; its default where it gives nothing."""
    params = [one for one in target.facts.params if one.name != target.receiver]
    place = next((number for number, one in enumerate(params) if one.name == name), None)
    given = walk.argument(call, name if place is None else f"{place}|{name}")
    return given if given is not None or place is None else params[place].default


def place_of(expr: m.Expr, func: Func) -> m.Span:
    """Where an expression stands: a subscript has no place of its own, its parts or its statement do."""
    for node in walk.expressions(expr):
        if isinstance(node, m.Call | m.Text | m.Template):
            return node.span
    for stmt in func.statements:
        if isinstance(stmt, m.Assign | m.Return | m.ExprStmt | m.If):
            if any(node is expr for own in walk.own_expressions(stmt) for node in walk.expressions(own)):
                return stmt.span
    return func.facts.span
