"""Flows from what a model chose to dangerous sinks, one finding per sink."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding, Step
from llmlint.project.project import Project
from llmlint.project.sinks import PATH_READ
from llmlint.project.taint import Flow
from llmlint.project.wording import callee, fitting, short

_WHAT = {"shell": "runs it in a shell", "code": "runs it as code", "template": "renders it as a template"}


def _by_sink(project: Project, kinds: frozenset[str]) -> dict[m.Call, list[Flow]]:
    found: dict[m.Call, list[Flow]] = defaultdict(list)
    for flow in project.flows.flows():
        place = flow.hit.place
        if flow.hit.use.kind in kinds and flow.hit.func.mod.production and flow.origin.func.mod.production:
            if isinstance(place, m.Call):
                found[place].append(flow)
    for call, flows in found.items():
        # Where the answer is seen to reach the dispatcher, that way says more than the comparison of names.
        if any(flow.origin.kind == "model" for flow in flows):
            found[call] = [
                f
                for f in flows
                if not (f.origin.kind == "tool" and project.tools.only_by_name(f.origin.func))
            ]
    return found


def tool_findings(project: Project, code: str, kinds: frozenset[str], help: str) -> Iterator[Finding]:
    """Sinks that parameters of tools reach; the message names the parameter and the tool."""
    for call, flows in _by_sink(project, kinds).items():
        chosen = [flow for flow in flows if flow.origin.kind == "tool"]
        if not chosen:
            continue
        first = min(chosen, key=_order)
        tool = first.origin.func
        tools = sorted({flow.origin.func.qualname for flow in chosen})
        more = f" (and {len(tools) - 1} more)" if len(tools) > 1 else ""
        head = f"`{short(first.origin.name, 16)}` of tool `{short(tool.qualname, 24)}`{more} reaches"
        message = fitting(head, call, "", f", which {_does(first)}")
        start = Step(project.location(tool, tool.facts.span), f"the model chooses `{first.origin.name}` here")
        yield _finding(project, code, call, first, message, help, (start, *first.hit.mark.steps))


def chosen_findings(project: Project, code: str, kinds: frozenset[str], help: str) -> Iterator[Finding]:
    """Sinks that anything a model chose reaches: parameters of tools and answers."""
    yield from tool_findings(project, code, kinds, help)
    yield from model_findings(project, code, kinds, help)


def model_findings(
    project: Project, code: str, kinds: frozenset[str], help: str, tools_elsewhere: bool = True
) -> Iterator[Finding]:
    """Sinks that a model's answer reaches.

    ``tools_elsewhere``: sinks that a tool's parameter reaches as well belong to another rule.
    """
    for call, flows in _by_sink(project, kinds).items():
        if tools_elsewhere and any(flow.origin.kind == "tool" for flow in flows):
            continue
        written = [flow for flow in flows if flow.origin.kind == "model"]
        if not written:
            continue
        first = min(written, key=_order)
        origin = first.origin
        head = f"`{short(origin.name, 24)}`, what a model wrote, reaches"
        if origin.call is not None:
            head = f"What `{callee(origin.call, 24)}` returns reaches"
        message = fitting(head, call, "", f", which {_does(first)}")
        yield _finding(project, code, call, first, message, help, first.hit.mark.steps)


def _order(flow: Flow) -> tuple[bool, int]:
    """The shortest way says most; that a file is written says more than that one is read."""
    return flow.hit.use.kind == PATH_READ, len(flow.hit.mark.steps)


def _does(flow: Flow) -> str:
    use = flow.hit.use
    return use.sink.does if use.kind == use.sink.kind else _WHAT.get(use.kind, use.sink.does)


def _finding(
    project: Project, code: str, call: m.Call, flow: Flow, message: str, help: str, steps: tuple[Step, ...]
) -> Finding:
    func = flow.hit.func
    end = Step(project.location(func, call.span), f"`{callee(call)}` {_does(flow)}")
    return project.finding(code, func, call.span, message, help=help, steps=(*steps, end))
