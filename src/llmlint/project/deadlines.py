"""Which deadline applies to an LLM call, and who sets it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.annotations import MAPPINGS
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.kinds import (
    Client,
    Data,
    External,
    ExternalMethod,
    ExternalObject,
    ParamValue,
    Site,
    Unknown,
    external_name,
    is_none_value,
)
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame
from llmlint.project.values import Evaluator


@dataclass(frozen=True, slots=True)
class Setting:
    """What a parameter path says.

    ``state``: ``absent``, ``unknown``, ``none`` (switched off: None, infinity) or ``given``.
    """

    state: str
    value: float | None = None
    site: Site | None = None
    """The call in which it is written."""


MAX_CALLERS = 40
"""Levels of callers in which a deadline around a call is looked for."""
_WAITS = frozenset({"result", "get", "join", "wait", "exception"})
ABSENT = Setting("absent")
UNKNOWN_SETTING = Setting("unknown")


class Deadlines:
    """Reads timeouts from constructors, calls, options and what stands around the calls."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._bounded: dict[Func, bool] = {}
        self._depth = 0
        self.globals = self._global_settings()

    # -- parameters -----------------------------------------------------------------------------

    def setting(self, call: m.Call, func: Func, paths: Iterable[str]) -> Setting:
        """What a call says about any of these parameter paths: the first that says something."""
        unknown = False
        for path in paths:
            found = self._path(call, func, path)
            if found.state == "unknown":
                unknown = True
            elif found.state != "absent":
                return found
        return UNKNOWN_SETTING if unknown else ABSENT

    def _path(self, call: m.Call, func: Func, path: str) -> Setting:
        where, *rest = path.split(".")
        keywords, complete = self._evaluator.keyword_items(call, func)
        given: tuple[m.Expr, Func] | None = None
        positional = walk.argument(call, where)
        if positional is not None:
            given = (positional, func)
        else:
            for name in where.split("|"):
                if name in keywords:
                    given = keywords[name]
        if given is None:
            return ABSENT if complete else UNKNOWN_SETTING
        return self._value(*given, rest, Site(func, call))

    def _value(self, expr: m.Expr, func: Func, rest: list[str], site: Site) -> Setting:
        values = self._evaluator.eval(expr, func)
        if len(values) > 1 and not rest:
            numbers = {_number(v.expr) if isinstance(v, Data) else None for v in values}
            if None not in numbers:  # which of several, is not known
                return Setting("given", numbers.pop() if len(numbers) == 1 else None, site)
        if not values or len(values) > 1:
            return (
                UNKNOWN_SETTING if any(not is_none_value(v) for v in values) else Setting("none", site=site)
            )
        value = values[0]
        if rest:
            return self._field(value, rest, site)
        if is_none_value(value):
            return Setting("none", site=site)
        if isinstance(value, Data):
            number = _number(value.expr)
            if number is not None:
                return Setting("given", number, site)
            if isinstance(value.expr, m.Call):
                return self._call_value(value.expr, value.func, site)
            return Setting("given", site=site)
        if isinstance(value, External) and value.name in ("math.inf", "numpy.inf"):
            return Setting("none", math.inf, site)
        if isinstance(value, ExternalObject) and value.call is not None and value.func is not None:
            return self._call_value(value.call, value.func, site)
        if isinstance(value, Unknown | ParamValue):
            return UNKNOWN_SETTING
        return Setting("given", site=site)

    def _call_value(self, call: m.Call, func: Func, site: Site) -> Setting:
        """``float("inf")``, ``httpx.Timeout(None)``, ``ClientTimeout(total=30)``."""
        if walk.dotted(call.func) == "float" and call.args:
            text = call.args[0].value
            if isinstance(text, m.Text) and text.value.strip().lower() in ("inf", "infinity"):
                return Setting("none", math.inf, site)
        first = walk.argument(call, "0|timeout|total")
        if first is not None:
            inner = self._value(first, func, [], site)
            if inner.state == "none" and len(call.args) == 1:
                return Setting("none", math.inf, site)
            if inner.state == "given" and len(call.args) == 1:
                return inner
        return Setting("given", site=site)

    def _field(self, value: object, rest: list[str], site: Site) -> Setting:
        """A key of a dict literal or a keyword of the constructor of an options object."""
        if isinstance(value, Data) and isinstance(value.expr, m.DictDisplay):
            for key, item in value.expr.items:
                if key is None:
                    return UNKNOWN_SETTING
                if isinstance(key, m.Text) and key.value == rest[0]:
                    return self._value(item, value.func, rest[1:], site)
            return ABSENT
        if isinstance(value, ExternalObject) and value.call is not None and value.func is not None:
            return self._path(value.call, value.func, ".".join(rest))
        if isinstance(value, Data) and isinstance(value.expr, m.Call):
            return self._path(value.expr, value.func, ".".join(rest))
        if is_none_value(value):
            return ABSENT
        return UNKNOWN_SETTING

    # -- what applies ---------------------------------------------------------------------------

    def constructor(self, client: Client) -> Setting:
        """What the constructor of a client says (also through opaque parameters and globals)."""
        entry = client.entry
        if client.site is None:
            return UNKNOWN_SETTING
        call, func = client.site.call, client.site.func
        found = self.setting(call, func, entry.timeout)
        if found.state != "absent":
            return found
        if self._is_opaque(call, func, entry.opaque) or self._given_whole(call, func):
            return UNKNOWN_SETTING
        if set(entry.global_timeout) & self.globals:
            return UNKNOWN_SETTING
        return ABSENT

    def _given_whole(self, call: m.Call, func: Func) -> bool:
        """Whether all settings come as one mapping without a keyword: ``ChatOpenAI(settings)``."""
        for arg in call.args:
            if arg.keyword is not None or arg.star:
                continue
            for value in self._evaluator.eval(arg.value, func):
                if isinstance(value, Data) and isinstance(value.expr, m.DictDisplay):
                    return True
                if isinstance(value, ParamValue) and self._is_mapping(value):
                    return True
        return False

    def _is_mapping(self, value: ParamValue) -> bool:
        param = value.func.params.get(value.name)
        annotation = param.annotation if param is not None else None
        if isinstance(annotation, m.Sub):
            annotation = annotation.value
        scope = value.func.parent or value.func
        return annotation is not None and self._evaluator.type_name(annotation, scope) in MAPPINGS

    def _is_opaque(self, call: m.Call, func: Func, paths: Iterable[str]) -> bool:
        """Whether something is given that may hold a deadline we do not look into."""
        found = self.setting(call, func, paths)
        return found.state in ("unknown", "given") or (found.state == "none" and found.value is not None)

    def at_call(self, call: LlmCall) -> Setting:
        """What the call itself, the options before it and the code around it say."""
        site = call.site
        found = self.setting(site.call, site.func, call.entry.timeout)
        if found.state != "absent":
            return found
        if call.http is not None and self._session_has_deadline(call.http, site):
            return Setting("given")
        if self._is_opaque(site.call, site.func, call.entry.opaque):
            return UNKNOWN_SETTING
        for derive, change in call.client.changes if call.client else ():
            made = self.setting(change.call, change.func, derive.timeout)
            if made.state != "absent":
                return made
            if self._is_opaque(change.call, change.func, derive.opaque):
                return UNKNOWN_SETTING
        if call.client is None and set(call.entry.global_timeout) & self.globals:
            return UNKNOWN_SETTING
        if self.exempt(call) or self.bounded_around(site):
            return Setting("given")
        return ABSENT

    def _session_has_deadline(self, http: s.HttpClient, site: CallSite) -> bool:
        """Whether the object on which a request is sent was made with a deadline, or may have been."""
        for value in self._evaluator.eval(site.call.func, site.func) if http.client_timeout else ():
            owner = value.owner if isinstance(value, ExternalMethod) else None
            if owner is not None and owner.call is not None and owner.func is not None:
                if self.setting(owner.call, owner.func, http.client_timeout).state in ("given", "unknown"):
                    return True
        return False

    def exempt(self, call: LlmCall) -> bool:
        """Batch, background and deep-research calls: waiting long is their purpose."""
        if call.entry.kind == "batch":
            return True
        keywords, _ = self._evaluator.keyword_items(call.site.call, call.site.func)
        for name in self._catalogue.patient_arguments & keywords.keys():
            given, _ = keywords[name]
            if isinstance(given, m.Const) and given.value is True:
                return True
        where = call.entry.model
        model = walk.argument(call.site.call, where) if where else None
        for value in self._evaluator.eval(model, call.site.func) if model is not None else ():
            text = value.expr.value if isinstance(value, Data) and isinstance(value.expr, m.Text) else ""
            if any(mark in text for mark in self._catalogue.patient_models):
                return True
        return False

    def bounds_block(self, frame: Frame, func: Func) -> bool:
        """Whether a ``with`` bounds the time of its block."""
        return isinstance(frame.node, m.With) and any(
            self._is_deadline(item.value, func, True) for item in frame.node.items
        )

    def bounds_loop(self, loop: m.While | m.For, func: Func) -> bool:
        """Whether a deadline stands around a loop, in its own function."""
        for site in self._graph.sites[func]:
            if loop in tuple(site.loops()):
                outside = [f.node for f in site.frames].index(loop)
                return any(self.bounds_block(frame, func) for frame in site.frames[:outside])
        return False

    def bounded_around(self, site: CallSite) -> bool:
        """Whether a deadline stands around the call: here, or around every call of its function."""
        return self._bounded_here(site) or self._bounded_by_callers(site.func)

    def _bounded_here(self, site: CallSite) -> bool:
        for frame in site.frames:
            if frame.kind == "with" and isinstance(frame.node, m.With):
                if any(self._is_deadline(item.value, site.func, True) for item in frame.node.items):
                    return True
        for other in self._graph.sites[site.func]:
            if other.stmt is site.stmt and self._is_deadline(other.call, site.func, False):
                if any(node is site.call for arg in other.call.args for node in walk.expressions(arg.value)):
                    return True
        if self._is_handed_over(site) and any(
            self._waits_with_timeout(other.call) for other in self._graph.sites[site.func]
        ):
            return True
        return any(
            self._is_deadline(d, site.func.parent or site.func, False) for d in site.func.facts.decorators
        )

    def _is_handed_over(self, site: CallSite) -> bool:
        """``executor.submit(ask, question)``: it runs elsewhere, and nobody has to wait for its end."""
        for callee in self._evaluator.eval(site.call.func, site.func):
            name = external_name(callee)
            for table in self._catalogue.passthroughs.get(name) if name else ():
                if table.deferred and not (table.joins and self._is_joined(name.rpartition(".")[0], site)):
                    return True
        return False

    def _is_joined(self, executor: str, site: CallSite) -> bool:
        """``with ThreadPoolExecutor() as executor:``: who gives up waiting still waits at its end."""
        return any(
            isinstance(value, ExternalObject) and value.name == executor
            for frame in site.frames
            if frame.kind == "with" and isinstance(frame.node, m.With)
            for item in frame.node.items
            for value in self._evaluator.eval(item.value, site.func)
        )

    @staticmethod
    def _waits_with_timeout(call: m.Call) -> bool:
        """``future.result(timeout=30)``, ``replies.get(timeout=30)``."""
        if not (isinstance(call.func, m.Attr) and call.func.name in _WAITS):
            return False
        given = walk.argument(call, "timeout")
        if given is None and call.func.name != "get" and call.args and call.args[0].keyword is None:
            given = call.args[0].value
        return given is not None and not (isinstance(given, m.Const) and given.value is None)

    def _bounded_by_callers(self, func: Func) -> bool:
        known = self._bounded.get(func)
        if known is not None:
            return known
        self._bounded[func] = False
        callers = self._graph.callers.get(func, ())
        if not callers or self._depth >= MAX_CALLERS:
            return False
        self._depth += 1
        try:
            result = all(self.bounded_around(edge.site) for edge in callers)
        finally:
            self._depth -= 1
        self._bounded[func] = result
        return result

    def _is_deadline(self, expr: m.Expr, func: Func, context: bool) -> bool:
        call = expr if isinstance(expr, m.Call) else None
        for callee in self._evaluator.eval(expr if call is None else call.func, func):
            name = callee.name if isinstance(callee, External) else ""
            for table in self._catalogue.passthroughs.get(name) if name else ():
                if table.context != context:
                    continue
                state = "absent" if call is None else self.setting(call, func, table.deadline).state
                if state in ("given", "unknown") or (state == "absent" and table.bounded):
                    return True
        return False

    def _global_settings(self) -> set[str]:
        found: set[str] = set()
        for func in self._graph.functions:
            for target, binding in func.attribute_bindings:
                if binding.expr is None:
                    continue
                for value in self._evaluator.eval(target, func):
                    if isinstance(value, External):
                        found.add(value.name)
        return found

    def attempts(self, call: m.Call, func: Func, where: str, default: int | None) -> int | None:
        """How often the SDK tries: one more than its retries; None when that is not known."""
        if where:
            given = self.setting(call, func, (where,))
            if given.state == "given" and given.value is not None:
                return int(given.value) + 1
            if given.state in ("given", "unknown"):
                return None
        return None if default is None else default + 1


def _number(expr: m.Expr) -> float | None:
    if isinstance(expr, m.Const) and isinstance(expr.value, int | float) and not isinstance(expr.value, bool):
        return None if math.isinf(expr.value) else float(expr.value)
    if isinstance(expr, m.BinOp):
        left, right = _number(expr.left), _number(expr.right)
        if left is not None and right is not None and expr.op in ("*", "+"):
            return left * right if expr.op == "*" else left + right
    return None


def describe(seconds: float) -> str:
    """A duration for a message: ``30 min``, ``90 s``."""
    if seconds >= 120 and seconds % 60 == 0:
        return f"{int(seconds // 60)} min"
    return f"{seconds:g} s"


def parameter(paths: tuple[str, ...]) -> str:
    """The first of these parameter paths, for a help line: ``request_options=`` with ``timeout``."""
    if not paths:
        return "a client that has a deadline"
    head, *rest = paths[0].rsplit("|", 1)[-1].split(".")
    return f"`{head}=`" if not rest else f"`{head}=` with `{'.'.join(rest)}`"
