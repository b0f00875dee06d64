"""Checks of one's own between what a model wrote and where it is run: a list of statements, of programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.prose import either
from llmlint.audit.saying import last_name
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite

RUN = frozenset({"sql", "shell", "code"})
"""Kinds of sinks before which a list of what may be run is an output policy."""


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """A function that is asked before something of the model is run."""

    func: Func
    site: CallSite
    lists: bool
    """It compares with a list of its own, and what is not allowed goes no further."""


def output_checks(subject: Subject) -> list[OutputCheck]:
    """All of the package, each function once."""
    found: dict[Func, OutputCheck] = {}
    for func, given in _places(subject):
        for check in _before(subject, func, given):
            known = found.get(check.func)
            if known is None or (check.lists and not known.lists):
                found[check.func] = check
    return list(found.values())


def beside_answers(subject: Subject) -> list[Evidence]:
    """Functions called like a check of what is run, asked where an answer of a model is at hand."""
    named = either(read("security", SecurityFile).words.checks_of_output)
    project = subject.project
    own: dict[str, Func] = {}
    asking: set[str] = set()
    for func in project.functions:
        if func.mod.production and func.facts.kind == "function" and not func.name.startswith("__"):
            if named.search(func.name) and subject.within(func.path):
                own.setdefault(func.name, func)
            if project.reach.reaches(func):
                asking.add(func.name)
    found: dict[Func, Evidence] = {}
    for func in project.functions if own else ():
        called = {last_name(site.call) for site in project.graph.sites[func]}
        check = next((own[name] for name in sorted(called & own.keys())), None)
        if check is not None and func.mod.production and (called & asking or project.reach.reaches(func)):
            found.setdefault(check, subject.at(check, check.facts.span, f"`{check.name}` beside an answer"))
    return list(found.values())


def _places(subject: Subject) -> Iterator[tuple[Func, set[str]]]:
    """Functions in which text of a model is run and those that call them, with the names of what is run."""
    for flow in subject.project.flows.flows():
        func, place = flow.hit.func, flow.hit.place
        if flow.hit.use.kind in RUN and isinstance(place, m.Call) and func.mod.production:
            if subject.within(func.path):
                yield func, _arguments(place)
                for edge in subject.project.graph.callers.get(func, ()):
                    if edge.site.func.mod.production:
                        yield edge.site.func, _arguments(edge.site.call)


def asked_about(subject: Subject, site: CallSite) -> bool:
    """Whether what a check is given, or gives, is in what a model is asked there, or is its answer."""
    reach, graph = subject.project.reach, subject.project.graph
    asked = {call.site.call for call in subject.project.llm_calls}
    names: set[str] = set()
    for one in graph.sites[site.func]:
        if one.call is not site.call:
            if one.call in asked or any(
                reach.reaches(edge.target) for edge in graph.edges_at.get(one.call, ())
            ):
                names |= _around(one)
    return bool(names & _around(site))


def _around(site: CallSite) -> set[str]:
    """The variables that a call is given, and those that its statement sets."""
    targets = site.stmt.targets if isinstance(site.stmt, m.Assign) else ()
    return {*_arguments(site.call), *(name for target in targets for name in walk.names_in(target))}


def _arguments(call: m.Call) -> set[str]:
    return {name for arg in call.args for name in walk.names_in(arg.value)}


def _before(subject: Subject, func: Func, given: set[str]) -> Iterator[OutputCheck]:
    words = read("security", SecurityFile).words
    named = either((*words.policies, *words.checks))
    graph = subject.project.graph
    for site in graph.sites[func]:
        for edge in graph.edges_at.get(site.call, ()):
            if named.search(edge.target.name) and _arguments(site.call) & given:
                decides = _raises(edge.target) or is_acted_on(site)
                yield OutputCheck(edge.target, site, decides and _lists(subject, edge.target))


def _raises(func: Func) -> bool:
    return any(isinstance(stmt, m.Raise) for stmt in func.statements)


def is_acted_on(site: CallSite) -> bool:
    """Whether a condition of the function looks at what the check says."""
    looked_at = [
        node for s in site.func.statements if isinstance(s, m.If) for node in walk.expressions(s.test)
    ]
    if site.call in looked_at:
        return True
    names = {node.id for node in looked_at if isinstance(node, m.Name)}
    targets = site.stmt.targets if isinstance(site.stmt, m.Assign) else ()
    return any(walk.names_in(target) & names for target in targets)


def _lists(subject: Subject, func: Func) -> bool:
    """Whether it compares with several texts that are written down: ``if word not in {"SELECT", "WITH"}``."""
    for node in func.nodes:
        if isinstance(node, m.Compare) and node.ops in (("in",), ("not in",)):
            for value in subject.project.evaluator.eval(node.rights[0], func):
                if isinstance(value, Data) and isinstance(value.expr, m.Seq) and value.expr.items:
                    if all(isinstance(item, m.Text) for item in value.expr.items):
                        return True
    return False
