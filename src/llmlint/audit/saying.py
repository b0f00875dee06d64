"""What names in a program say of a call of a model: ``latency_ms`` is about time, ``usage`` about tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.subject import Subject
from llmlint.audit.tables.observability import ObservabilityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func

INSERT = re.compile(r"\s*insert\s+(?:or\s+\w+\s+)?into\b", re.I)
_PARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SHORT = 60
"""A text of more characters is prose or a prompt, not a name."""
_ASIDE = frozenset({"len", "bool", "type", "isinstance", "id", "hash"})
"""Calls that say something about a value and not the value."""
_KEEPING = frozenset(
    {"round", "int", "float", "str", "dict", "getattr", "get", "max", "asdict", "model_dump"}
)
"""Calls that give what they are given in another form."""
MEASURES = frozenset({"latency", "tokens", "cost"})
"""What is reckoned with, and what no record that is about something else says."""
_ARITHMETIC = frozenset({"*", "/", "//", "-", "**"})


class Saying:
    """Reads names by the words of ``[[said]]``; made once per subject."""

    def __init__(self, subject: Subject) -> None:
        self._project = subject.project
        table = read("observability", ObservabilityFile)
        self._clocks = table.records.clocks
        self._said = [
            (one.name, re.compile(one.pattern), re.compile(one.unless or r"(?!)")) for one in table.said
        ]
        self._known: dict[str, frozenset[str]] = {}

    def names(self, expr: m.Expr, func: Func, *, aside: bool = True) -> Iterator[str]:
        """Names in an expression and, one step aside, in what its own names were given here."""
        pending = [expr]
        while pending:
            node = pending.pop()
            match node:
                case m.Name(id=name):
                    yield name
                    for binding in func.bindings.get(name, ()) if aside else ():
                        if binding.kind == "value" and binding.expr is not None and not binding.unpack:
                            yield from self._given(binding.expr, func)
                case m.Attr(name=name):
                    yield name
                    if self.of_name(name) and walk.dotted(node):
                        continue  # ``reply.usage`` is about usage, whatever the object is called
                case m.Text(value=text):
                    if INSERT.match(text):
                        yield from re.findall(r"\w+", text.partition("VALUES")[0])
                    elif len(text) <= _SHORT and not re.search(r"\s", text):
                        yield text
                case m.Call(args=args):
                    if last_name(node) in _ASIDE or not (aside or last_name(node) in _KEEPING):
                        continue
                    yield from (arg.keyword for arg in args if arg.keyword)
                case m.BinOp(op="-", left=m.Call() as left) if self.is_clock(left, func):
                    yield "latency"
                case m.BinOp(left=left, right=right) if _reckons(node):
                    # The result is a number: of a call's model and prompt it says nothing.
                    for side in (left, right):
                        found = self.names(side, func, aside=aside)
                        yield from (name for name in found if self.of_name(name) & MEASURES)
                    continue
                case m.Sub(value=value, index=index) if not isinstance(index, m.Text):
                    pending.append(value)  # ``prices[model]`` is an entry, not the key it is found by
                    continue
                case _:
                    pass
            pending += walk.children(node)

    def _given(self, expr: m.Expr, func: Func) -> Iterator[str]:
        keeps = isinstance(expr, m.Call) and last_name(expr) in _KEEPING
        if keeps or isinstance(expr, m.DictDisplay | m.BinOp | m.Attr | m.Sub):
            yield from self.names(expr, func, aside=False)

    def is_clock(self, call: m.Call, func: Func) -> bool:
        """Whether a call tells the time."""
        return walk.dotted(call.func) in self._clocks or any(
            getattr(value, "name", "") in self._clocks
            for value in self._project.evaluator.eval(call.func, func)
        )

    def of_name(self, name: str) -> frozenset[str]:
        """What a name says: ``prompt_tokens`` tokens, ``latency_ms`` latency."""
        known = self._known.get(name)
        if known is None:
            words = words_of(name)
            known = self._known[name] = frozenset(
                fact for fact, found, unless in self._said if found.search(words) and not unless.search(words)
            )
        return known


def _reckons(expr: m.Expr) -> bool:
    """Whether an expression makes a number of numbers, and no longer text of texts."""
    if not isinstance(expr, m.BinOp):
        return False
    sides = (expr.left, expr.right)
    if expr.op in _ARITHMETIC:
        return not any(isinstance(side, m.Text | m.Template | m.Seq) for side in sides)
    return expr.op == "+" and any(isinstance(side, m.Const) or _reckons(side) for side in sides)


def words_of(name: str) -> str:
    """``promptTokens`` as ``_prompt_tokens_``, ``usage.input_tokens`` as ``_usage_input_tokens_``."""
    return f"_{_PARTS.sub('_', name).strip('_').lower()}_"


def speaks_of(func: Func, what: str, saying: Saying) -> bool:
    """Whether a name or an attribute in a function says something: ``tokens``, ``cost``."""
    names = (
        node.id if isinstance(node, m.Name) else node.name
        for node in func.nodes
        if isinstance(node, m.Name | m.Attr)
    )
    return any(what in saying.of_name(name) for name in names)


def last_name(call: m.Call) -> str:
    """``create`` of ``client.messages.create(…)``; empty where what is called has no name."""
    match call.func:
        case m.Attr(name=name) | m.Name(id=name):
            return name
        case _:
            return ""
