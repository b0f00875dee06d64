"""Calls, as the flow interpreter sees them: sources, sinks, sanitizers, summaries of the callee."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from llmlint.catalogue.schema import Sink

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Step
from llmlint.project import guards
from llmlint.project.binding import bind
from llmlint.project.calls import Edge
from llmlint.project.content import identifies, leaves
from llmlint.project.kinds import ClassRef, Data, External, ExternalMethod, FuncRef, Obj, Value
from llmlint.project.scopes import Func
from llmlint.project.shapes import (
    CLEAN,
    NO_TAINT,
    Mark,
    Origin,
    Shape,
    Taint,
    given_for,
    join,
    join_taints,
    without_log,
)
from llmlint.project.sinks import SinkUse
from llmlint.project.summaries import Hit

if TYPE_CHECKING:
    from llmlint.project.flow import Env, FunctionFlow

APPROVED = "\0approved"
"""Key in an environment: a person was asked and their answer looked at."""

_MUTATORS = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "put", "put_nowait",
                       "write", "setdefault", "push"})  # fmt: skip
_TEXT_METHODS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "replace", "format", "join", "decode",
                          "encode", "read", "text", "json", "model_dump_json", "dumps", "get_content", "title",
                          "removeprefix", "removesuffix", "expandtabs", "splitlines", "to_dict", "__str__"})  # fmt: skip
"""Methods whose result still shows the text itself."""
_ABOUT_TEXT = frozenset({"find", "rfind", "index", "rindex", "count", "startswith", "endswith", "isdigit", "isspace",
                         "isalpha", "isalnum", "isupper", "islower", "exists", "is_file", "is_dir", "__len__"})  # fmt: skip
"""Methods whose result is a number or a truth value."""
_PARSERS = ("json.", "yaml.", "toml", "ast.", "re.", "orjson.", "ujson.", "json5.", "json_repair.", "xml.")
_ANCHORED = frozenset({"re.match", "re.compile.match"})
_MATCHES_ALL = re.compile(r"^\^?\(?\.[*+]\)?(\$|\\Z)?$")
_LOG = Sink(path="", kind="log", does="logs it", source="", date=datetime.date(2026, 11, 21))
"""A log record, as a sink: for values that are handed to a function that logs them."""


Known = dict[int, "Shape"]
"""Shapes of a call's arguments, by the identity of the expression."""


