"""Whether a caller can tell a failure from an answer."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.lostfailures import LostFailures
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, vague
from llmlint.audit.ownretries import skips_when_used_up
from llmlint.audit.subject import Subject
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.project.calls import LlmCall
from llmlint.project.guarded import Target
from llmlint.project.scopes import Func
from llmlint.project.sites import StatementSite
from llmlint.project.swallowing import gives_answers
from llmlint.project.wording import callee

SHOWN = 5
"""So many places are enough to see how failures come out."""


def not_swallowed(subject: Subject) -> CriterionResult:
    """No handler hides a failure of a provider (LLM301), nor passes its text off as an answer (LLM309)."""
    lost = list(subject.reported("LLM301"))
    places = {(finding.location.path, finding.location.line) for finding in lost}
    swallows = [s for s in subject.project.swallows if (s.func.path, s.span.line) in places]
    hit = {call for swallow in swallows if (call := _end(subject, swallow.target)) is not None}
    texts = [one for one in subject.project.error_texts if subject.within(one.func.path)]
    hit |= {call for text in texts if (call := _end(subject, text.target)) is not None}
    silent = list(_silent(subject))
    seen = {handler.span for _, handler, _ in silent} | {text.handler.span for text in texts}
    others = [one for one in subject.once(LostFailures).all() if one.span not in seen]
    hit |= {call for one in others for call in one.calls}
    hit |= {call for _, _, target in silent if (call := _end(subject, target)) is not None}
    looping, said = list(_endless(subject)), list(_texts(subject))
    hit |= {call for _, _, target in looping if (call := _end(subject, target)) is not None}
    hit |= {call for call in subject.sites if call.site.func in {func for func, _ in said}}
    # A loop around a handler that asks again is told once, by the handler.
    repeated = [f for f in subject.reported("LLM304") if not any(_is_around(f, *one[:2]) for one in looping)]
    of_package = set(subject.sites)
    mostly = 2 * len(hit & of_package) > len(subject.sites)
    count: Count | None = subject.counted(of_package - hit - set(_repeated(subject)))
    if any(not one.calls for one in others):
        count = None  # which calls they hide is not seen
    found = list(subject.of_findings(lost))
    found += [
        subject.at(t.func, t.handler.span, "the text of the error is returned as the answer") for t in texts
    ]
    found += [subject.at(func, h.span, "the text of an error is returned as the answer") for func, h in said]
    found += [subject.at(func, handler.span, "asks again for ever") for func, handler, _ in looping]
    found += [subject.at(func, handler.span, "nobody is told of the failure") for func, handler, _ in silent]
    found += [subject.at(one.func, one.span, one.what) for one in others]
    found += [
        Evidence(f.location.path, f.location.line, "it is tried again for ever, and never comes out")
        for f in repeated
    ]
    if not found:
        return met(_shown(subject), count=count)
    if lost and mostly:
        return missing("most failures are lost on the way", found, count)
    endless = len(looping) + len(repeated)
    why = "these failures look like answers to the caller"
    if len(found) == endless:
        why = "these failures never reach the caller, who waits for ever"
    return vague(found, why, count)


def _repeated(subject: Subject) -> Iterator[LlmCall]:
    """Calls whose failures a retry without a bound keeps to itself."""
    for call in subject.sites:
        for use in subject.project.retries.unbounded(call.site.func):
            if use.repeats is call.site.func or call.site in use.sites:
                yield call


def _is_around(finding: Finding, func: Func, handler: m.Handler) -> bool:
    place = finding.location
    return place.path == func.path and func.facts.span.line <= place.line <= handler.span.line


def _end(subject: Subject, target: Target) -> LlmCall | None:
    return subject.project.reach.way(target, escaping=True)[1]


def _shown(subject: Subject) -> list[Evidence]:
    """Handlers that hand failures on; where there are none, calls whose failures come out."""
    return list(_handlers(subject))[:SHOWN] or [
        subject.at(call.site.func, call.site.call.span, f"a failure of `{callee(call.site.call)}` comes out")
        for call in subject.sites[:SHOWN]
    ]


def _handlers(subject: Subject) -> Iterator[Evidence]:
    """Without those that return an empty answer: what others make of it is not to be seen there."""
    for place, handler, _ in _deciding(subject):
        if not any(isinstance(stmt, m.Return) and _is_nothing(stmt.value) for stmt in handler.body):
            yield subject.at(place.func, handler.span, "a failure is not lost here")


def _is_nothing(value: m.Expr | None) -> bool:
    match value:
        case m.Const(value=None) | m.Text(value="") | m.Seq(items=()) | m.DictDisplay(items=()):
            return True
        case _:
            return False


def _deciding(subject: Subject) -> Iterator[tuple[StatementSite, m.Handler, Target]]:
    """Broad handlers around what asks a model, with their block and with what fails in it."""
    guarded = subject.project.guarded
    for place in subject.project.blocks:
        if isinstance(place.stmt, m.Try) and subject.within(place.func.path):
            handler = guarded.deciding_handler(place.stmt, place.func)
            target = guarded.failing_call(place.stmt) if handler is not None else None
            if handler is not None and target is not None:
                yield place, handler, target


def _silent(subject: Subject) -> Iterator[tuple[Func, m.Handler, Target]]:
    """Handlers that put nothing in the place of the answer, and after which nothing raises.

    LLM301 does not report them where the code then finds another answer; nobody learns why it had to.
    """
    project = subject.project
    lost = {swallow.handler for swallow in project.swallows}
    for place, handler, target in _deciding(subject):
        if handler in lost or not _is_silent(handler) or project.guarded.goes_round(place):
            continue
        if not project.guarded.goes_on_well(place, handler):
            yield place.func, handler, target


def _endless(subject: Subject) -> Iterator[tuple[Func, m.Handler, Target]]:
    """Handlers that ask again for ever: whoever waits for the answer never learns of the failure."""
    project = subject.project
    for place, handler, target in _deciding(subject):
        if project.guarded.goes_round(place) and not project.guarded.goes_on_well(place, handler):
            if _is_counted(place):
                continue
            if not (_is_background(subject, place.func) and _tells(handler)):
                yield place.func, handler, target


def _is_counted(place: StatementSite) -> bool:
    """Whether the loop around it leaves when as many rounds have failed as a counter allows."""
    loops = (f.node for f in place.frames if f.kind == "loop" and isinstance(f.node, m.While | m.For))
    return any(skips_when_used_up(loop, failures=True) for loop in loops)


def _is_background(subject: Subject, func: Func) -> bool:
    """Whether a function is only started as a thread or a timer: nobody waits for it."""
    callers = subject.project.graph.callers.get(func, ())
    return bool(callers) and all(edge.deferred for edge in callers)


def _tells(handler: m.Handler) -> bool:
    """Whether a handler calls something with the failure: a log, a message to whoever is there."""
    return handler.name is not None and any(
        isinstance(stmt, m.ExprStmt)
        and isinstance(stmt.value, m.Call)
        and any(handler.name in walk.names_in(arg.value) for arg in stmt.value.args)
        for stmt in walk.statements(handler.body)
    )


def _texts(subject: Subject) -> Iterator[tuple[Func, m.Handler]]:
    """Handlers, of whatever, that return "Error: …" where the function otherwise returns an answer."""
    project = subject.project
    begins = read("recovery", RecoveryFile).words.failing
    known = {text.handler for text in project.error_texts}
    for place in project.blocks:
        func = place.func
        if isinstance(place.stmt, m.Try) and subject.within(func.path) and func.mod.production:
            handlers = [one for one in place.stmt.handlers if one not in known and _only_says(one, begins)]
            if handlers and gives_answers(project.flows, func) and not project.tools.uses(func):
                yield from ((func, handler) for handler in handlers)


def _only_says(handler: m.Handler, begins: tuple[str, ...]) -> bool:
    """Whether what a handler returns is a text that begins as errors do."""
    statements = tuple(walk.statements(handler.body))
    results = [stmt.value for stmt in statements if isinstance(stmt, m.Return)]
    texts = [value.value.lower() for value in results if isinstance(value, m.Text)]
    raises = any(isinstance(stmt, m.Raise) for stmt in statements)
    whole = 0 < len(texts) == len(results)
    return whole and not raises and all(text.startswith(begins) for text in texts)


def _is_silent(handler: m.Handler) -> bool:
    """Whether a handler only empties variables or returns nothing: no raise, no log, no report."""
    emptied = False
    for stmt in handler.body:
        match stmt:
            case m.Assign(targets=targets, value=m.Const(value=None)):
                if not all(isinstance(target, m.Name) for target in targets):
                    return False  # it is kept somewhere, perhaps for somebody
                emptied = True
            case m.Return(value=None | m.Const(value=None)):
                emptied = True
            case m.Simple(what="pass"):
                pass
            case _:
                return False
    return emptied


DETECTORS = {"recovery.not_swallowed": not_swallowed}
