"""Which values are the content of prompts and answers, and whether a log record holds them whole."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Step
from llmlint.project.guards import key
from llmlint.project.kinds import Data, Obj, external_name, is_none_value
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.targets import Binding

if TYPE_CHECKING:
    from llmlint.project.questions import Questions

_REDACTS = re.compile(
    r"redact|mask|scrub|hash|digest|truncat|shorten|anonymi[sz]e|saniti[sz]e|preview|obfuscat|trim", re.I
)
"""Functions that take content out of text."""
_IDENTIFIES = re.compile(
    r"(^|[._])(id|ids|uuid|count|counts|limit|size|sizes|length|tokens?|type|types|name|names|model|models|index|idx|num|flag|mode"
    r"|status|url|path|paths|key|keys|date|time|timeout|version|role|roles|settings|config|level|temperature"
    r"|estimate|format"
    r"|(max|min|num)_\w+"
    r"|provider|tools?|tags?|language|lang|step|round|attempt|attempts|retries|duration|hash|file|filename|score)$"
)
"""Names of what a log may show: ids, sizes, models, settings."""
_SHOWS = frozenset(
    {
        "str",
        "repr",
        "format",
        "dumps",
        "pformat",
        "join",
        "strip",
        "rstrip",
        "lstrip",
        "replace",
        "dict",
        "model_dump",
        "model_dump_json",
        "to_dict",
        "json",
        "upper",
        "lower",
        "list",
        "tuple",
        "decode",
        "encode",
        "escape",
        "title",
        "to_json",
    }
)
"""Functions whose result still shows what they are given."""
_EMBEDS = re.compile(
    r"embeddings?(?![a-z])|(^|_)a?embed_(quer|doc|text|batch|string|chunk|content|image|input)|^_?a?embed(_all)?$",
    re.I,
)
"""``get_embedding``, ``embed_query``, ``_embed``."""
SHORT = 80
"""A slice up to this many characters is an excerpt, not the content."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a log record holds."""

    what: str
    steps: tuple[Step, ...] = ()


def leaves(expr: m.Expr) -> Iterator[m.Expr]:
    """The parts of an expression whose values appear in it whole: names, fields, results of calls."""
    match expr:
        case m.Name() | m.Attr():
            yield expr
        case m.Sub(value=value, index=m.Slice(lower=lower, upper=upper)):
            from_start = lower is None or (isinstance(lower, m.Const) and lower.value == 0)
            if not (from_start and isinstance(upper, m.Const | m.Name | m.Attr)) or (
                isinstance(upper, m.Const) and isinstance(upper.value, int) and not 0 <= upper.value <= SHORT
            ):
                yield from leaves(value)
        case m.Sub():
            yield expr
        case m.Template(parts=parts):
            for part in parts:
                yield from leaves(part)
        case m.BinOp(op="+" | "%", left=left, right=right) | m.BoolOp(left=left, right=right):
            yield from leaves(left)
            yield from leaves(right)
        case m.IfExp(body=body, orelse=orelse):
            yield from leaves(body)
            yield from leaves(orelse)
        case m.Seq(items=items):
            for item in items:
                yield from leaves(item)
        case m.DictDisplay(items=items):
            for _, value in items:
                yield from leaves(value)
        case m.Await(value=value) | m.Star(value=value) | m.Walrus(value=value):
            yield from leaves(value)
        case m.Comp(element=element):
            yield from leaves(element)
        case m.Call(func=func, args=args):
            name = func.name if isinstance(func, m.Attr) else func.id if isinstance(func, m.Name) else ""
            if redacts(expr):
                return
            if name in _SHOWS:
                if isinstance(func, m.Attr):
                    yield from leaves(func.value)
                for arg in args:
                    yield from leaves(arg.value)
            else:
                yield expr
        case _:
            return


def embeds(name: str) -> bool:
    """Whether a function of this name turns text into numbers; ``build_embed`` makes a box for a page."""
    return _EMBEDS.search(name) is not None


def is_vector(call: m.Call) -> bool:
    """Whether a call embeds text, by its name: numbers come back."""
    func = call.func
    name = func.name if isinstance(func, m.Attr) else func.id if isinstance(func, m.Name) else ""
    return embeds(name)