class Calls:
    """The calls of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self._flows = flow.flows
        self._depth = 0

    def call(self, call: m.Call, env: Env) -> Shape:
        """The shape of a call's result; sinks and prompts among its arguments are noted."""
        flow = self._flow
        func = flow.func
        shapes = [flow.eval(arg.value, env) for arg in call.args]
        # Each argument is evaluated once: nested calls would double the work at every level.
        known = {id(arg.value): shape for arg, shape in zip(call.args, shapes, strict=True)}
        receiver = flow.eval(call.func.value, env) if isinstance(call.func, m.Attr) else CLEAN
        arguments = join_taints(s.flat() for s in shapes)
        if arguments:
            before = flow.summary.arguments.get(call, NO_TAINT)
            flow.summary.arguments[call] = join_taints([before, arguments])
            self._sinks(call, env, known)
            self._log_record(call, env, known)
        llm = self._flows.graph.by_call.get(call)
        if self._flows.waits_for_person(call, func):
            # click.confirm(…, abort=True) ends the program when the person says no.
            if any(a.keyword == "abort" for a in call.args):
                env[APPROVED] = CLEAN
            return Shape({Origin("person", func, call=call): Mark()})
        if llm is not None:
            self._flows.note_prompt(flow, llm, call, env)
            return self._response(call)
        if isinstance(call.func, m.Attr) and call.func.name in _MUTATORS and arguments:
            flow.mutate(call.func.value, Shape(arguments), env)
            known.clear()
        edges = self._flows.graph.edges_at.get(call, ())
        values = self._flows.evaluator.eval(call.func, func)
        results = [self._apply(edge, call, known, receiver, env) for edge in edges]
        results += [self._constructed(v, call, shapes) for v in values if isinstance(v, ClassRef)]
        if not edges:
            results += [self._external(v, call, shapes, receiver, arguments) for v in values]
        if not results:
            # A method of a tainted value gives something tainted (``text.strip()``).
            results.append(Shape(receiver.flat()))
        return join(results)

    # -- sources and sinks --------------------------------------------------------------------

    def _response(self, call: m.Call) -> Shape:
        llm = self._flows.graph.by_call[call]
        if llm.entry.result == "none" or not llm.generates:
            return CLEAN
        flow = self._flow
        origin = Origin("model", flow.func, call=call)
        return Shape({origin: Mark((flow.step(call.span, "the model writes this"),))})

    def _sinks(self, call: m.Call, env: Env, known: Known) -> None:
        flow = self._flow
        if APPROVED in env:
            return
        for use in self._flows.sinks.at(call, flow.func):
            taint = join_taints(self._shape(expr, env, known).flat() for expr in use.exprs)
            for origin, mark in taint.items():
                if use.kind in mark.safe or origin.kind == "person":
                    continue
                self._flows.note_hit(flow, origin, Hit(use, flow.func, call, mark))

    def _log_record(self, call: m.Call, env: Env, known: Known) -> None:
        flow = self._flow
        level = self._flows.log_level(call, flow.func)
        if level is None:
            return
        shown = flow.summary.logged.setdefault(call, {})
        for arg in call.args:
            for leaf in leaves(arg.value):
                if identifies(leaf):
                    continue
                taint = self._shape(leaf, env, known).flat()
                if taint:
                    shown[leaf] = join_taints([shown.get(leaf, NO_TAINT), taint])
                for origin, mark in taint.items() if level >= 20 else ():
                    if origin.kind == "param" and "log" not in mark.safe:
                        use = SinkUse(_LOG, "log", (leaf,), "log")
                        self._flows.note_hit(flow, origin, Hit(use, flow.func, call, mark))

    # -- project functions --------------------------------------------------------------------

    def _apply(self, edge: Edge, call: m.Call, known: Known, receiver: Shape, env: Env) -> Shape:
        flow = self._flow
        target = edge.target
        summary = self._flows.summary(target)
        given = self._arguments(edge, env, receiver, known)
        if summary is None:
            return CLEAN
        name_of = target.name or "lambda"
        step = flow.step(call.span, f"`{name_of}(...)` is called with it")
        # Of several callbacks nobody knows here which one gets this text.
        several = edge.callback and len(self._flows.graph.edges_at.get(call, ())) > 1
        for param, hits in summary.param_hits.items() if not several else ():
            taint = given_for(given, param)
            if taint.clean:
                continue
            for origin, mark in taint.flat().items():
                for hit in hits:
                    if hit.use.kind in mark.safe or origin.kind == "person":
                        continue
                    if hit.use.kind == "log" and mark.parsed:
                        continue
                    if APPROVED in env and hit.use.kind != "log":
                        continue
                    way = Mark(mark.steps, mark.safe, mark.parsed).then(step, *hit.mark.steps)
                    self._flows.note_hit(flow, origin, Hit(hit.use, hit.func, hit.call, way))
        for param in summary.prompt_params:
            self._flows.note_prompt_argument(flow, given_for(given, param), self._expr(edge, param), call)
        for param in summary.proven:
            checked = self._expr(edge, param)
            name = guards.key(checked) if checked is not None else None
            if name is not None:
                flow.apply({name: guards.ALL}, env)
                known.clear()
        result = _substitute(summary.returned, target, given)
        back = flow.step(call.span, f"`{name_of}(...)` returns it")
        result = _with_step(result, back, flow.func)
        if flow.func.receiver and isinstance(call.func, m.Attr) and _is_name(call.func.value, flow.func.receiver):
            for field, shape in summary.fields.items():
                stored = _substitute(shape, target, given)
                if not stored.clean:
                    before = flow.summary.fields.get(field, CLEAN)
                    flow.summary.fields[field] = join((before, stored))
        if target.name == "__init__":
            return CLEAN
        if result.clean and self._flows.asks_person(target):
            # What it gives back was decided by a person: ``result = get_confirmation(command)``.
            return Shape({Origin("person", flow.func, call=call): Mark()})
        return result

    @staticmethod
    def _expr(edge: Edge, param: str) -> m.Expr | None:
        return bind(edge.call, edge.target, edge.skip_receiver).given.get(param)

    def _shape(self, expr: m.Expr, env: Env, known: Known) -> Shape:
        shape = known.get(id(expr))
        return self._flow.eval(expr, env) if shape is None else shape

    def _arguments(self, edge: Edge, env: Env, receiver: Shape, known: Known) -> dict[str, Shape]:
        target = edge.target
        bound = bind(edge.call, target, edge.skip_receiver)
        given = {name: self._shape(expr, env, known) for name, expr in bound.given.items()}
        spread = [self._shape(e, env, known) for e in bound.double_star]
        if bound.star is not None:
            spread.append(Shape(self._shape(bound.star, env, known).flat()))
        names = [p for p in target.facts.params if p.name != target.receiver or not edge.skip_receiver]
        for param in names:
            if param.name not in given and spread and not param.kind.startswith("*"):
                given[param.name] = join([_spread_field(s, param.name) for s in spread])
            elif param.kind == "*" and (bound.extra or bound.star is not None):
                parts = [self._shape(e, env, known) for e in bound.extra]
                if bound.star is not None:
                    parts.append(self._shape(bound.star, env, known))
                given[param.name] = Shape(join_taints(s.flat() for s in parts))
            elif param.kind == "**":
                fields = {k: self._shape(e, env, known) for k, e in bound.extra_keywords.items()}
                given[param.name] = join([Shape(NO_TAINT, fields or None), *spread])
        if edge.skip_receiver and target.receiver and not receiver.clean:
            given[target.receiver] = receiver
        return given

    def _constructed(self, value: ClassRef, call: m.Call, shapes: list[Shape]) -> Shape:
        """An instance: fields by keyword for data classes, by what ``__init__`` stores for others."""
        flow = self._flow
        for owner in self._flows.evaluator.hierarchy.mro(value.cls):
            init = owner.methods.get("__init__")
            if init is None:
                continue
            summary = self._flows.summary(init)
            if summary is None:
                return CLEAN
            bound = bind(call, init, True)
            given = {n: flow.eval(e, {}) for n, e in bound.given.items() if isinstance(e, m.Text)}
            by_expr = {id(arg.value): shape for arg, shape in zip(call.args, shapes, strict=True)}
            given.update({n: by_expr[id(e)] for n, e in bound.given.items() if id(e) in by_expr})
            stored = {name: _substitute(shape, init, given) for name, shape in summary.fields.items()}
            return Shape(NO_TAINT, {n: s for n, s in stored.items() if not s.clean} or None)
        plain = {
            name
            for name, found in value.cls.attributes.items()
            for scope, b in found
            if b.annotation is not None and self._flows.tools.is_plain(b.annotation, scope)
        }
        declared = [name for name, found in value.cls.attributes.items() if found]
        fields: dict[str, Shape] = {}
        rest: list[Taint] = []
        place = 0
        for arg, shape in zip(call.args, shapes, strict=True):
            if arg.keyword:
                fields[arg.keyword] = CLEAN if arg.keyword in plain else shape
            elif not arg.star and place < len(declared):
                fields[declared[place]] = shape
                place += 1
            else:
                rest.append(shape.flat())
        return Shape(join_taints(rest), fields or None)

    # -- others ---------------------------------------------------------------------------------

    def _external(
        self, value: Value, call: m.Call, shapes: list[Shape], receiver: Shape, arguments: Taint
    ) -> Shape:
        match value:
            case External(name=name):
                return self._external_function(name, call, shapes, receiver, arguments)
            case ExternalMethod(owner=owner, path=path):
                full = f"{owner.name}.{path}"
                cleaned = self._sanitized(full, call, arguments)
                if cleaned is not None:
                    return cleaned
                if self._flows.carries(owner.name) and not self._flows.is_dead_end(full):
                    return Shape(join_taints([receiver.flat(), arguments]))
                return Shape(receiver.flat())
            case Data():
                return Shape(join_taints([receiver.flat(), arguments]))
            case _:
                base = call.func.value if isinstance(call.func, m.Attr) else None
                if base is not None and _is_literal(base, self._flow.func, self._flows.evaluator.eval):
                    return Shape(join_taints([receiver.flat(), arguments]))
                if isinstance(call.func, m.Attr):
                    return self._method(call.func.name, call, receiver)
                return CLEAN

    def _method(self, name: str, call: m.Call, receiver: Shape) -> Shape:
        """A method of a value whose class is not known."""
        if receiver.clean or name in _ABOUT_TEXT:
            return CLEAN
        first = call.args[0].value if call.args else None
        if name in ("get", "pop") and isinstance(first, m.Text):
            return self.part(receiver, first.value)
        if name in ("items", "values", "copy", "model_copy", "model_dump", "dict"):
            return receiver
        if name in self._flows.catalogue.metadata:
            return CLEAN
        return Shape(receiver.flat() if name in _TEXT_METHODS else without_log(receiver.flat()))

    def _external_function(
        self, name: str, call: m.Call, shapes: list[Shape], receiver: Shape, arguments: Taint
    ) -> Shape:
        cleaned = self._sanitized(name, call, arguments)
        if cleaned is not None:
            return cleaned
        if name == "builtins.getattr" and len(shapes) > 1:
            key = call.args[1].value
            return self.part(shapes[0], key.value) if isinstance(key, m.Text) else Shape(without_log(shapes[0].flat()))
        if name == "builtins.map" and call.args:
            return self._mapped(call, arguments)
        if name in ("builtins.dict", "copy.copy", "copy.deepcopy", "typing.cast"):
            fields = {a.keyword: s for a, s in zip(call.args, shapes, strict=True) if a.keyword}
            return join([Shape(NO_TAINT, fields or None), *[s for a, s in zip(call.args, shapes, strict=True) if not a.keyword]])
        for passthrough in self._flows.catalogue.passthroughs.get(name):
            if passthrough.awaits:
                return join(shapes)
        if self._flows.is_dead_end(name):
            return CLEAN
        if name.startswith(_PARSERS):
            parsed = {o: Mark(k.steps, k.safe, True) for o, k in arguments.items()}
            return Shape(without_log(parsed) if name.startswith("re.") else parsed)
        return Shape(join_taints([arguments, receiver.flat()]))

    def _mapped(self, call: m.Call, arguments: Taint) -> Shape:
        for value in self._flows.evaluator.eval(call.args[0].value, self._flow.func):
            if isinstance(value, External):
                cleaned = self._sanitized(value.name, call, arguments)
                if cleaned is not None:
                    return cleaned
        return Shape(arguments)

    def _sanitized(self, name: str, call: m.Call, arguments: Taint) -> Shape | None:
        for sanitizer in self._flows.catalogue.sanitizers.get(name):
            if sanitizer.form != "returns":
                continue
            if "*" in sanitizer.kinds:
                return CLEAN
            kinds = frozenset(sanitizer.kinds)
            return Shape({o: Mark(k.steps, k.safe | kinds, k.parsed) for o, k in arguments.items()})
        return None

    def check(self, call: m.Call) -> list[tuple[m.Expr, frozenset[str]]]:
        """For a call whose truth proves something: what it proves harmless, and for which kinds."""
        found: list[tuple[m.Expr, frozenset[str]]] = []
        for value in self._flows.evaluator.eval(call.func, self._flow.func):
            match value:
                case External(name=name):
                    found += self._checked(name, call, call.args[0].value if call.args else None)
                case ExternalMethod(owner=owner, path=path):
                    pattern = owner.call.args[0].value if owner.call and owner.call.args else None
                    found += self._checked(f"{owner.name}.{path}", call, pattern)
                case FuncRef(func=target, bound=bound):
                    found += self._predicate(target, bound is not None, call)
                case _:
                    pass
        return found

    def _checked(self, name: str, call: m.Call, pattern: m.Expr | None) -> list[tuple[m.Expr, frozenset[str]]]:
        for sanitizer in self._flows.catalogue.sanitizers.get(name):
            if sanitizer.form == "check":
                given = walk.argument(call, sanitizer.arg)
                if given is None and isinstance(call.func, m.Attr):
                    given = call.func.value
                return [(given, frozenset(sanitizer.kinds))] if given is not None else []
        if name in _ANCHORED and isinstance(pattern, m.Text) and pattern.value.endswith(("$", "\\Z")):
            # ``re.match`` of a pattern anchored at its end matches the whole text.
            where = "1" if name == "re.match" else "0"
            given = walk.argument(call, f"{where}|string")
            if given is not None and not _MATCHES_ALL.search(pattern.value):
                return [(given, guards.ALL)]
        if name == "re.compile.fullmatch" and isinstance(pattern, m.Text) and call.args:
            return [] if _MATCHES_ALL.search(pattern.value) else [(call.args[0].value, guards.ALL)]
        return []

    def _predicate(self, target: Func, bound: bool, call: m.Call) -> list[tuple[m.Expr, frozenset[str]]]:
        """A project function of one ``return <test>``: its truth proves what the test proves."""
        if len(target.returns) != 1 or len(target.facts.body) > 2 or self._depth > 2:
            return []
        test = target.returns[0].value
        if test is None:
            return []
        self._depth += 1
        try:
            proven, _ = guards.proofs(test, lambda e: not walk.names_in(e) & set(target.params), self.check)
        finally:
            self._depth -= 1
        given = bind(call, target, bound).given
        return [(given[name], kinds) for name, kinds in proven.items() if name in given]

    def part(self, shape: Shape, name: str) -> Shape:
        """One field of a value: as known, else as tainted as the whole, but usage and ids are not the
        model's words, and only the fields that lead to the text are what a log must not show."""
        if shape.clean or (shape.fields and name in shape.fields):
            return shape.field(name)
        catalogue = self._flows.catalogue
        taint = shape.taint
        if name in catalogue.metadata:
            taint = without_log({o: k for o, k in taint.items() if o.kind != "model" or k.parsed})
        if name not in catalogue.content or any(k.parsed for k in taint.values()):
            taint = without_log(taint)
        return Shape(taint) if taint else CLEAN


