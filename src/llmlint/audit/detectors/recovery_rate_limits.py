"""Where a rate limit leads: another deployment, a queue, a wait, an honest answer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.fallbacks import Fallbacks, Kind
from llmlint.audit.limits import gives_status, is_sentence, names_limit, tells_limit
from llmlint.audit.model import CriterionResult, Evidence, met, missing, one_per_line, vague
from llmlint.audit.overmodels import MOST, OverModels
from llmlint.audit.ownretries import OwnRetries
from llmlint.audit.pacing import paced, turns
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.recovery import Limiter, RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.sites import statement_sites
from llmlint.project.wording import callee

_ENDLESS = "tries again without a bound"


def rate_limits(subject: Subject) -> CriterionResult:
    """A limiter, a queue that tries again, a router or a handler that goes to another deployment."""
    handled = [*_handlers(subject), *_told_apart(subject)]
    firm = [place for place, elsewhere in handled if elsewhere]
    firm += [*_switched_on(subject), *paced(subject)]
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
    over = _over(subject)  # a rate limit leads there where most calls have another model behind them
    loops = subject.once(OverModels)
    if firm or len(over) > MOST * len(subject.sites):
        return met(firm or one_per_line(over))
    if loops.places and loops.of_most:
        return met(loops.places)
    if loose:
        return vague(loose, "a queue, and what fails in it is not tried again")
    if waited:
        return vague((place for place, _ in waited), "what this limits is not said")
    told = list(dict.fromkeys([*(place for place, _ in handled), *_conditions(subject)]))
    if told:
        return vague(told, "it is told apart, and there is neither a queue nor another deployment")
    again = list(dict.fromkeys(_tried_again(subject)))
    if again:
        endless = any(one.what.endswith(_ENDLESS) for one in again)
        return vague(again, f"it is tried again like any failure{'' if endless else ', and then fails'}")
    if over:
        return vague(one_per_line(over), "only some calls go on with another model")
    return missing()


def _table() -> RecoveryFile:
    found: RecoveryFile = read("recovery", RecoveryFile)
    return found


# -- in code of the project's own -------------------------------------------------------------------


def _handlers(subject: Subject) -> Iterator[tuple[Evidence, bool]]:
    """``except RateLimitError`` around a model that does something, and whether it goes elsewhere."""
    for place in subject.project.blocks:
        stmt, func = place.stmt, place.func
        if not isinstance(stmt, m.Try) or not subject.within(func.path) or not _asks(subject, stmt, func):
            continue
        for handler in stmt.handlers:
            if names_limit(handler.type):
                elsewhere = subject.once(Fallbacks).after(stmt, handler, func).kind is Kind.MODEL
                does = "another is asked" if elsewhere else _does(subject, handler.body, func)
                if does:
                    yield (
                        subject.at(func, handler.span, f"a rate limit is handled by itself: {does}"),
                        elsewhere,
                    )


def _told_apart(subject: Subject) -> Iterator[tuple[Evidence, bool]]:
    """``if "429" in str(e)``, ``if response.status == 429``, where a model was asked, with a way out."""
    for func in subject.project.functions:
        if not func.mod.production or not subject.within(func.path):
            continue
        for site in statement_sites(func):
            stmt = site.stmt
            if not isinstance(stmt, m.If) or not tells_limit(stmt.test):
                continue
            failed = [(f.node, f.handler) for f in reversed(site.frames) if f.kind == "handler"]
            elsewhere = False
            for block, handler in failed:
                if isinstance(block, m.Try) and handler is not None and _asks(subject, block, func):
                    elsewhere = subject.once(Fallbacks).asks_another(stmt.body, block, handler, func)
                    break
            else:
                if failed or not subject.project.reach.reaches(func):
                    continue
            does = "another is asked" if elsewhere else _does(subject, stmt.body, func)
            if does:
                yield subject.at(func, stmt.span, f"a rate limit is told apart: {does}"), elsewhere


def _asks(subject: Subject, stmt: m.Try, func: Func) -> bool:
    return any(
        subject.project.reach.at_site(site)
        for site in subject.project.graph.sites[func]
        if any(frame.node is stmt and frame.kind == "try" for frame in site.frames)
    )


def _does(subject: Subject, body: tuple[m.Stmt, ...], func: Func) -> str:
    """What a branch for rate limits does, in words; empty: it logs, gives up, or hands on like all others."""
    if _waits(subject, body, func):
        return "it waits and tries again"
    for stmt in walk.statements(body):
        if isinstance(stmt, m.Raise) and stmt.value is not None and gives_status(stmt.value):
            return "whoever asks is told"
        if isinstance(stmt, m.Return) and stmt.value is not None:
            if gives_status(stmt.value) or is_sentence(stmt.value):
                return "whoever asks is told"
    return ""


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
            if any(names_limit(arg.value) for arg in use.call.args):
                yield subject.at(use.func, use.span, "a rate limit is tried again after a wait")


# -- as after any failure ---------------------------------------------------------------------------


def _over(subject: Subject) -> list[Evidence]:
    """For each call that goes on with another model after a rate limit, where it does."""
    found = (subject.once(Fallbacks).of(call) for call in subject.sites)
    return [one.place for one in found if one.kind is Kind.MODEL and one.on_limits and one.place is not None]


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
