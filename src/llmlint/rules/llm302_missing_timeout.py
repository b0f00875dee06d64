"""LLM302: an LLM call that no deadline ends."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.facts import model as m
from llmlint.model.finding import Finding
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.calls import LlmCall
from llmlint.project.constructions import Construction
from llmlint.project.deadlines import Setting, parameter
from llmlint.project.kinds import Site
from llmlint.project.project import Project
from llmlint.project.wording import fitting

HELP = "Pass {parameter}, so that a stalled provider ends in an error that can be handled."


def check(project: Project) -> Iterator[Finding]:
    """Report constructions and calls without a deadline."""
    deadlines = project.deadlines
    for made in project.constructions:
        if made.site.func.mod.production and not made.only_asides:
            yield from _construction(project, made)
    for call in project.llm_calls:
        if not call.site.func.mod.production:
            continue
        setting = deadlines.at_call(call)
        if setting.state == "none" and call.entry.timeout_none == "no-deadline" and setting.site is not None:
            yield _finding(project, call, setting.site, _switched_off(setting))
        elif setting.state == "absent" and call.client is None and call.entry.no_deadline:
            yield _finding(project, call, Site(call.site.func, call.site.call), "sets no deadline")


def _construction(project: Project, made: Construction) -> Iterator[Finding]:
    entry, site = made.client.entry, made.site
    setting = project.deadlines.constructor(made.client)
    if setting.state == "none" and entry.timeout_none == "no-deadline" and not _overridden(project, made):
        what = _switched_off(setting)
    elif setting.state in ("absent", "none") and entry.no_deadline and not _overridden(project, made):
        what = "sets no deadline"
    else:
        return
    message = _message(site.call, what, entry.is_async)
    help_line = HELP.format(parameter=parameter(entry.timeout))
    yield project.finding("LLM302", site.func, site.call.span, message, help=help_line)


def _overridden(project: Project, made: Construction) -> bool:
    """Whether every call made through the client has a deadline from elsewhere."""
    states = [project.deadlines.at_call(call).state for call in made.calls]
    return bool(states) and "absent" not in states


def _holder(is_async: bool) -> str:
    return "task" if is_async else "thread"


def _switched_off(setting: Setting) -> str:
    return f"has `timeout={'None' if setting.value is None else 'inf'}`"


def _message(call: m.Call, what: str, is_async: bool) -> str:
    return fitting("", call, f" {what}, so a stalled provider holds this {_holder(is_async)} for ever")


def _finding(project: Project, call: LlmCall, site: Site, what: str) -> Finding:
    message = _message(site.call, what, call.entry.is_async)
    help_line = HELP.format(parameter=parameter(call.entry.timeout))
    return project.finding("LLM302", site.func, site.call.span, message, help=help_line)


RULE = Rule(
    code="LLM302",
    name="missing-timeout",
    summary="An LLM client or call has no deadline at all",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
