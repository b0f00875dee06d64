"""LLM301: a broad handler makes the failure of an LLM call vanish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.finding import Finding
from llmlint.model.rule import Rule, Severity
from llmlint.project.calls import Edge, LlmCall
from llmlint.project.outcomes import Outcome
from llmlint.project.project import Project, callee
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite, Frame, StatementSite

HELP = "Let it raise, catch the SDK's own exceptions, or return a value that says that it failed."
MAX_HOPS = 5
"""A handler further up than this guards an application, not an LLM call."""

Target = LlmCall | Edge


def check(project: Project) -> Iterator[Finding]:
    """Report ``except`` (and ``suppress``) lines behind which a provider's failure is lost."""
    inside = _sites_by_block(project)
    for place in project.statements():
        if isinstance(place.stmt, m.Try):
            handler = _deciding_handler(project, place.stmt, place.func)
            if handler is None or _goes_round(project, place):
                continue
            target = _reached(project, inside.get(id(place.stmt), ()), place.stmt)
            if target is None:
                continue
            outcome = project.outcomes.of(handler.body, handler.name, place.func)
            if _finally_returns(place.stmt) and not outcome.vanishes:
                outcome = Outcome(True, "returns from `finally`")
            elif outcome.vanishes and (
                _raises_later(place, handler) or _serves(project, place) or _tries_alternatives(project, place)
            ):
                continue
            if outcome.vanishes:
                yield _finding(project, place.func, handler.span, _caught(handler), outcome, target)
        elif isinstance(place.stmt, m.With) and any(
            project.handlers.suppresses(item.value, place.func) for item in place.stmt.items
        ):
            target = _reached(project, inside.get(id(place.stmt), ()), place.stmt)
            if target is not None and not _raises_later(place, None):
                outcome = Outcome(True, "goes on")
                yield _finding(project, place.func, place.stmt.span, "suppress(Exception)", outcome, target)


def _sites_by_block(project: Project) -> dict[int, list[CallSite]]:
    """Call sites by the ``try`` bodies and ``with`` blocks they stand in."""
    found: dict[int, list[CallSite]] = defaultdict(list)
    for func in project.functions:
        for site in project.graph.sites[func]:
            for frame in site.frames:
                if frame.kind in ("try", "with"):
                    found[id(frame.node)].append(site)
    return found


def _deciding_handler(project: Project, stmt: m.Try, func: Func) -> m.Handler | None:
    """The first handler that catches every provider failure, if it is a broad one."""
    for handler in stmt.handlers:
        if project.handlers.catches_provider(handler, func):
            return handler if project.handlers.is_broad(handler, func) else None
    return None


def _reached(project: Project, sites: list[CallSite] | tuple[()], block: m.Try | m.With) -> Target | None:
    """The first call in the block out of which a provider's failure comes, not too far away."""
    for site in sites:
        inner = _frames_inside(site, block)
        if any(project.handlers.absorbs(frame, site.func) for frame in inner):
            continue
        target = project.reach.at_site(site, escaping=True)
        if target is not None and len(project.reach.way(target, escaping=True)[0]) <= MAX_HOPS:
            return target
    return None


def _frames_inside(site: CallSite, block: m.Try | m.With) -> tuple[Frame, ...]:
    for depth, frame in enumerate(site.frames):
        if frame.node is block:
            return site.frames[depth + 1 :]
    return ()


def _goes_round(project: Project, place: StatementSite) -> bool:
    """Whether the failure only leads to the next round of an endless loop: LLM304's business."""
    for frame in reversed(place.frames):
        if isinstance(frame.node, m.For | m.While) and frame.kind == "loop":
            if not project.loops.unbounded(frame.node, place.func):
                return False
            handlers = place.stmt.handlers if isinstance(place.stmt, m.Try) else ()
            return not any(_leaves(h.body) for h in handlers)
    return False


def _leaves(body: tuple[m.Stmt, ...]) -> bool:
    return any(
        isinstance(s, m.Return | m.Raise) or (isinstance(s, m.Simple) and s.what == "break")
        for s in walk.statements(body)
    )


def _raises_later(place: StatementSite, handler: m.Handler | None) -> bool:
    """Whether code after the block (or after the loop around it) raises: a bounded retry, a late check."""
    if handler is not None and any(isinstance(s, m.Return) for s in walk.statements(handler.body)):
        return False
    after = place.func.facts.body
    end = place.stmt.span.line
    last = max((s.span.end_line for s in walk.statements((place.stmt,)) if hasattr(s, "span")), default=end)
    return any(isinstance(s, m.Raise) and s.span.line > last for s in walk.statements(after))


def _serves(project: Project, place: StatementSite) -> bool:
    """Whether the handler keeps a loop alive that serves a person or a queue."""
    return any(
        isinstance(frame.node, m.For | m.While)
        and frame.kind == "loop"
        and (project.loops.waits(frame.node, place.func) or (isinstance(frame.node, m.For) and frame.node.is_async))
        for frame in place.frames
    )


def _tries_alternatives(project: Project, place: StatementSite) -> bool:
    """``for scraper in scrapers: try: …; break``: the next one is asked when this one fails."""
    stmt = place.stmt
    loops = [f.node for f in place.frames if f.kind == "loop" and isinstance(f.node, m.For)]
    if not loops or not isinstance(stmt, m.Try) or project.loops.counts(loops[-1].iter, place.func):
        return False
    done = [s for s in walk.statements((*stmt.body, *stmt.orelse))]
    return any(isinstance(s, m.Return) or (isinstance(s, m.Simple) and s.what == "break") for s in done)


def _finally_returns(stmt: m.Try) -> bool:
    return any(isinstance(s, m.Return) for s in walk.statements(stmt.final))


def _caught(handler: m.Handler) -> str:
    if handler.type is None:
        return "bare except"
    names = handler.type.items if isinstance(handler.type, m.Seq) else (handler.type,)
    broad = [walk.dotted(n) for n in names if (walk.dotted(n) or "").endswith("Exception")]
    return f"except {broad[0] if broad else 'Exception'}"


def _finding(
    project: Project, func: Func, span: m.Span, caught: str, outcome: Outcome, target: Target
) -> Finding:
    call = callee(target.site.call, 30)
    what = "only logged here" if outcome.logged else "lost here"
    message = _fitting(f"A failed `{call}` is {what}: `{caught}` {outcome.does}, so the caller cannot tell")
    edges, end = project.reach.way(target, escaping=True)
    return project.finding("LLM301", func, span, message, help=HELP, steps=project.way_steps(edges, end))


def _fitting(message: str) -> str:
    return message if len(message) <= 100 else message.replace(", so the caller cannot tell", "")


RULE = Rule(
    code="LLM301",
    name="swallowed-llm-error",
    summary="A broad `except` makes the failure of an LLM call vanish",
    severity=Severity.ERROR,
    check=check,
)
