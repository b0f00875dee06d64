"""Findings at model ids: where the id is written, with the call that asks for it."""

from __future__ import annotations

from llmlint.model.finding import Finding, Step
from llmlint.project.modelnames import ModelName
from llmlint.project.project import Project
from llmlint.project.wording import callee


def model_finding(project: Project, code: str, name: ModelName, message: str, help: str) -> Finding:
    """A finding at a literal id; a step leads to the call where that is somewhere else."""
    site = name.takers[0].site
    asked = Step(project.location(site.func, site.call.span), f"`{callee(site.call)}` asks for it here")
    steps = [] if name.in_call else [asked]
    return project.finding(code, name.func, name.literal.span, message, help=help, steps=steps)
