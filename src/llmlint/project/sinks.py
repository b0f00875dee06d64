"""Which argument of which call is a sink."""

from __future__ import annotations

import datetime
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.consumers import Consumers
from llmlint.project.kinds import (
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    Unknown,
    Value,
    external_name,
)
from llmlint.project.readonly import ReadOnly
from llmlint.project.scopes import Func
from llmlint.project.shapes import CONSUMED
from llmlint.project.values import Evaluator

PATH = "path"
PATH_READ = "path-read"


@dataclass(frozen=True, slots=True, eq=False)
class SinkUse:
    """An argument that ends in a sink; ``kind`` may be more exact than the table's (``python -c``)."""

    sink: s.Sink
    kind: str
    exprs: tuple[m.Expr, ...]
    name: str
    """How the call is written, for messages."""
    raises: tuple[str, ...] = ()
    """For parsers: what a malformed text raises, and what else catches that."""

    @property
    def danger(self) -> str:
        """The kind a text must be safe for: what keeps a written path inside keeps a read one inside."""
        return PATH if self.kind == PATH_READ else self.kind


def own_sink(kind: str, does: str) -> s.Sink:
    """A sink that is no function of anybody's: a log record, a prompt."""
    return s.Sink(path="", kind=kind, does=does, source="", date=datetime.date.min)


_CONSUMING = {kind: own_sink(kind, "takes it as it is") for kind in CONSUMED}


_COMMAND_LINE = own_sink("shell", "runs the program it names")


