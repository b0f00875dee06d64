"""Everything a rule can ask of a project."""

from __future__ import annotations

import functools
from collections.abc import Callable

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.model.location import Location
from llmlint.model.options import Options
from llmlint.project.acts import Acts
from llmlint.project.addresses import Addresses
from llmlint.project.alerts import Alerts
from llmlint.project.asyncness import Asyncness
from llmlint.project.attempts import Attempts
from llmlint.project.blocking import Blocking
from llmlint.project.calls import CallGraph, LlmCall
from llmlint.project.capabilities import Capabilities
from llmlint.project.caps import Caps
from llmlint.project.constructions import Construction, Constructions
from llmlint.project.content import Contents
from llmlint.project.coroutines import Coroutines
from llmlint.project.deadlines import Deadlines
from llmlint.project.endings import Cut, Endings
from llmlint.project.exposure import Exposure
from llmlint.project.fanning import Fanning
from llmlint.project.gates import Gates
from llmlint.project.graphs import Graphs
from llmlint.project.guarded import Guarded
from llmlint.project.handlers import Handlers
from llmlint.project.histories import Histories
from llmlint.project.identities import Identities
from llmlint.project.keys import Keys
from llmlint.project.kinds import Client
from llmlint.project.livetests import ExactMatch, LiveTest, LiveTests
from llmlint.project.logs import Logs
from llmlint.project.loops import Loops
from llmlint.project.malformed import Malformed
from llmlint.project.modelapis import ModelApis
from llmlint.project.modelnames import ModelNames
from llmlint.project.outcomes import Outcomes
from llmlint.project.outputs import Outputs
from llmlint.project.parsing import AnswerForms, Parse, Parses
from llmlint.project.people import People
from llmlint.project.prompts import Prompts
from llmlint.project.reach import Reach
from llmlint.project.recursion import Recursions
from llmlint.project.remoteprompts import RemotePrompts
from llmlint.project.repeats import Repeats
from llmlint.project.retries import Retries
from llmlint.project.scopes import Func, Mod
from llmlint.project.sites import CallSite, StatementSite, statement_sites
from llmlint.project.sizes import Sizes
from llmlint.project.stacking import Stacks
from llmlint.project.swallowing import ErrorText, Swallow, Swallowing
from llmlint.project.switches import Switches
from llmlint.project.taint import Flows
from llmlint.project.telemetry import Telemetry
from llmlint.project.testing import Tests
from llmlint.project.tools import Tools
from llmlint.project.transport import Transport
from llmlint.project.unrecorded import Records
from llmlint.project.values import Evaluator
from llmlint.project.writes import Writes
from llmlint.project.wrongcaps import WrongCaps

Versions = Callable[[str], tuple[int, ...] | None]


