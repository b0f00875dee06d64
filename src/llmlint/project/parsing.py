"""What models wrote and parsers take: whether the model was obliged to the form, and who sees it fail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.deadlines import Deadlines
from llmlint.project.forms import looked_at
from llmlint.project.kinds import Client, Data
from llmlint.project.malformed import Malformed
from llmlint.project.scopes import Func
from llmlint.project.shapes import HELD, NUMBER, PARSE
from llmlint.project.sites import CallSite
from llmlint.project.taint import Flow, Flows
from llmlint.project.values import Evaluator

ASKED, MAY_ASK, NOT_ASKED = "given", "unknown", "no"
"""A form is asked for; it may be, in settings that are not seen; it is not."""
MAX_TOOLS = 400
"""Parts of descriptions of tools that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Parse:
    """A parser that takes what models wrote; ``flow`` is the shortest way there."""

    call: m.Call
    func: Func
    flow: Flow
    asked: str
    """Whether the LLM calls ask for an answer of a given form: ``given``, ``unknown`` or ``no``."""
    handled: bool
    held: bool = False
    """Whether it only takes what a pattern found in the text."""
    checked: bool = False
    """Whether the form of a number is looked at before, with a way out."""

    @property
    def obliged(self) -> bool:
        """Whether one of the LLM calls asks for an answer of a given form, or may."""
        return self.asked != NOT_ASKED


class AnswerForms:
    """Whether LLM calls ask for answers of a given form."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines

    def asked(self, call: LlmCall) -> str:
        """Whether the call, the client or an option between them asks for one: sure before perhaps."""
        states = set(self._states(call))
        return next((state for state in (ASKED, MAY_ASK) if state in states), NOT_ASKED)

    def _states(self, call: LlmCall) -> Iterator[str]:
        site = call.site
        if call.entry.kind == "structured":
            yield ASKED
        yield from self._asks(site.call, site.func, call.entry.structured)
        if any(self._is_strict(site.call, site.func, where) for where in call.entry.tools):
            yield ASKED
        for client in self._clients(call.client):
            if client.entry.kind == "wrapper":
                yield MAY_ASK
            for one in (client.site, *(change for _, change in client.changes)):
                for state in self._asks(one.call, one.func, ()) if one is not None else ():
                    # Where a call can ask, nobody hides the question in settings of the client.
                    if state == ASKED or not call.entry.structured:
                        yield state
        if call.http is not None:
            yield from self._body_asks(site, call.http.body)

    def _clients(self, client: Client | None) -> Iterator[Client]:
        if client is not None:
            yield client
            for inner in client.inner:
                yield from self._clients(inner)

    def _asks(self, call: m.Call, func: Func, own: tuple[str, ...]) -> Iterator[str]:
        for form in self._catalogue.answer_forms:
            for path in (*form.params, *own):
                yield self._deadlines.setting(call, func, (path,)).state
            for path in form.forced_tool:
                if not self._leaves_open(walk.argument(call, path), func, form.unforced):
                    yield self._deadlines.setting(call, func, (path,)).state

    def _is_strict(self, call: m.Call, func: Func, where: str) -> bool:
        """Whether tools are given whose arguments the provider holds to their schema."""
        given = walk.argument(call, where)
        pending = [(given, func)] if given is not None else []
        for _ in range(MAX_TOOLS):
            if not pending:
                break
            for value in self._evaluator.eval(*pending.pop()):
                if not isinstance(value, Data):
                    continue
                if isinstance(value.expr, m.DictDisplay):
                    for key, item in value.expr.items:
                        if isinstance(key, m.Text) and key.value == "strict":
                            return not (isinstance(item, m.Const) and not item.value)
                        pending.append((item, value.func))
                elif isinstance(value.expr, m.Seq):
                    pending += [(item, value.func) for item in value.expr.items]
        return False

    def _leaves_open(self, given: m.Expr | None, func: Func, unforced: tuple[str, ...]) -> bool:
        values = self._evaluator.eval(given, func) if given is not None else ()
        return bool(values) and all(
            isinstance(v, Data) and isinstance(v.expr, m.Text) and v.expr.value in unforced for v in values
        )

    def _body_asks(self, site: CallSite, wheres: tuple[str, ...]) -> Iterator[str]:
        """The same of a request that is put together by hand; a body we cannot see may ask for anything."""
        for where in wheres:
            given = walk.argument(site.call, where)
            for value in self._evaluator.eval(given, site.func) if given is not None else ():
                shown = value.expr if isinstance(value, Data) else None
                if isinstance(shown, m.Call) and walk.dotted(shown.func) == "json.dumps" and shown.args:
                    inner = self._evaluator.eval(shown.args[0].value, site.func)
                    shown = next((v.expr for v in inner if isinstance(v, Data)), None)
                if not isinstance(shown, m.DictDisplay):
                    yield MAY_ASK
                    continue
                asking = {key for form in self._catalogue.answer_forms for key in form.body}
                for key, _ in shown.items:
                    if key is None:
                        yield MAY_ASK
                    elif isinstance(key, m.Text) and key.value in asking:
                        yield ASKED


class Parses:
    """All parsers that take what models wrote."""

    def __init__(self, flows: Flows, forms: AnswerForms, malformed: Malformed) -> None:
        self._flows = flows
        self._forms = forms
        self.malformed = malformed

    def all(self) -> Iterator[Parse]:
        """In a stable order; each parser once."""
        yield from self._of_kinds((PARSE, NUMBER))

    def held(self) -> Iterator[Parse]:
        """Those that only take what a pattern found: they are no danger."""
        yield from self._of_kinds((HELD,))

    def _of_kinds(self, kinds: tuple[str, ...]) -> Iterator[Parse]:
        found: dict[m.Call, list[Flow]] = defaultdict(list)
        for flow in self._flows.flows():
            place = flow.hit.place
            if flow.hit.use.kind in kinds and isinstance(place, m.Call):
                if flow.origin.kind == "model" and flow.origin.call is not None:
                    found[place].append(flow)
        for call, flows in found.items():
            first = min(flows, key=lambda f: len(f.hit.mark.steps))
            func = first.hit.func
            handled = self.malformed.handled(call, func, first.hit.use.raises)
            asked = self._asked({self._of(flow) for flow in flows})
            checked = first.hit.use.kind in (NUMBER, HELD) and looked_at(call, func, self._flows.graph)
            yield Parse(call, func, first, asked, handled, kinds == (HELD,), checked)

    def _of(self, flow: Flow) -> str:
        call = self._flows.graph.by_call.get(flow.origin.call) if flow.origin.call is not None else None
        return MAY_ASK if call is None else self._forms.asked(call)

    @staticmethod
    def _asked(states: set[str]) -> str:
        """Of several LLM calls: what is asked of all of them, else perhaps where it is of one."""
        if len(states) == 1:
            return next(iter(states))
        return MAY_ASK if states else NOT_ASKED