def redacts(call: m.Call) -> bool:
    """Whether a function is called that takes content out of text, by its name."""
    func = call.func
    name = func.name if isinstance(func, m.Attr) else func.id if isinstance(func, m.Name) else ""
    return _REDACTS.search(name) is not None


def identifies(leaf: m.Expr) -> bool:
    """Whether a value is by its name an id, a size, a model or a setting: what a log may show."""
    name = key(leaf)
    return name is not None and _IDENTIFIES.search(name) is not None


class Contents:
    """Answers for logging calls, from the flows and the prompts of the project."""

    def __init__(self, project: Questions) -> None:
        self._project = project
        self._prompt_keys: dict[Func, dict[str, m.Call]] = defaultdict(dict)
        self._logged_elsewhere = {
            flow.hit.place: flow
            for flow in project.flows.flows()
            if flow.hit.use.kind == "log" and flow.origin.kind == "model"
        }
        for use in project.flows.prompts():
            self._collect(use.expr, use.func, use.call, 0)

    # -- prompts --------------------------------------------------------------------------------

    def _collect(self, expr: m.Expr, func: Func, call: m.Call, depth: int) -> None:
        if depth > 8:
            return
        for leaf in self._spoken_leaves(expr):
            name = key(leaf)
            if name is not None:
                if name in self._prompt_keys[func] or self._is_constant(leaf, func):
                    continue
                if self._is_redacted(leaf, func):
                    continue
                self._prompt_keys[func][name] = call
                if isinstance(leaf, m.Name):
                    self._collect_bindings(leaf.id, func, call, depth)
            elif isinstance(leaf, m.Call):
                self._collect_call(leaf, func, call, depth)

    def _spoken_leaves(self, expr: m.Expr) -> Iterator[m.Expr]:
        """Leaves of a prompt; of messages written as dicts only what is said."""
        match expr:
            case m.DictDisplay(items=items):
                for name, value in items:
                    if (
                        name is None
                        or not isinstance(name, m.Text)
                        or name.value in self._project.catalogue.spoken
                    ):
                        yield from self._spoken_leaves(value)
            case m.Seq(items=items):
                for item in items:
                    yield from self._spoken_leaves(item)
            case _:
                yield from leaves(expr)

    def _collect_bindings(self, name: str, func: Func, call: m.Call, depth: int) -> None:
        for binding in func.bindings.get(name, ()):
            if binding.kind in ("value", "augmented") and binding.expr is not None:
                self._collect(binding.expr, func, call, depth + 1)
        for site in self._project.graph.sites[func]:
            target = site.call.func
            if (
                isinstance(target, m.Attr)
                and target.name in ("append", "extend", "insert")
                and isinstance(target.value, m.Name)
                and target.value.id == name
            ):
                for arg in site.call.args:
                    self._collect(arg.value, func, call, depth + 1)

    def _collect_call(self, leaf: m.Call, func: Func, call: m.Call, depth: int) -> None:
        """A function that builds the prompt: those of its arguments that come back in its result."""
        from llmlint.project.binding import bind

        for edge in self._project.graph.edges_at.get(leaf, ()):
            summary = self._project.flows.summary(edge.target)
            if summary is None:
                continue
            kept = {o.name for o in summary.returned.flat() if o.kind == "param" and o.func is edge.target}
            for name, given in bind(leaf, edge.target, edge.skip_receiver).given.items():
                if name in kept:
                    self._collect(given, func, call, depth + 1)
        if not self._project.graph.edges_at.get(leaf):
            name = walk.dotted(leaf.func) or ""
            if name.rsplit(".", 1)[-1][:1].isupper():
                # Message objects: HumanMessage(content=question).
                for arg in leaf.args:
                    if arg.keyword is None or arg.keyword in self._project.catalogue.spoken:
                        self._collect(arg.value, func, call, depth + 1)

    def _is_redacted(self, leaf: m.Expr, func: Func) -> bool:
        """Whether a name only ever stands for what a function gave back that takes content out of text."""
        bindings = func.bindings.get(leaf.id, ()) if isinstance(leaf, m.Name) else ()
        return bool(bindings) and all(
            b.kind == "value" and isinstance(b.expr, m.Call) and self._redacts(b.expr, func) for b in bindings
        )

    def _redacts(self, call: m.Call, func: Func) -> bool:
        """Whether a function is called that takes content out of text, by its name or the catalogue."""
        if redacts(call):
            return True
        names = [external_name(value) for value in self._project.evaluator.eval(call.func, func)]
        return any(
            table.form == "returns" and {"log", "*"} & {*table.kinds}
            for name in names
            for table in (self._project.catalogue.sanitizers.get(name) if name else ())
        )

    def _is_constant(self, leaf: m.Expr, func: Func) -> bool:
        values = self._project.evaluator.eval(leaf, func)
        return bool(values) and all(
            is_none_value(v) or (isinstance(v, Data) and isinstance(v.expr, m.Text | m.Const)) for v in values
        )

    # -- log records ----------------------------------------------------------------------------

    def logged(self, site: CallSite) -> Content | None:
        """The content that a logging call writes; None when it writes none that we know of."""
        func = site.func
        flow = self._logged_elsewhere.get(site.call)
        if flow is not None:
            return Content("what the model answered", flow.hit.mark.steps)
        answers = self._project.flows.logged(func, site.call)
        for arg in site.call.args:
            for leaf in leaves(arg.value):
                for origin, mark in answers.get(leaf, {}).items():
                    if origin.kind == "model" and "log" not in mark.safe:
                        return Content(f"what the model answered{_named(leaf)}", mark.steps)
                sent = self._prompt_call(leaf, func)
                if sent is not None:
                    step = Step(self._project.location(func, sent.span), "it is part of a prompt here")
                    return Content(f"what is sent to the model{_named(leaf)}", (step,))
        return None

    def _is_plain_field(self, leaf: m.Expr, func: Func) -> bool:
        """Whether a field is declared with a type that holds no free text."""
        if not isinstance(leaf, m.Attr):
            return False
        for value in self._project.evaluator.eval(leaf.value, func):
            for scope, binding in value.cls.attributes.get(leaf.name, ()) if isinstance(value, Obj) else ():
                if binding.annotation is not None and self._project.tools.is_plain(binding.annotation, scope):
                    return True
        return False

    def _message_list(self, leaf: m.Expr) -> m.Expr:
        """For ``messages[-1].content`` and ``messages[0]["content"]``: ``messages``."""
        match leaf:
            case (
                m.Attr(value=m.Sub(value=base, index=m.Const()), name=name)
                | m.Sub(value=m.Sub(value=base, index=m.Const()), index=m.Text(value=name))
            ) if name in self._project.catalogue.spoken:
                return base
            case _:
                return leaf

    def _prompt_call(self, leaf: m.Expr, func: Func) -> m.Call | None:
        leaf = self._message_list(leaf)
        name = key(leaf)
        if name is None or identifies(leaf):
            return None
        bindings = func.bindings.get(name, ())
        if any(b.kind == "error" for b in bindings):
            return None
        if bindings and all(_counts(one) or _tells_failure(one, func) for one in bindings):
            return None
        if self._is_plain_field(leaf, func):
            return None
        values = self._project.evaluator.eval(leaf, func)
        if values and all(isinstance(value, Obj) for value in values):
            return None  # an object shows what its class makes of it
        scope: Func | None = func
        while scope is not None:
            if name in self._prompt_keys.get(scope, {}):
                param = scope.params.get(name)
                if (
                    param is not None
                    and param.annotation is not None
                    and self._project.tools.is_plain(param.annotation, scope.parent or scope)
                ):
                    return None
                return self._prompt_keys[scope][name]
            if name.split(".", 1)[0] in scope.facts.bound:
                return None
            scope = scope.parent
        return None


def _counts(binding: Binding) -> bool:
    """Whether a name is only the number of a round: of ``range(n)``, or the first of ``enumerate(pages)``."""
    match binding:
        case Binding(kind="element", expr=m.Call(func=m.Name(id="range")), unpack=()):
            return True
        case Binding(kind="element", expr=m.Call(func=m.Name(id="enumerate")), unpack=(0,)):
            return True
        case _:
            return False


def _tells_failure(binding: Binding, func: Func) -> bool:
    """Whether a name is only what an exception says of itself: ``message = str(error)``."""
    names = walk.names_in(binding.expr) - _SHOWS if binding.kind == "value" and binding.expr else set()
    return bool(names) and all(
        any(one.kind == "error" for one in func.bindings.get(name, ())) for name in names
    )


def _named(leaf: m.Expr) -> str:
    name = key(leaf)
    return f" (`{name}`)" if name and len(name) <= 30 else ""
