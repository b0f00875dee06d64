"""The project: everything a rule can ask."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.model.finding import Finding, Step
from llmlint.model.graph import GraphView
from llmlint.model.location import Location
from llmlint.model.options import Options
from llmlint.project.addresses import Addresses
from llmlint.project.alerts import Alerts
from llmlint.project.calls import CallGraph, Edge, LlmCall
from llmlint.project.caps import Caps
from llmlint.project.content import Contents
from llmlint.project.deadlines import Deadlines
from llmlint.project.guarded import Guarded
from llmlint.project.handlers import Handlers
from llmlint.project.identities import Identities
from llmlint.project.kinds import Client
from llmlint.project.logs import Logs
from llmlint.project.loops import Loops
from llmlint.project.modules import ModuleIndex
from llmlint.project.outcomes import Outcomes
from llmlint.project.prompts import Prompts
from llmlint.project.reach import Reach
from llmlint.project.repeats import Repeats
from llmlint.project.retries import Retries
from llmlint.project.scopes import Func, Mod
from llmlint.project.sites import CallSite, StatementSite, statement_sites
from llmlint.project.switches import Switches
from llmlint.project.taint import Flows
from llmlint.project.telemetry import Telemetry
from llmlint.project.tools import Tools
from llmlint.project.unrecorded import Records
from llmlint.project.values import Evaluator
from llmlint.project.view import graph_view
from llmlint.project.writes import Writes

MESSAGE_LIMIT = 100


class Project:
    """Modules linked together. Built once per run; all answers are computed on demand and kept."""

    def __init__(
        self,
        modules: Sequence[m.ModuleFacts],
        catalogue: Catalogue,
        production: Callable[[str], bool],
        prompt_module: Callable[[str], bool],
        options: Options,
    ) -> None:
        self.catalogue = catalogue
        self.prompt_module = prompt_module
        self.options = options
        ordered = sorted(modules, key=lambda facts: facts.path)
        self.modules = tuple(Mod(facts, production(facts.path)) for facts in ordered)
        external = frozenset(root.split(".", 1)[0] for root in catalogue.import_roots())
        self.evaluator = Evaluator(ModuleIndex(self.modules, external), catalogue)
        self.evaluator.hierarchy.classes = [c for mod in self.modules for c in mod.classes]
        self.graph = CallGraph(self.modules, self.evaluator, catalogue)
        self.graph.link()
        self.handlers = Handlers(self.evaluator, catalogue)

    @classmethod
    def build(
        cls,
        modules: Sequence[m.ModuleFacts],
        catalogue: Catalogue,
        *,
        production: Callable[[str], bool] = lambda _path: True,
        prompt_module: Callable[[str], bool] = lambda _path: False,
        options: Options | None = None,
    ) -> Project:
        """Link the facts of some modules.

        ``production`` and ``prompt_module`` tell from a path whether the file is production code and
        whether it is a place for prompts; ``options`` is what single rules ask for. Which files are
        passed decides what can be found across files; the order does not matter.
        """
        return cls(modules, catalogue, production, prompt_module, options or Options())

    # -- structure ------------------------------------------------------------------------------

    @functools.cached_property
    def functions(self) -> tuple[Func, ...]:
        """Every scope of production code."""
        return tuple(f for mod in self.modules if mod.production for f in mod.functions)

    @functools.cached_property
    def blocks(self) -> tuple[StatementSite, ...]:
        """Every ``try``, loop and ``with`` of production code, with what encloses it."""
        return tuple(
            place
            for func in self.functions
            for place in statement_sites(func)
            if isinstance(place.stmt, m.Try | m.While | m.For | m.With)
        )

    @functools.cached_property
    def llm_calls(self) -> tuple[LlmCall, ...]:
        """Every LLM call, also outside production code."""
        return tuple(self.graph.llm_calls)

    @functools.cached_property
    def reach(self) -> Reach:
        """Who reaches a model."""
        return Reach(self.graph, self.handlers)

    @functools.cached_property
    def tools(self) -> Tools:
        """What a model can call."""
        tools = Tools(self.modules, self.graph, self.evaluator, self.catalogue)
        tools.find()
        return tools

    @functools.cached_property
    def flows(self) -> Flows:
        """Where text comes from and goes."""
        flows = Flows(self.graph, self.evaluator, self.catalogue, self.tools)
        flows.solve()
        return flows

    @functools.cached_property
    def logs(self) -> Logs:
        """What is logged."""
        return Logs(self.graph, self.evaluator, self.catalogue)

    @functools.cached_property
    def outcomes(self) -> Outcomes:
        """What handlers do with failures."""
        return Outcomes(self.graph, self.evaluator, self.logs, self.reach.reaches)

    @functools.cached_property
    def deadlines(self) -> Deadlines:
        """Which deadlines apply."""
        return Deadlines(self.graph, self.evaluator, self.catalogue)

    @functools.cached_property
    def loops(self) -> Loops:
        """What ends loops."""
        return Loops(self.graph, self.evaluator, self.catalogue, self.flows)

    @functools.cached_property
    def repeats(self) -> Repeats:
        """Which loops repeat failed calls by hand."""
        return Repeats(self.graph, self.loops, self.reach, self.deadlines)

    @functools.cached_property
    def guarded(self) -> Guarded:
        """Which blocks guard LLM calls."""
        return Guarded(self.graph, self.handlers, self.loops, self.reach)

    @functools.cached_property
    def caps(self) -> Caps:
        """Which limits are switched off."""
        return Caps(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def retries(self) -> Retries:
        """What bounds retries."""
        return Retries(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def prompts(self) -> Prompts:
        """What prompts are made of."""
        return Prompts(self.graph, self.evaluator, self.catalogue, self.flows)

    @functools.cached_property
    def writes(self) -> Writes:
        """What is set outside the program."""
        return Writes(self.evaluator)

    @functools.cached_property
    def switches(self) -> Switches:
        """Which debug switches are on."""
        return Switches(self.graph, self.evaluator, self.catalogue, self.writes)

    @functools.cached_property
    def telemetry(self) -> Telemetry:
        """What lets somebody see what the program does."""
        return Telemetry(self.modules, self.graph, self.evaluator, self.catalogue, self.writes)

    @functools.cached_property
    def records(self) -> Records:
        """Which LLM calls leave a record."""
        return Records(
            self.graph, self.evaluator, self.catalogue, self.telemetry, self.flows.inputs, self.addresses
        )

    @functools.cached_property
    def addresses(self) -> Addresses:
        """Where requests go."""
        return Addresses(self.deadlines)

    @functools.cached_property
    def identities(self) -> Identities:
        """On whose behalf models are asked."""
        return Identities(
            self.graph, self.evaluator, self.catalogue, self.deadlines, self.flows.inputs, self.addresses
        )

    @functools.cached_property
    def alerts(self) -> Alerts:
        """Which failures nobody hears of."""
        return Alerts(self)

    @functools.cached_property
    def content(self) -> Contents:
        """What is the content of prompts and answers."""
        return Contents(self)

    def retry_parameters(self, site: CallSite) -> list[str]:
        """Parameters of a call (constructor, option, LLM call) that set a number of retries."""
        found: list[str] = []
        for value in self.evaluator.eval(site.call, site.func):
            if isinstance(value, Client) and value.site is not None:
                if value.changes and value.changes[-1][1].call is site.call:
                    found.append(value.changes[-1][0].retries)
                elif value.site.call is site.call:
                    found.append(value.entry.retries)
        call = self.graph.by_call.get(site.call)
        if call is not None:
            found.append(call.entry.retries)
        return [where for where in dict.fromkeys(found) if where]

    def graph_view(self) -> GraphView:
        """The call graph of LLM usage, for printing."""
        return graph_view(self)

    # -- findings -------------------------------------------------------------------------------

    @staticmethod
    def location(func: Func, span: m.Span) -> Location:
        """A span of a function's file."""
        return Location(func.path, span.line, span.column, span.end_line, span.end_column)

    def finding(
        self,
        code: str,
        func: Func,
        span: m.Span,
        message: str,
        *,
        help: str = "",
        steps: Iterable[Step] = (),
    ) -> Finding:
        """A finding at a span of a function."""
        symbol = func.qualname
        return Finding(code, message, self.location(func, span), tuple(steps), help, symbol)

    def way_steps(self, edges: list[Edge], call: LlmCall | None) -> list[Step]:
        """The way from a call to the LLM call it reaches, one step per call."""
        steps = [
            Step(self.location(e.site.func, e.site.call.span), f"`{callee(e.site.call)}` is called here")
            for e in edges
        ]
        if call is not None:
            where = self.location(call.site.func, call.site.call.span)
            steps.append(Step(where, f"`{callee(call.site.call)}` calls the model here"))
        return steps