class Sinks:
    """Finds sinks with the evaluator."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._read_only = ReadOnly(evaluator, catalogue)
        self._consumers = Consumers(evaluator, catalogue)
        self._known: dict[m.Call, tuple[SinkUse, ...]] = {}

    def at(self, call: m.Call, func: Func) -> tuple[SinkUse, ...]:
        """The sinks of one call; none for almost all of them."""
        known = self._known.get(call)
        if known is None:
            known = self._known[call] = tuple(self._find(call, func))
        return known

    def _find(self, call: m.Call, func: Func) -> list[SinkUse]:
        found: list[SinkUse] = []
        seen: set[int] = set()
        for callee in self._evaluator.eval(call.func, func):
            found += self._passed_on(callee, call, func)
            for name, sink in self._tables(callee, call):
                if id(sink) in seen or sink.outputs or not self._applies(sink, call, func):
                    continue
                if sink.kind == "sql" and self._read_only.holds(call, func):
                    continue
                if sink.prepares and _is_dropped(call, func):
                    continue
                seen.add(id(sink))
                if sink.arg == "self":
                    given = call.func.value if isinstance(call.func, m.Attr) else None
                else:
                    given = walk.argument(call, sink.arg)
                if sink.variadic:
                    given = m.Seq(
                        "list", tuple(a.value for a in call.args if a.keyword is None and not a.star)
                    )
                if given is None:
                    continue
                if sink.argv:
                    found += self._argv(sink, given, func, name)
                    found += self._command_lines(given, func, name)
                else:
                    found.append(SinkUse(sink, sink.kind, (given,), name))
        for table, given in self._consumers.at(call, func):
            name = table.path or table.method
            found.append(SinkUse(_CONSUMING[table.kind], table.kind, (given,), name, table.raises))
        return found

    def _passed_on(self, callee: Value, call: m.Call, func: Func) -> list[SinkUse]:
        """``asyncio.to_thread(os.system, command)``: the sink is called with the arguments that follow."""
        name = external_name(callee)
        for table in self._catalogue.passthroughs.get(name) if name else ():
            given = walk.argument(call, table.arg)
            if given is None or table.awaits or table.context or not table.arg[:1].isdigit():
                continue
            rest = call.args[int(table.arg.split("|")[0]) + 1 :]
            return self._find(m.Call(given, rest, call.span), func)
        return []

    def _tables(self, callee: Value, call: m.Call) -> Iterator[tuple[str, s.Sink]]:
        match callee:
            case External(name=name):
                short = name.removeprefix("builtins.")
                for sink in self._catalogue.sinks.get(name):
                    yield short, sink
                # ``paramiko.SSHClient.exec_command`` reached through the class itself
                owner, _, method = name.rpartition(".")
                for sink in self._catalogue.method_sinks(owner, method) if owner else ():
                    yield short, sink
            case ExternalMethod(owner=ExternalObject(name=owner), path=path):
                *through, path = path.split(".")
                if through:
                    owner = ".".join((owner, *through))
                for sink in self._catalogue.method_sinks(owner, path):
                    yield path, sink
                for sink in self._catalogue.sinks.get(f"{owner}.{path}"):
                    yield path, sink
            case _:
                pass
        if isinstance(callee, Unknown | ExternalMethod) and isinstance(call.func, m.Attr):
            for sink in self._catalogue.method_sinks("*", call.func.name):
                if "*" in sink.on and sink.when:
                    yield call.func.name, sink

    def _applies(self, sink: s.Sink, call: m.Call, func: Func) -> bool:
        if sink.when and not self._evaluator.matches(sink.when, call, func):
            return False
        return not any(
            self._evaluator.matches({where: values}, call, func) for where, values in sink.unless.items()
        )

    def _argv(self, sink: s.Sink, given: m.Expr, func: Func, name: str) -> Iterator[SinkUse]:
        for value in self._evaluator.eval(given, func):
            if not (isinstance(value, Data) and isinstance(value.expr, m.Seq)):
                continue
            items = value.expr.items
            first = self._program(items[0], value.func) if items else None
            if first is not None and first.runs == "elsewhere":
                continue
            for place in range(len(items) - 2):
                program = self._program(items[place], value.func)
                flag = items[place + 1]
                if program is not None and isinstance(flag, m.Text) and flag.value.lower() in program.flags:
                    yield SinkUse(sink, program.runs, (items[place + 2],), name)

    def _command_lines(self, given: m.Expr, func: Func, name: str) -> Iterator[SinkUse]:
        """``command.split()``, ``shlex.split(command)``: whoever writes the line chooses the program too."""
        if isinstance(given, m.Name) and _is_judged(given.id, func):
            return
        for words in _given_as(given, func):
            if isinstance(words, m.Call) and isinstance(words.func, m.Attr) and words.func.name == "split":
                called = {external_name(value) for value in self._evaluator.eval(words.func, func)}
                line = walk.argument(words, "0|s") if "shlex.split" in called else words.func.value
                if line is not None and not any(map(_begins_fixed, _given_as(line, func))):
                    yield SinkUse(_COMMAND_LINE, _COMMAND_LINE.kind, (line,), name)

    def _program(self, expr: m.Expr, func: Func) -> s.Program | None:
        for value in self._evaluator.eval(expr, func):
            if isinstance(value, Data) and isinstance(value.expr, m.Text):
                file = posixpath.basename(value.expr.value.replace("\\", "/")).lower()
                return self._catalogue.programs.get(file)
            if isinstance(value, External) and value.name == "sys.executable":
                return self._catalogue.programs.get("python")
        return None


def _given_as(expr: m.Expr, func: Func) -> tuple[m.Expr, ...]:
    """What is written, or what the variable is given in the function."""
    if isinstance(expr, m.Name):
        given = tuple(
            b.expr for b in func.bindings.get(expr.id, ()) if b.kind == "value" and b.expr is not None
        )
        return given or (expr,)
    return (expr,)


def _is_dropped(call: m.Call, func: Func) -> bool:
    """Whether nobody looks at what a call gives: ``compile(text, name, "exec")`` on a line of its own."""
    for stmt in func.statements:
        match stmt:
            case m.ExprStmt(value=value) if value is call:
                return True
            case m.Assign(targets=(m.Name(id="_"),), value=value) if value is call:
                return True
            case _:
                pass
    return False


def _is_judged(words: str, func: Func) -> bool:
    """Whether a condition looks at the program among the words: ``if words[0] not in PROGRAMS``."""
    tests = (node.test for node in func.statements if isinstance(node, m.If))
    looked_at = (node for test in tests for node in walk.expressions(test) if isinstance(node, m.Sub))
    return any(isinstance(node.value, m.Name) and node.value.id == words for node in looked_at)


def _begins_fixed(expr: m.Expr) -> bool:
    """Whether the first word is the program's own: ``f"git log {name}"``."""
    match expr:
        case m.Text(value=value):
            return bool(value)
        case m.Template(parts=(m.Text(value=value), *_)):
            return bool(value.strip())
        case m.BinOp(left=left):
            return _begins_fixed(left)
        case m.Call(func=m.Attr(value=value)):
            return _begins_fixed(value)
        case _:
            return False
