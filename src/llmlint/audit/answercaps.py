"""Which calls get a cap on the length of their answers, as far as a reader of the code would say so."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.filled import spread
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.unsetlimits import UnsetLimits, asked_for
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project import guards
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import Data, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.sites import Frame, statement_sites


class AnswerCaps:
    """Made once per subject (``subject.once(AnswerCaps)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._outputs = subject.project.outputs
        self._evaluator = subject.project.evaluator
        self._unset = subject.once(UnsetLimits)

    def of(self, call: LlmCall) -> tuple[Func, m.Call] | None:
        """Where a call, or its client, is given a cap: for sure, or by a setting that is a number by default.

        None also when that cannot be seen, or when it is given only where somebody asks for it.
        """
        return None if self.asked_for(call) else self._given(call)

    def asked_for(self, call: LlmCall) -> str:
        """The name of the cap that is put among the arguments only where somebody gives one."""
        for func, given, paths in self._outputs.told(call):
            names = {name for path in paths for name in path.split("|")}
            written = {arg.keyword for arg in given.args if arg.keyword}
            for arg in given.args:
                if arg.star == "**" and isinstance(arg.value, m.Name) and not names & written:
                    name = next((n for n in sorted(names) if self._is_put_in(arg.value.id, n, func)), "")
                    if name:
                        return name
        return ""

    def _is_put_in(self, name: str, key: str, func: Func) -> bool:
        """``if most is not None: params["max_tokens"] = most`` only, where that is None by itself."""
        stores = [
            (place.frames, place.stmt.value)
            for place in statement_sites(func)
            if isinstance(place.stmt, m.Assign) and place.stmt.value is not None
            for target in place.stmt.targets
            if isinstance(target, m.Sub) and guards.key(target) == f"{name}.{key}"
        ]
        return bool(stores) and all(
            any(_asks(frame, value) for frame in frames) and self._unset.is_unset(value, func)
            for frames, value in stores
        )

    def _given(self, call: LlmCall) -> tuple[Func, m.Call] | None:
        for func, given, paths in self._outputs.told(call) if self._outputs.cap(call) is None else ():
            if any(self._is_number(*found) for path in paths for found in self._written(given, func, path)):
                return func, given
        return self._outputs.cap(call)

    def meant(self, calls: list[LlmCall]) -> Iterator[Evidence]:
        """Where a number is given to a parameter that would cap such calls."""
        caps = {name for call in calls for name in _names(call)}
        for func in self._subject.project.functions:
            if self._subject.within(func.path):
                for span, name in _set(func, caps):
                    yield self._subject.at(func, span, f"`{name}`")

    def prepared(self, call: LlmCall) -> Iterator[Evidence]:
        """Where that is done on the way to a call, in its own file, for settings that are spread there."""
        if any(arg.star == "**" for arg in call.site.call.args):
            around = self._subject.once(LlmPath).around(call)
            funcs = sorted((f for f in around if f.path == call.site.func.path), key=lambda f: f.facts.index)
            names = frozenset().union(*map(spread, funcs))
            for func in funcs:
                for span, name in _stored(func, _names(call), names):
                    yield self._subject.at(func, span, f"`{name}`")

    def _written(self, call: m.Call, func: Func, path: str) -> Iterator[tuple[m.Expr, Func]]:
        """What stands at a parameter path: an argument, a key of ``**params``, a key of a literal."""
        where, *keys = path.split(".")
        keywords, _ = self._evaluator.keyword_items(call, func)
        found = [keywords[name] for name in where.split("|") if name in keywords]
        placed = walk.argument(call, where)
        if placed is not None:
            found = [(placed, func)]
        for key in keys:
            found = [
                (item, value.func)
                for expr, scope in found
                for value in self._evaluator.eval(expr, scope)
                if isinstance(value, Data) and isinstance(value.expr, m.DictDisplay)
                for name, item in value.expr.items
                if isinstance(name, m.Text) and name.value == key
            ]
        yield from found

    def _is_number(self, expr: m.Expr, func: Func) -> bool:
        """Whether it is a number by default, and None nowhere; or an ``int`` that callers have to give."""
        values = self._evaluator.eval(expr, func)
        if any(is_none_value(value) for value in values):
            return False
        if any(isinstance(value, Data) and _is_int(value.expr) for value in values):
            return True
        params = {param.name: param for param in func.facts.params}
        param = params.get(expr.id) if isinstance(expr, m.Name) else None
        return (
            param is not None
            and param.default is None
            and isinstance(param.annotation, m.Name)
            and param.annotation.id == "int"
        )


def _asks(frame: Frame, value: m.Expr) -> bool:
    """Whether it holds only where a value is there."""
    name = guards.key(value)
    return (
        name is not None
        and frame.kind == "if"
        and isinstance(frame.node, m.If)
        and name in asked_for(frame.node.test)
    )


def _names(call: LlmCall) -> set[str]:
    """What the caps of a call and of its client are called."""
    paths = (*call.entry.cap, *(call.client.entry.cap if call.client is not None else ()))
    return {name for path in paths for name in path.rsplit(".", 1)[-1].split("|") if not name.isdigit()}


def _set(func: Func, names: set[str]) -> Iterator[tuple[m.Span, str]]:
    """``{"max_tokens": 500}`` and ``payload["max_tokens"] = limit``."""
    for node in func.nodes:
        if isinstance(node, m.DictDisplay):
            for key, value in node.items:
                if isinstance(key, m.Text) and key.value in names and not _is_none(value):
                    yield key.span, key.value
    yield from _stored(func, names)


def _stored(
    func: Func, names: set[str], owners: frozenset[str] | None = None
) -> Iterator[tuple[m.Span, str]]:
    """``payload["max_tokens"] = limit``; ``owners``: in one of these."""
    for stmt in func.statements:
        if isinstance(stmt, m.Assign) and stmt.value is not None and not _is_none(stmt.value):
            for target in stmt.targets:
                if isinstance(target, m.Sub) and (owners is None or walk.dotted(target.value) in owners):
                    if isinstance(target.index, m.Text) and target.index.value in names:
                        yield stmt.span, target.index.value


def _is_int(expr: m.Expr) -> bool:
    return isinstance(expr, m.Const) and type(expr.value) is int and expr.value > 0


def _is_none(value: m.Expr) -> bool:
    return isinstance(value, m.Const) and value.value is None
