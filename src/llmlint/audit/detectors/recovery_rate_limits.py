"""Where a rate limit leads: another deployment, a queue, a wait, an honest answer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.ownretries import OwnRetries
from llmlint.audit.pacing import paced, turns
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.recovery import Limiter, RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.wording import callee

_ENDLESS = "tries again without a bound"


def rate_limits(subject: Subject) -> CriterionResult:
    """A handler of its own, a limiter, a queue that tries again, a router with alternatives."""
    firm = [*_handlers(subject), *_told_apart(subject), *_conditions(subject), *_switched_on(subject)]
    firm += paced(subject)
    waited = list(turns(subject))
    firm += [place for place, of_rate in waited if of_rate]
    loose: list[Evidence] = []
    for limiter in _table().limiter:
        for use in subject.uses(*limiter.calls):
            if not use.func.mod.production:
                continue
            if _is_used(subject, limiter, use):
                firm.append(use.evidence)
            elif limiter.kind == "queue" and subject.with_tests.reach.reaches(use.func):
                loose.append(use.evidence)
    if firm:
        return met(dict.fromkeys(firm))
    if loose:
        return vague(loose, "a queue, and what fails in it is not tried again")
    if waited:
        return vague((place for place, _ in waited), "what this limits is not said")
    again = list(dict.fromkeys(_tried_again(subject)))
    if again:
        endless = any(one.what.endswith(_ENDLESS) for one in again)
        return vague(again, f"it is tried again like any failure{'' if endless else ', and then fails'}")
    return missing()


def _table() -> RecoveryFile:
    found: RecoveryFile = read("recovery", RecoveryFile)
    return found


# -- in code of the project's own -------------------------------------------------------------------


def _handlers(subject: Subject) -> Iterator[Evidence]:
    """``except RateLimitError`` around a model, if it does not only lose the failure."""
    project = subject.project
    for place in project.blocks:
        stmt, func = place.stmt, place.func
        if not isinstance(stmt, m.Try) or not subject.within(func.path) or not _asks(subject, stmt, func):
            continue
        for handler in stmt.handlers:
            if _names_limit(handler.type):
                if not project.outcomes.of(handler.body, handler.name, func).vanishes or _waits(
                    subject, handler.body, func
                ):
                    yield subject.at(func, handler.span, "a rate limit is handled by itself")


def _told_apart(subject: Subject) -> Iterator[Evidence]:
    """``if "429" in str(e)``, ``if response.status == 429``, where models are asked, with a way out."""
    reaches = subject.project.reach.reaches
    asking = {func.mod for func in subject.project.functions if reaches(func)}
    for func in subject.project.functions:
        if func.mod in asking and subject.within(func.path):
            for stmt in func.statements:
                if isinstance(stmt, m.If) and _tells_limit(stmt.test) and _does(subject, stmt, func):
                    yield subject.at(func, stmt.span, "a rate limit is told apart")


def _asks(subject: Subject, stmt: m.Try, func: Func) -> bool:
    return any(
        subject.project.reach.at_site(site)
        for site in subject.project.graph.sites[func]
        if any(frame.node is stmt and frame.kind == "try" for frame in site.frames)
    )


def _names_limit(types: m.Expr | None) -> bool:
    """Whether an ``except`` names a rate limit (and perhaps others)."""
    names = [] if types is None else list(walk.expressions(types))
    texts = (node.id if isinstance(node, m.Name) else getattr(node, "name", "") for node in names)
    return any(word in text.lower() for text in texts for word in _table().words.rate_limits)


def _tells_limit(test: m.Expr) -> bool:
    """``e.status_code == 429``, ``"rate limit" in str(e)``; a function whose name says it."""
    for node in walk.expressions(test):
        if isinstance(node, m.Const) and node.value == 429:
            return True
        text = node.value if isinstance(node, m.Text) else ""
        text = (walk.dotted(node.func) or "") if isinstance(node, m.Call) else text
        if text and any(word in text.lower() for word in _table().words.limit_texts):
            return True
    return False


def _does(subject: Subject, stmt: m.If, func: Func) -> bool:
    """Whether a branch for rate limits does more than to log it or to give up like all others."""
    if _waits(subject, stmt.body, func):
        return True
    return any(
        isinstance(inner, m.Return | m.Raise) or (isinstance(inner, m.Simple) and inner.what == "continue")
        for inner in walk.statements(stmt.body)
    )


def _waits(subject: Subject, body: tuple[m.Stmt, ...], func: Func) -> bool:
    inside = set(walk.statements(body))
    return any(
        site.stmt in inside and subject.project.attempts.pauses(site.call, func)
        for site in subject.project.graph.sites[func]
    )


def _conditions(subject: Subject) -> Iterator[Evidence]:
    """``@retry(retry=retry_if_exception_type(RateLimitError), wait=…)``."""
    project = subject.project
    for func in project.functions:
        for use in project.retries.uses(func):
            if use.call is None or not subject.within(use.func.path) or project.attempts.hurries(use):
                continue
            repeats = use.repeats is not None and project.reach.reaches(use.repeats)
            if not repeats and not any(project.reach.at_site(site) for site in use.sites):
                continue
            if any(_names_limit(arg.value) for arg in use.call.args):
                yield subject.at(use.func, use.span, "a rate limit is tried again after a wait")


# -- with something that is made for it -------------------------------------------------------------


def _switched_on(subject: Subject) -> Iterator[Evidence]:
    """``rate_limiter=`` of a client, ``fallbacks=`` of a call, ``.with_fallbacks(…)`` between them."""
    paths = [path for limiter in _table().limiter for path in limiter.params]
    deadlines = subject.project.deadlines
    derives = {name for t in subject.project.catalogue.fallbacks for name in t.derives if "fallback" in name}
    for call in subject.sites:
        clients = (call.client, *call.client.inner) if call.client is not None else ()
        made = [(client.site.func, client.site.call) for client in clients if client.site is not None]
        for func, given in [(call.site.func, call.site.call), *made]:
            found = next((p for p in paths if deadlines.setting(given, func, (p,)).state == "given"), "")
            if found:
                yield subject.at(func, given.span, f"`{found}` of `{callee(given)}`")
        for client in clients:
            for derive, site in client.changes:
                if derive.name in derives:
                    yield subject.at(site.func, site.call.span, f"`{derive.name}`")


def _is_used(subject: Subject, limiter: Limiter, use: Use) -> bool:
    """Routers count where they are made, limiters where something limits, queues where failures come back."""
    if limiter.kind == "queue":
        return subject.with_tests.reach.reaches(use.func) and _comes_back(limiter, use)
    if limiter.kind == "router":
        return True
    module = use.func.mod
    return any(subject.with_tests.reach.reaches(func) for func in module.functions) or any(
        subject.with_tests.reach.reaches(edge.site.func)
        for func in module.functions
        for edge in subject.with_tests.graph.callers.get(func, ())
    )


def _comes_back(limiter: Limiter, use: Use) -> bool:
    for decorator in use.func.facts.decorators:
        if isinstance(decorator, m.Call) and any(arg.keyword in limiter.again for arg in decorator.args):
            return True
    for node in use.func.nodes:
        if isinstance(node, m.Call):
            if node.span == use.span and any(arg.keyword in limiter.again for arg in node.args):
                return True
            if isinstance(node.func, m.Attr) and node.func.name in limiter.again:
                return True
    return False


def _tried_again(subject: Subject) -> Iterator[Evidence]:
    for call in subject.sites:
        for layer in subject.project.stacks.of(call):
            if layer.attempts > 1:
                by = "" if layer.written else " by the SDK's default"
                yield subject.at(layer.func, layer.span, f"{layer.attempts} attempts{by}")
        own = subject.once(OwnRetries).around(call)
        if own is not None:
            yield own.place
    project = subject.project
    for func in project.functions:
        for use in project.retries.unbounded(func):
            repeats = use.repeats is not None and project.reach.escapes(use.repeats)
            asks = repeats or any(project.reach.at_site(site, escaping=True) for site in use.sites)
            if asks and subject.within(use.func.path) and use.func.mod.production:
                if project.attempts.after_failures(use) and not project.attempts.hurries(use):
                    yield subject.at(use.func, use.span, f"`{use.table.path}` {_ENDLESS}")


DETECTORS = {"recovery.rate_limits": rate_limits}