def _substitute(shape: Shape, target: Func, given: dict[str, Shape], depth: int = 0) -> Shape:
    """A summary's shape with the callee's parameters replaced by what the caller gives."""
    if shape.clean:
        return CLEAN
    taints: list[Taint] = []
    whole: list[Shape] = []
    for origin, mark in shape.taint.items():
        if origin.kind == "param" and origin.func is target:
            value = given_for(given, origin.name)
            if value.clean:
                continue
            if not mark.steps and not mark.safe:
                whole.append(value)
            else:
                taints.append({o: Mark(k.steps, k.safe | mark.safe, k.parsed or mark.parsed) for o, k in value.flat().items()})
        else:
            taints.append({origin: mark})
    fields = None
    if shape.fields and depth < 4:
        fields = {name: _substitute(f, target, given, depth + 1) for name, f in shape.fields.items()}
    return join([Shape(join_taints(taints), fields), *whole])


def _with_step(shape: Shape, step: Step, func: Func, depth: int = 0) -> Shape:
    """What comes back from a function carries the step; what the caller itself gave needs none."""
    if shape.clean:
        return shape
    taint = {
        o: k.then(step) if o.kind == "model" and o.func is not func and k.steps[-1:] != (step,) else k
        for o, k in shape.taint.items()
    }
    if not shape.fields or depth > 3:
        return Shape(taint, shape.fields)
    return Shape(taint, {n: _with_step(f, step, func, depth + 1) for n, f in shape.fields.items()})


def _spread_field(shape: Shape, name: str) -> Shape:
    """What ``**shape`` gives a parameter: one of several values, not the whole."""
    if shape.fields and name in shape.fields:
        return shape.fields[name]
    return Shape(without_log(shape.taint)) if shape.taint else CLEAN




def _is_name(expr: m.Expr, name: str) -> bool:
    return isinstance(expr, m.Name) and expr.id == name


def _is_literal(expr: m.Expr, func: Func, evaluate: object) -> bool:
    return isinstance(expr, m.Text | m.Template | m.DictDisplay | m.Seq | m.BinOp)
