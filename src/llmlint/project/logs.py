"""Which calls write log records, and at which level."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import External, ExternalMethod, Value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

_LEVELS = {
    "debug": 10,
    "trace": 5,
    "info": 20,
    "success": 25,
    "notice": 25,
    "warning": 30,
    "error": 40,
    "critical": 50,
    "capture": 40,
}
_OUTPUT = frozenset(
    {
        "builtins.print",
        "warnings.warn",
        "traceback.print_exc",
        "traceback.print_exception",
        "logging.log",
        "sys.stderr.write",
        "sys.stdout.write",
        "pprint.pprint",
    }
)
_TALK = frozenset(
    {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print", "trace"}
)
_TALKERS = ("log", "logger", "logging", "console", "_log", "_logger", "print", "tracer")


@dataclass(frozen=True, slots=True, eq=False)
class LogCall:
    """A call that writes a record."""

    site: CallSite
    level: int
    """As in ``logging``: 20 is INFO."""


class Logs:
    """Tells logging calls from others."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue

    def calls(self, func: Func) -> Iterator[LogCall]:
        """Every logging call of a scope whose logger is known."""
        for site in self._graph.sites[func]:
            level = self.level(site.call, func)
            if level is not None:
                yield LogCall(site, level)

    def level(self, call: m.Call, func: Func) -> int | None:
        """The level at which a call logs; None when it is no call of a known logger."""
        for callee in self._evaluator.eval(call.func, func):
            name = self._level_name(callee)
            if name == "argument":
                return self._level_argument(call, func)
            if name is not None:
                return _LEVELS.get(name, 20)
        return None

    def _level_name(self, callee: Value) -> str | None:
        match callee:
            case External(name=name):
                for table in self._catalogue.loggers.get(name):
                    if table.level:
                        return table.level
                owner, _, method = name.rpartition(".")
                if method == "log" and self._catalogue.loggers.get(f"{owner}.info"):
                    return "argument"
                for table in self._catalogue.loggers.get(owner) if owner else ():
                    if method in table.methods:
                        return table.methods[method]
                    if method == "log":
                        return "argument"
            case ExternalMethod(owner=owner, path=path):
                method = path.rsplit(".", 1)[-1]
                for table in (
                    *self._catalogue.logger_factories.get(owner.name),
                    *self._catalogue.logger_classes.get(owner.name),
                    *self._catalogue.loggers.get(owner.name.rsplit(".", 1)[0]),
                ):
                    if method in table.methods:
                        return table.methods[method]
                    if method == "log" and "info" in table.methods:
                        return "argument"
            case _:
                pass
        return None

    def _level_argument(self, call: m.Call, func: Func) -> int | None:
        if not call.args:
            return None
        for value in self._evaluator.eval(call.args[0].value, func):
            if isinstance(value, External):
                return _LEVELS.get(value.name.rsplit(".", 1)[-1].lower())
        first = call.args[0].value
        if isinstance(first, m.Const) and isinstance(first.value, int):
            return first.value
        if isinstance(first, m.Text):
            return _LEVELS.get(first.value.lower())
        return None

    def only_talks(self, call: m.Call, func: Func) -> bool:
        """Whether a call does nothing but tell (print, log, warn): what it is given goes nowhere else."""
        if self.level(call, func) is not None:
            return True
        for callee in self._evaluator.eval(call.func, func):
            if isinstance(callee, External) and callee.name in _OUTPUT:
                return True
        last_name = call.func.name if isinstance(call.func, m.Attr) else getattr(call.func, "id", "")
        if last_name in ("capture_exception", "capture_message", "record_exception"):
            return True
        if isinstance(call.func, m.Attr) and call.func.name in _TALK:
            owner = call.func.value
            last = owner.name if isinstance(owner, m.Attr) else owner.id if isinstance(owner, m.Name) else ""
            return last.lower().strip("_").endswith(tuple(t.strip("_") for t in _TALKERS))
        return False
