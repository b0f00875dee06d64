"""Calls, as the flow interpreter sees them: sources, sinks, sanitizers, summaries of the callee."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project import guards
from llmlint.project.callees import Callees, Known
from llmlint.project.checks import Checks
from llmlint.project.content import identifies, leaves, redacts
from llmlint.project.environments import APPROVED, Env, needs
from llmlint.project.forms import FINDERS
from llmlint.project.hosts import names_host
from llmlint.project.kinds import Data, External, ExternalMethod, Value
from llmlint.project.knowncalls import KnownCall
from llmlint.project.shapes import (
    ASIDE,
    CLEAN,
    CONSUMED,
    ENVELOPE,
    HELD,
    LOG,
    NO_TAINT,
    NOT_RUN,
    PATTERN,
    Mark,
    Origin,
    Shape,
    Taint,
    concerns,
    harmless,
    join,
    join_taints,
    mixed,
    opened,
    safe_for,
    without_log,
)
from llmlint.project.sinks import SinkUse, own_sink
from llmlint.project.summaries import Hit

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow

_MUTATORS = frozenset({"append", "extend", "insert", "add", "update", "appendleft", "put", "put_nowait",
                       "write", "setdefault", "push"})  # fmt: skip
_TEXT_METHODS = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "replace", "format", "join",
                           "decode", "encode", "read", "text", "json", "model_dump_json", "dumps",
                           "get_content", "title", "removeprefix", "removesuffix", "expandtabs",
                           "splitlines", "to_dict", "__str__"})  # fmt: skip
"""Methods whose result still shows the text itself."""
_NUMBERS = re.compile(r"(?:\\[ds\[\]()+-]|[\d\s,()\[\]{}*+?:-])*")
"""Patterns of digits, spaces, commas and brackets."""
_ABOUT_TEXT = frozenset({"find", "rfind", "index", "rindex", "count", "startswith", "endswith", "isdigit",
                         "isspace", "isalpha", "isalnum", "isupper", "islower", "exists", "is_file",
                         "is_dir", "__len__"})  # fmt: skip
"""Methods whose result is a number or a truth value."""
_DATA = frozenset({"sql", "path", "url", "html", "template", "xml", "xpath"}) | NOT_RUN
"""What the answer of a database or a service may be used for without a finding."""
_LOG = own_sink(LOG, "logs it")
"""A log record, as a sink: for values that are handed to a function that logs them."""
_HELD = own_sink(HELD, "reads what a pattern found")


class Calls:
    """The calls of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self._flows = flow.flows
        self.checks = Checks(flow)
        self.callees = Callees(flow)

    def call(self, call: m.Call, env: Env) -> Shape:
        """The shape of a call's result; sinks and prompts among its arguments are noted."""
        flow = self._flow
        here = self._flows.lookups.call(call, flow)
        shapes = [flow.eval(arg.value, env) for arg in call.args]
        # Each argument is evaluated once: nested calls would double the work at every level.
        known = {id(arg.value): shape for arg, shape in zip(call.args, shapes, strict=True)}
        receiver = flow.eval(call.func.value, env) if isinstance(call.func, m.Attr) else CLEAN
        arguments = join_taints([s.flat() for s in shapes if s is not CLEAN])
        if arguments:
            self._flows.speech.constructor(flow, call, known, env)
        if arguments or receiver.taint:
            self._sinks(call, env, known)
        if arguments:
            self._log_record(call, env, known)
            if isinstance(call.func, m.Attr) and call.func.name in self._flows.catalogue.equalities:
                flow.say_equal((arg.value for arg in call.args[:2]), env)
        if here.asks_person:
            # click.confirm(…, abort=True) ends the program when the person says no.
            if any(a.keyword == "abort" for a in call.args):
                env[APPROVED] = CLEAN
            return Shape({Origin("person", flow.func, call=call): Mark()})
        if here.llm is not None:
            self._flows.speech.request(flow, here.llm, call, env)
            return self._response(call)
        if isinstance(call.func, m.Attr) and call.func.name in _MUTATORS and arguments:
            added = join_taints(mixed(s) for s in shapes)
            flow.assignments.mutate(call.func.value, Shape(added), env)
            known.clear()
        if here.embeds and not here.edges:
            return CLEAN
        if receiver.taint or arguments:
            for proof in here.proofs:
                # ``path.relative_to(root)``: whatever comes after it, the argument is harmless.
                flow.conditions.apply(proof, env)
                known.clear()
        results = [self.callees.apply(edge, call, known, receiver, env) for edge in here.edges]
        results += [self.callees.constructed(v, call, shapes) for v in here.classes]
        if not here.edges:
            results += [self._external(v, call, shapes, receiver, arguments) for v in here.values]
        if not results:
            # A method of a tainted value gives something tainted (``text.strip()``).
            results.append(Shape(receiver.flat()))
        if arguments:
            results += self._answers(here, call, env, known, arguments)
        if not here.sent.clean:
            return here.sent
        return self._masked(call, join((*results, *here.enters)))

    @staticmethod
    def _masked(call: m.Call, result: Shape) -> Shape:
        """``mask_secret(key)`` shows no secret any more."""
        if not result.taint or not redacts(call):
            return result
        return Shape({o: k for o, k in result.taint.items() if o.kind != "secret"}, result.fields)

    def _answers(
        self, here: KnownCall, call: m.Call, env: Env, known: Known, arguments: Taint
    ) -> Iterator[Shape]:
        """What a database or a service gives back for what the model wrote: the model's choice as well.

        It is data of somebody's, not the model's words: only running it is a danger of the model's making.
        """
        asked = arguments if here.is_request else NO_TAINT
        for use in self._flows.sinks.at(call, self._flow.func):
            if use.kind == "sql":
                asked = join_taints([asked, *(self.shape(e, env, known).flat() for e in use.exprs)])
        if asked:
            chosen = {o: k for o, k in asked.items() if o.kind in ("model", "tool", "param")}
            yield Shape(safe_for(chosen, _DATA))

    # -- sources and sinks --------------------------------------------------------------------

    def _response(self, call: m.Call) -> Shape:
        llm = self._flows.graph.by_call[call]
        if llm.entry.result == "none" or not llm.generates:
            return CLEAN
        flow = self._flow
        self._flows.note_structure(call, llm.entry.structured, flow.func)
        origin = Origin("model", flow.func, call=call)
        safe = frozenset[str]()
        if llm.http is not None or llm.entry.result == "body":
            safe = frozenset({ENVELOPE})
        if llm.http is not None and llm.endpoint is None:
            # A service that is no known one answers with addresses of its own, too.
            safe |= {"url"}
        return Shape({origin: Mark((flow.step(call.span, "the model writes this"),), safe)})

    def _sinks(self, call: m.Call, env: Env, known: Known) -> None:
        flow = self._flow
        for use in self._flows.sinks.at(call, flow.func):
            if APPROVED in env and use.kind not in NOT_RUN:
                continue
            taint = join_taints(self.shape(expr, env, known).flat() for expr in use.exprs)
            for origin, mark in taint.items():
                if harmless(mark, use.danger) or not concerns(origin, use.kind):
                    if PATTERN in mark.safe and use.kind in CONSUMED and origin.kind in ("model", "param"):
                        self._held(origin, use, call, mark, env)
                    continue
                self._flows.note_hit(flow, origin, Hit(use, flow.func, call, mark, needs(env)))

    def _held(self, origin: Origin, use: SinkUse, call: m.Call, mark: Mark, env: Env) -> None:
        """A parser that only takes what a pattern found: nothing to report, but an answer is taken apart."""
        if not harmless(mark, HELD):
            held = SinkUse(_HELD, HELD, use.exprs, use.name, use.raises)
            self._flows.note_hit(self._flow, origin, Hit(held, self._flow.func, call, mark, needs(env)))

    def _log_record(self, call: m.Call, env: Env, known: Known) -> None:
        flow = self._flow
        level = self._flows.lookups.log_level(call, flow.func)
        if level is None:
            return
        shown = flow.summary.logged.setdefault(call, {})
        for arg in call.args:
            for leaf in leaves(arg.value):
                if identifies(leaf):
                    continue
                taint = self.shape(leaf, env, known).flat()
                if taint:
                    shown[leaf] = join_taints([shown.get(leaf, NO_TAINT), taint])
                for origin, mark in taint.items() if level >= 20 else ():
                    if origin.kind == "param" and LOG not in mark.safe:
                        use = SinkUse(_LOG, LOG, (leaf,), LOG)
                        self._flows.note_hit(flow, origin, Hit(use, flow.func, call, mark))

    def shape(self, expr: m.Expr, env: Env, known: Known) -> Shape:
        """An argument's shape: as evaluated already, else evaluated now."""
        shape = known.get(id(expr))
        return self._flow.eval(expr, env) if shape is None else shape

    # -- others ---------------------------------------------------------------------------------

    def _external(
        self, value: Value, call: m.Call, shapes: list[Shape], receiver: Shape, arguments: Taint
    ) -> Shape:
        match value:
            case External(name=name):
                return self._external_function(name, call, shapes, receiver, arguments)
            case ExternalMethod(owner=owner, path=path):
                full = f"{owner.name}.{path}"
                if owner.name.startswith("pathlib.") and path.endswith("resolve"):
                    return self._resolved(receiver)
                cleaned = self.checks.sanitized(full, call, join_taints([receiver.flat(), arguments]))
                if cleaned is not None:
                    return cleaned
                if path == "format" and isinstance(call.func, m.Attr):
                    return self._flow.composing.escaped(Shape(arguments), call.func.value)
                if self._flows.carriers.carries(owner.name) and not self._flows.carriers.is_dead_end(full):
                    return Shape(join_taints([receiver.flat(), arguments]))
                if path == "get":
                    return Shape(safe_for(receiver.flat(), CONSUMED))
                return Shape(receiver.flat())
            case Data():
                first = call.args[0].value if call.args else None
                if isinstance(call.func, m.Attr) and call.func.name == "get" and isinstance(first, m.Text):
                    return join((self.item(receiver, first.value), *shapes[1:]))
                return self._formatted(call, receiver, shapes)
            case _:
                base = call.func.value if isinstance(call.func, m.Attr) else None
                if base is not None and _is_literal(base):
                    return self._formatted(call, receiver, shapes)
                if isinstance(call.func, m.Attr):
                    return self._method(call.func.name, call, receiver)
                return CLEAN

    @staticmethod
    def _resolved(path: Shape) -> Shape:
        """A path without ``..``: from now on its beginning says where it lies."""
        return Shape(safe_for(path.flat(), frozenset({guards.RESOLVED})))

    @staticmethod
    def _formatted(call: m.Call, receiver: Shape, shapes: list[Shape]) -> Shape:
        """``"https://host/{}".format(name)``: all that is filled in, and the host is fixed."""
        taint = join_taints([receiver.flat(), *(shape.whole() for shape in shapes)])
        base = call.func.value if isinstance(call.func, m.Attr) and call.func.name == "format" else None
        if taint and isinstance(base, m.Text) and names_host(base.value.split("{", 1)[0]):
            return Shape(safe_for(taint, frozenset({"url"})))
        return Shape(taint)

    def _method(self, name: str, call: m.Call, receiver: Shape) -> Shape:
        """A method of a value whose class is not known."""
        if receiver.clean or name in _ABOUT_TEXT:
            return CLEAN
        first = call.args[0].value if call.args else None
        if name in ("get", "pop") and isinstance(first, m.Text):
            return self.item(receiver, first.value)
        if name in ("items", "values", "copy", "model_copy", "model_dump", "dict"):
            return receiver
        if name in self._flows.catalogue.metadata:
            return CLEAN
        if name == "resolve":
            return self._resolved(receiver)
        if name in self._flows.catalogue.writers:
            return Shape(safe_for(receiver.flat(), frozenset({ENVELOPE})))
        return Shape(receiver.flat() if name in _TEXT_METHODS else without_log(receiver.flat()))

    def _external_function(
        self, name: str, call: m.Call, shapes: list[Shape], receiver: Shape, arguments: Taint
    ) -> Shape:
        cleaned = self.checks.sanitized(name, call, arguments)
        if cleaned is not None:
            return cleaned
        if name == "builtins.getattr" and len(shapes) > 1:
            key = call.args[1].value
            return (
                self.part(shapes[0], key.value)
                if isinstance(key, m.Text)
                else Shape(without_log(shapes[0].flat()))
            )
        if name == "builtins.map" and call.args:
            return self._mapped(call, arguments)
        if name in ("builtins.dict", "copy.copy", "copy.deepcopy", "typing.cast"):
            fields = {a.keyword: s for a, s in zip(call.args, shapes, strict=True) if a.keyword}
            return join(
                [
                    Shape(NO_TAINT, fields or None),
                    *[s for a, s in zip(call.args, shapes, strict=True) if not a.keyword],
                ]
            )
        for passthrough in self._flows.catalogue.passthroughs.get(name):
            if passthrough.awaits:
                return join(shapes)
        if self._flows.carriers.is_dead_end(name):
            return Shape(receiver.flat())
        if self._flows.carriers.writes_out(name):
            arguments = join_taints(s.whole() for s in shapes)
        if self._flows.carriers.parses(name):
            parsed = {o: Mark(k.steps, k.safe - {PATTERN}, True) for o, k in arguments.items()}
            if name.startswith("re."):  # a piece of the text, which is still to be read
                if name.rpartition(".")[2] in FINDERS:
                    parsed = safe_for(parsed, frozenset({PATTERN}))
                return Shape(without_log(safe_for(parsed, CONSUMED) if self._finds_numbers(call) else parsed))
            return Shape(safe_for(parsed, CONSUMED))
        if not self._flows.carriers.carries(name):
            # A client that is given a key holds it; what is read from the client is something else.
            arguments = {o: k for o, k in arguments.items() if o.kind not in ("secret", "user")}
        return Shape(join_taints([arguments, receiver.flat()]))

    def _mapped(self, call: m.Call, arguments: Taint) -> Shape:
        for value in self._flows.evaluator.eval(call.args[0].value, self._flow.func):
            if isinstance(value, External):
                cleaned = self.checks.sanitized(value.name, call, arguments)
                if cleaned is not None:
                    return cleaned
        return Shape(arguments)

    def _finds_numbers(self, call: m.Call) -> bool:
        """Whether a pattern finds numbers and lists of them, and nothing else."""
        values = self._flows.evaluator.eval(call.args[0].value, self._flow.func) if call.args else ()
        texts = [v.expr.value for v in values if isinstance(v, Data) and isinstance(v.expr, m.Text)]
        return len(texts) == len(values) > 0 and all(map(_NUMBERS.fullmatch, texts))

    def item(self, shape: Shape, name: str) -> Shape:
        """``body["content"]``: where the words are in the provider's own JSON, they are the answer again."""
        found = self.part(shape, name)
        if name not in self._flows.catalogue.said:
            return found
        return Shape(opened(found.taint), found.fields)

    def part(self, shape: Shape, name: str) -> Shape:
        """One field of a value: as known, else as tainted as the whole.

        Usage and ids are not the model's words, and only the fields that lead to the text are what a
        log must not show.
        """
        catalogue = self._flows.catalogue
        if shape.clean or (shape.fields and name in shape.fields):
            known = shape.field(name)
            if name in catalogue.metadata and known.taint:
                return Shape(without_log(known.taint), known.fields)
            return known
        taint = shape.taint
        if self._flows.structures:
            # A field of the asked structure that is a number or a choice is no free text.
            taint = {o: k for o, k in taint.items() if not self._asked(o).get(name)}
        if name in catalogue.metadata:
            # Not the service's own where the model was asked to fill a field of this name.
            kept = {o: k for o, k in taint.items() if o.kind != "model" or k.parsed or name in self._asked(o)}
            taint = without_log(kept)
        if name not in catalogue.content or any(k.parsed for k in taint.values()):
            taint = without_log(taint)
        if name not in catalogue.content:
            # A number of its own, or a part that is checked as part of the whole.
            taint = safe_for(taint, CONSUMED)
        if name not in catalogue.content and name not in catalogue.metadata:
            # A field of something the model's words went into: which of its fields, is not known.
            taint = {
                o: Mark(k.steps, k.safe | {ASIDE}, k.parsed)
                if o.kind == "model" and not k.parsed and o.call not in self._flows.structures
                else k
                for o, k in taint.items()
            }
        return Shape(taint) if taint else CLEAN

    def _asked(self, origin: Origin) -> dict[str, bool]:
        """The fields of the structure that a model was asked to answer in, and which hold no free text."""
        return self._flows.structures.get(origin.call, {}) if origin.kind == "model" else {}


def _is_literal(expr: m.Expr) -> bool:
    return isinstance(expr, m.Text | m.Template | m.DictDisplay | m.Seq | m.BinOp)