class Questions:
    """Answers about one project, computed when the first rule asks and kept."""

    catalogue: Catalogue
    modules: tuple[Mod, ...]
    evaluator: Evaluator
    graph: CallGraph
    handlers: Handlers
    options: Options

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
    def answer_forms(self) -> AnswerForms:
        """Which LLM calls ask for an answer of a given form."""
        return AnswerForms(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def readers(self) -> Parses:
        """Who takes apart what models wrote."""
        return Parses(self.flows, self.answer_forms, Malformed(self.graph, self.evaluator, self.catalogue))

    @functools.cached_property
    def parses(self) -> tuple[Parse, ...]:
        """Which parsers take what models wrote."""
        return tuple(self.readers.all())

    @functools.cached_property
    def cuts(self) -> tuple[Cut, ...]:
        """Which capped answers are used as whole though nobody looks at why they ended."""
        return tuple(Endings(self.graph, self.catalogue, self.deadlines, self.flows, self.parses).unchecked())

    @functools.cached_property
    def logs(self) -> Logs:
        """What is logged."""
        return Logs(self.graph, self.evaluator, self.catalogue)

    @functools.cached_property
    def outcomes(self) -> Outcomes:
        """What handlers do with failures."""
        return Outcomes(self.graph, self.evaluator, self.catalogue, self.logs, self.reach.reaches)

    @functools.cached_property
    def deadlines(self) -> Deadlines:
        """Which deadlines apply."""
        return Deadlines(self.graph, self.evaluator, self.catalogue)

    @functools.cached_property
    def constructions(self) -> tuple[Construction, ...]:
        """Every LLM client that is constructed, also outside production code."""
        return tuple(Constructions(self.graph, self.evaluator, self.catalogue).all())

    @functools.cached_property
    def loops(self) -> Loops:
        """What ends loops."""
        return Loops(self.graph, self.evaluator, self.catalogue, self.flows)

    @functools.cached_property
    def repeats(self) -> Repeats:
        """Which loops repeat failed calls by hand."""
        return Repeats(
            self.graph,
            self.loops,
            self.reach,
            self.deadlines,
            self.attempts,
            self.handlers,
            self.logs,
        )

    @functools.cached_property
    def guarded(self) -> Guarded:
        """Which blocks guard LLM calls."""
        return Guarded(self.graph, self.handlers, self.loops, self.reach)

    @functools.cached_property
    def _swallowing(self) -> Swallowing:
        return Swallowing(self.blocks, self.guarded, self.handlers, self.outcomes)

    @functools.cached_property
    def swallows(self) -> tuple[Swallow, ...]:
        """Where failures of LLM calls are lost."""
        return tuple(self._swallowing.swallows())

    @functools.cached_property
    def error_texts(self) -> tuple[ErrorText, ...]:
        """Which handlers return a text in place of an answer, without losing the failure altogether."""
        return tuple(self._swallowing.error_texts(self.swallows, self.flows, self.tools))

    @functools.cached_property
    def _live_tests(self) -> LiveTests:
        tests = Tests(self.modules, self.graph, self.evaluator, self.catalogue)
        return LiveTests(tests, self.graph, self.evaluator, self.reach, lambda: self.flows)

    @functools.cached_property
    def live_tests(self) -> tuple[LiveTest, ...]:
        """Which tests ask a real model."""
        return tuple(self._live_tests.all())

    @functools.cached_property
    def exact_matches(self) -> tuple[ExactMatch, ...]:
        """Which of them compare its words with a text."""
        return tuple(self._live_tests.exact(self.live_tests))

    @functools.cached_property
    def caps(self) -> Caps:
        """Which limits are switched off."""
        return Caps(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def histories(self) -> Histories:
        """Which conversations only get longer."""
        return Histories(
            self.graph,
            self.evaluator,
            self.catalogue,
            self.loops,
            self.repeats,
            self.deadlines,
            self.flows,
        )

    @functools.cached_property
    def recursions(self) -> Recursions:
        """Which functions call themselves around a model."""
        return Recursions(self.graph, self.loops, self.reach)

    @functools.cached_property
    def exposure(self) -> Exposure:
        """Which failures leave an entry point."""
        return Exposure(self.graph, self.evaluator, self.catalogue, self.handlers, self.flows)

    @functools.cached_property
    def outputs(self) -> Outputs:
        """Which answers have no cap."""
        return Outputs(self.graph, self.catalogue, self.deadlines)

    @functools.cached_property
    def graphs(self) -> Graphs:
        """Which graphs of steps go round."""
        return Graphs(self.graph, self.evaluator, self.catalogue, self.deadlines, self.loops, self.reach)

    @functools.cached_property
    def model_apis(self) -> ModelApis:
        """Whose models are asked for."""
        return ModelApis(self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def model_names(self) -> ModelNames:
        """Which models are named."""
        return ModelNames(self.graph, self.evaluator, self.catalogue, self.model_apis, self.options)

    @functools.cached_property
    def wrong_caps(self) -> WrongCaps:
        """Which caps are those of other models."""
        return WrongCaps(self.evaluator, self.catalogue, self.deadlines, self.model_names, self.model_apis)

    @functools.cached_property
    def remote_prompts(self) -> RemotePrompts:
        """Which prompts are kept elsewhere."""
        return RemotePrompts(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def retries(self) -> Retries:
        """What bounds retries."""
        return Retries(self.graph, self.evaluator, self.catalogue, self.deadlines)

    @functools.cached_property
    def asyncness(self) -> Asyncness:
        """Which calls block, and which give something to await."""
        return Asyncness(self.graph, self.evaluator, self.catalogue)

    @functools.cached_property
    def blocking(self) -> Blocking:
        """Which calls hold an event loop."""
        return Blocking(self.graph, self.evaluator, self.catalogue, self.asyncness)

    @functools.cached_property
    def coroutines(self) -> Coroutines:
        """Which coroutines are never awaited."""
        return Coroutines(self.graph, self.evaluator, self.reach, self.asyncness)

    @functools.cached_property
    def attempts(self) -> Attempts:
        """How often retries try, and with what pauses."""
        return Attempts(self.graph, self.evaluator, self.catalogue, self.deadlines, self.handlers)

    @functools.cached_property
    def stacks(self) -> Stacks:
        """Which retries multiply each other."""
        return Stacks(self.graph, self.deadlines, self.retries, self.repeats, self.attempts, self.handlers)

    @functools.cached_property
    def fanning(self) -> Fanning:
        """Where many LLM calls begin at once."""
        sizes = Sizes(self.evaluator)
        return Fanning(self.graph, self.evaluator, self.catalogue, self.reach, self.asyncness, sizes)

    @functools.cached_property
    def prompts(self) -> Prompts:
        """What prompts are made of."""
        return Prompts(self.graph, self.evaluator, self.catalogue, self.flows)

    @functools.cached_property
    def gates(self) -> Gates:
        """Who asks a person before a tool is run."""
        people = People(self.graph, self.evaluator, self.catalogue)
        return Gates(self.graph, self.evaluator, self.catalogue, people)

    @functools.cached_property
    def capabilities(self) -> Capabilities:
        """Which dangerous switches are thrown, which unguarded objects made."""
        return Capabilities(self.graph, self.evaluator, self.catalogue, self.gates)

    @functools.cached_property
    def acts(self) -> Acts:
        """Which tools change something outside without anybody being asked."""
        return Acts(self.graph, self.evaluator, self.catalogue, self.tools, self.gates)

    @functools.cached_property
    def transport(self) -> Transport:
        """Which requests to models are not protected on their way."""
        return Transport(self.graph, self.evaluator, self.catalogue, self.constructions)

    @functools.cached_property
    def keys(self) -> Keys:
        """Which keys of providers are written into the code."""
        return Keys(self.modules, self.catalogue)

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
        known = (self.graph, self.evaluator, self.catalogue)
        return Records(*known, self.telemetry, self.flows.inputs, self.addresses)

    @functools.cached_property
    def addresses(self) -> Addresses:
        """Where requests go."""
        return Addresses(self.deadlines)

    @functools.cached_property
    def identities(self) -> Identities:
        """On whose behalf models are asked."""
        known = (self.graph, self.evaluator, self.catalogue)
        return Identities(*known, self.deadlines, self.flows.inputs, self.addresses)

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

    @staticmethod
    def location(func: Func, span: m.Span) -> Location:
        """A span of a function's file."""
        return Location(func.path, span.line, span.column, span.end_line, span.end_column)
