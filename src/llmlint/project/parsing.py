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
from llmlint.project.kinds import Client, Data
from llmlint.project.malformed import Malformed
from llmlint.project.scopes import Func
from llmlint.project.shapes import NUMBER, PARSE
from llmlint.project.sites import CallSite
from llmlint.project.taint import Flow, Flows
from llmlint.project.values import Evaluator

MAX_TOOLS = 400
"""Parts of descriptions of tools that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Parse:
    """A parser that takes what models wrote; ``flow`` is the shortest way there."""

    call: m.Call
    func: Func
    flow: Flow
    obliged: bool
    """Whether one of the LLM calls asks for an answer of a given form, or may."""
    handled: bool


class AnswerForms:
    """Whether LLM calls ask for answers of a given form."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, deadlines: Deadlines
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._deadlines = deadlines

    def obliges(self, call: LlmCall) -> bool:
        """Whether the call, the client or an option between them asks for one, or may."""
        if call.entry.kind == "structured":
            return True
        site = call.site
        if self._asks(site.call, site.func, call.entry.structured, ("given", "unknown")):
            return True
        if any(self._is_strict(site.call, site.func, where) for where in call.entry.tools):
            return True
        # Where a call can ask, nobody hides the question in settings of the client.
        states = ("given",) if call.entry.structured else ("given", "unknown")
        for client in self._clients(call.client):
            if client.entry.kind == "wrapper":
                return True
            made = [client.site, *(change for _, change in client.changes)]
            if any(one is not None and self._asks(one.call, one.func, (), states) for one in made):
                return True
        return call.http is not None and self._body_asks(site, call.http.body)

    def _clients(self, client: Client | None) -> Iterator[Client]:
        if client is not None:
            yield client
            for inner in client.inner:
                yield from self._clients(inner)

    def _asks(self, call: m.Call, func: Func, own: tuple[str, ...], states: tuple[str, ...]) -> bool:
        for form in self._catalogue.answer_forms:
            for path in (*form.params, *own):
                if self._deadlines.setting(call, func, (path,)).state in states:
                    return True
            for path in form.forced_tool:
                if self._deadlines.setting(call, func, (path,)).state in states and not self._leaves_open(
                    walk.argument(call, path), func, form.unforced
                ):
                    return True
        return False

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

    def _body_asks(self, site: CallSite, wheres: tuple[str, ...]) -> bool:
        """The same of a request that is put together by hand; a body we cannot see may ask for anything."""
        for where in wheres:
            given = walk.argument(site.call, where)
            for value in self._evaluator.eval(given, site.func) if given is not None else ():
                shown = value.expr if isinstance(value, Data) else None
                if isinstance(shown, m.Call) and walk.dotted(shown.func) == "json.dumps" and shown.args:
                    inner = self._evaluator.eval(shown.args[0].value, site.func)
                    shown = next((v.expr for v in inner if isinstance(v, Data)), None)
                if not isinstance(shown, m.DictDisplay):
                    return True
                asking = {key for form in self._catalogue.answer_forms for key in form.body}
                if any(
                    key is None or (isinstance(key, m.Text) and key.value in asking) for key, _ in shown.items
                ):
                    return True
        return False


class Parses:
    """All parsers that take what models wrote."""

    def __init__(self, flows: Flows, forms: AnswerForms, malformed: Malformed) -> None:
        self._flows = flows
        self._forms = forms
        self._malformed = malformed

    def all(self) -> Iterator[Parse]:
        """In a stable order; each parser once."""
        found: dict[m.Call, list[Flow]] = defaultdict(list)
        for flow in self._flows.flows():
            place = flow.hit.place
            if flow.hit.use.kind in (PARSE, NUMBER) and isinstance(place, m.Call):
                if flow.origin.kind == "model" and flow.origin.call is not None:
                    found[place].append(flow)
        for call, flows in found.items():
            first = min(flows, key=lambda f: len(f.hit.mark.steps))
            func = first.hit.func
            obliged = any(self._obliged(flow) for flow in flows)
            handled = self._malformed.handled(call, func, first.hit.use.raises)
            yield Parse(call, func, first, obliged, handled)

    def _obliged(self, flow: Flow) -> bool:
        call = self._flows.graph.by_call.get(flow.origin.call) if flow.origin.call is not None else None
        return call is None or self._forms.obliges(call)