def callee(call: m.Call, limit: int = 40) -> str:
    """How a call is written, for messages: ``client.chat.completions.create(...)`` without arguments."""
    text = source(call.func)
    if len(text) > limit:
        text = "…" + text[-(limit - 1) :]
    return f"{text}(...)"


def short(name: str, limit: int) -> str:
    """A name cut from the left, for messages."""
    return name if len(name) <= limit else "…" + name[1 - limit :]


def fitting(head: str, call: m.Call, tail: str, spare: str = "") -> str:
    """A message of at most 100 characters around the name of a call.

    ``spare`` ends the sentence where there is room for it; the name is cut from the left before the
    sentence gets too long.
    """
    name = source(call.func)
    whole = f"{head} `{name}(...)`{tail}{spare}".strip()
    if len(whole) <= MESSAGE_LIMIT:
        return whole
    room = MESSAGE_LIMIT - len(f"{head} `(...)`{tail}".strip()) - 1
    return f"{head} `{callee(call, max(room, 12))}`{tail}".strip()


def source(expr: m.Expr) -> str:
    """An expression roughly as written: names and attributes exactly, the rest as ``…``."""
    match expr:
        case m.Name(id=name):
            return name
        case m.Attr(value=value, name=name):
            return f"{source(value)}.{name}"
        case m.Call(func=func):
            return f"{source(func)}(…)"
        case m.Sub(value=value, index=m.Text(value=text)) if len(text) < 24:
            return f'{source(value)}["{text}"]'
        case m.Sub(value=value):
            return f"{source(value)}[…]"
        case m.Await(value=value):
            return source(value)
        case _:
            return "…"
