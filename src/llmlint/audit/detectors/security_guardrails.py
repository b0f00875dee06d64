"""A policy in code on what goes into a model and what comes out."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, one_per_line, vague
from llmlint.audit.outputchecks import OutputCheck, asked_about, beside_answers, is_acted_on, output_checks
from llmlint.audit.prose import either
from llmlint.audit.screens import screens
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile, SecurityTool
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data, FuncRef
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite


def guardrails(subject: Subject) -> CriterionResult:
    """A tool used in production, or a check of one's own where a model is asked. A prompt is no policy."""
    tools = [tool for tool in read("security", SecurityFile).tool if tool.kind == "guardrail"]
    used = [found for tool in tools for found in _uses(subject, tool)]
    own = list(_own(subject))
    firm = [one.place for one in used if one.func.mod.production and not one.aside]
    own += [(_shown(subject, check), check.lists) for check in output_checks(subject)]
    firm += [place for place, sure in own if sure]
    if firm:
        return met(one_per_line(firm))
    aside = [one.place for one in used if one.func.mod.production]
    if aside:
        return vague(one_per_line(aside), "nothing that asks a model goes through it")
    if used:
        return vague(one_per_line(one.place for one in used), "only tests use it")
    weak = [place for place, sure in own if not sure] or list(beside_answers(subject))
    if weak:
        return vague(weak, "a check by its name; what it refuses is not seen")
    held = screens(subject)
    if held:
        return vague(
            held, "words of attackers are looked for; that what a model is sent goes through it is not seen"
        )
    idle = list(_idle(subject))
    return vague(idle, "nothing that asks a model goes through it") if idle else missing()


@dataclass(frozen=True, slots=True)
class _Used:
    func: Func
    place: Evidence
    aside: bool = False
    """It is a request of its own that no function makes which asks a model."""


def _uses(subject: Subject, tool: SecurityTool) -> Iterator[_Used]:
    for use in subject.uses(*tool.calls):
        yield _Used(use.func, Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`"))
    for call in subject.project.llm_calls if tool.requests else ():
        func = call.site.func
        if call.entry.path in tool.requests and subject.within(func.path):
            place = subject.at(func, call.site.call.span, f"{tool.name}: `{call.entry.path}`")
            yield _Used(func, place, not _on_the_way(subject, func))
    for func in subject.project.functions if tool.keywords else ():
        for site in subject.project.graph.sites[func] if subject.within(func.path) else ():
            for arg in site.call.args:
                if arg.keyword in tool.keywords and _holds(subject, arg.value, func, tool):
                    yield _Used(func, subject.at(func, site.call.span, f"{tool.name}: `{arg.keyword}`"))


def _holds(subject: Subject, expr: m.Expr, func: Func, tool: SecurityTool) -> bool:
    """Whether something in it switches the tool on: a threshold that blocks, not one that blocks nothing."""
    wanted = re.compile(tool.holding)
    given = [value.expr for value in subject.project.evaluator.eval(expr, func) if isinstance(value, Data)]
    return not tool.holding or any(
        wanted.search(_word(node)) for one in (expr, *given) for node in walk.expressions(one)
    )


def _word(node: m.Expr) -> str:
    return node.value if isinstance(node, m.Text) else node.name if isinstance(node, m.Attr) else ""


def _on_the_way(subject: Subject, func: Func) -> bool:
    """Whether it, or whoever calls it, asks a model as well."""
    pending, seen = [func], {func}
    while pending:
        one = pending.pop()
        if subject.project.reach.reaches(one):
            return True
        above = {site.func for site in _callers(subject, one)} - seen
        seen |= above
        pending += above
    return False


def _callers(subject: Subject, func: Func) -> Iterator[CallSite]:
    """Who calls a function in production; the wrapper of its decorator calls it for somebody else."""
    project = subject.project
    for edge in project.graph.callers.get(func, ()):
        around: Func | None = edge.site.func
        while around is not None and not _decorates(subject, around, func):
            around = around.parent
        if around is None and edge.site.func.mod.production:
            yield edge.site


def _decorates(subject: Subject, func: Func, other: Func) -> bool:
    decorated = subject.project.evaluator.decorated.get(func, ())
    return any(isinstance(one, FuncRef) and one.func is other for one in decorated)


def _own(subject: Subject) -> Iterator[tuple[Evidence, bool]]:
    """Functions that are a policy by their name, called on the way to a model; whether they refuse."""
    words = read("security", SecurityFile).words
    sure, maybe = either(words.policies), either(words.checks_of_text)
    project = subject.project
    asking = functools.cache(project.reach.reaches)
    for func in project.functions:
        if func.facts.kind != "function":
            continue
        is_policy = sure.search(func.name) is not None
        if not (is_policy or maybe.search(func.name) or sure.search(_module(func))):
            continue
        near = [site for site in _callers(subject, func) if asking(site.func)]
        if not is_policy:
            near = [site for site in near if asked_about(subject, site)]
        if near and subject.within(func.path) and _takes_text(func):
            # What asks a model itself makes its callers ask one: there somebody has to look at what it says.
            heard = not asking(func) or _raises(func) or any(is_acted_on(site) for site in near)
            yield subject.at(func, func.facts.span, f"`{func.name}`"), is_policy and _refuses(func) and heard


def _idle(subject: Subject) -> Iterator[Evidence]:
    """Policies that ask a model about a text, and that nobody here calls: whoever uses the package may."""
    sure = either(read("security", SecurityFile).words.policies)
    for func in subject.project.functions:
        if func.facts.kind == "function" and func.mod.production and subject.within(func.path):
            if sure.search(func.name) and _takes_text(func) and _refuses(func):
                if subject.project.reach.reaches(func) and not any(_callers(subject, func)):
                    yield subject.at(func, func.facts.span, f"`{func.name}`")


def _shown(subject: Subject, check: OutputCheck) -> Evidence:
    return subject.at(
        check.func, check.func.facts.span, f"`{check.func.name}` before what a model wrote is run"
    )


def _module(func: Func) -> str:
    return posixpath.basename(func.path).removesuffix(".py")


def _takes_text(func: Func) -> bool:
    return any(name not in ("self", "cls") for name in func.params)


def _refuses(func: Func) -> bool:
    """Whether it decides something: raises, or gives different answers in different cases."""
    answers = [stmt for stmt in func.statements if isinstance(stmt, m.Return)]
    decides = any(isinstance(stmt, m.If | m.Match) for stmt in func.statements)
    if _raises(func):
        return True
    judged = any(_is_judgement(node) for one in answers if one.value is not None for node in (one.value,))
    return (decides and bool(answers)) or judged


def _raises(func: Func) -> bool:
    return any(isinstance(stmt, m.Raise) for stmt in func.statements)


def _is_judgement(value: m.Expr) -> bool:
    """``any(...)``, a comparison, ``not found``, ``pattern.search(...)``."""
    if isinstance(value, m.Call):
        name = value.func.name if isinstance(value.func, m.Attr) else getattr(value.func, "id", "")
        return name in ("any", "all", "bool", "search", "match", "fullmatch")
    return isinstance(value, m.Compare | m.BoolOp | m.Unary)


DETECTORS = {"security.guardrails": guardrails}
