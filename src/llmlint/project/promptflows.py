"""Findings about what is said to models: who speaks for the system, and secrets that are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding, Step
from llmlint.project.project import Project
from llmlint.project.shapes import PROMPT, SYSTEM, Origin
from llmlint.project.summaries import Place
from llmlint.project.taint import Flow
from llmlint.project.wording import callee, short

FAR = 5
"""Steps after which what a person sent is no longer told from what else a server keeps and passes on."""


def _by_place(project: Project, origin: str, kinds: frozenset[str]) -> Iterator[tuple[Place, Flow]]:
    """Of several ways to the same place the shortest; of the overrides that one call may mean the first."""
    found: dict[Place, list[Flow]] = defaultdict(list)
    for flow in project.flows.flows():
        hit = flow.hit
        if flow.origin.kind == origin and hit.use.kind in kinds and len(hit.mark.steps) <= FAR:
            if hit.func.mod.production and flow.origin.func.mod.production:
                found[hit.place].append(flow)
    told: set[tuple[Origin, Step]] = set()
    for place, flows in found.items():
        flow = min(flows, key=lambda flow: (len(flow.hit.mark.steps), flow.origin.name))
        steps = flow.hit.mark.steps
        if not steps or (flow.origin, steps[-1]) not in told:
            told |= {(flow.origin, step) for step in steps[-1:]}
            yield place, flow


def user_findings(project: Project, code: str, help: str) -> Iterator[Finding]:
    """System prompts that a remote person's text becomes part of."""
    for place, flow in _by_place(project, "user", frozenset({SYSTEM})):
        sender = flow.origin.func.qualname
        message = f"`{flow.origin.name}`, sent to `{short(sender, 30)}`, speaks for the system in this prompt"
        yield _finding(project, code, place, flow, message, help)


def secret_findings(project: Project, code: str, help: str) -> Iterator[Finding]:
    """Prompts that a secret becomes part of."""
    told: set[tuple[str, str]] = set()
    for place, flow in sorted(
        _by_place(project, "secret", frozenset({PROMPT, SYSTEM})), key=lambda found: found[1].hit.use.kind
    ):
        key = (flow.hit.func.path + flow.hit.func.qualname, flow.origin.name)
        if flow.hit.use.kind == SYSTEM and key in told:
            continue  # the message of a request that is reported already
        told.add(key)
        message = f"`{short(flow.origin.name, 40)}` is sent to the model, and can come back in any answer"
        yield _finding(project, code, place, flow, message, help)


def _finding(project: Project, code: str, place: Place, flow: Flow, message: str, help: str) -> Finding:
    hit = flow.hit
    what = f"`{callee(place)}` sends it" if isinstance(place, m.Call) else "it becomes part of this prompt"
    end = Step(project.location(hit.func, place.span), what)
    return project.finding(code, hit.func, place.span, message, help=help, steps=(*hit.mark.steps, end))
