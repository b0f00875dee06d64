"""Prompts as things one rolls back alone."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit import codeprompts
from llmlint.audit.catalogue import read
from llmlint.audit.model import (
    Count,
    CriterionResult,
    Evidence,
    met,
    missing,
    not_applicable,
    one_per_line,
    vague,
)
from llmlint.audit.promptfiles import LONG, PromptFiles, unfollowed
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.project.wording import callee

SHOWN = 8


def prompts(subject: Subject) -> CriterionResult:
    """Files that code reads, modules made for prompts, a registry with versions (LLM703, LLM705)."""
    reported = subject.of_findings(subject.reported("LLM703"))
    unpinned = list(dict.fromkeys(subject.of_findings(subject.reported("LLM705"))))
    apart = [*subject.once(PromptFiles).read, *_registries(subject)]
    perhaps = list(unfollowed(subject))
    modules, constants = _literals(subject)
    inline = one_per_line([*reported, *codeprompts.in_logic(subject)])
    beside = _besides([*constants, *codeprompts.constants(subject)], inline)
    good = list(dict.fromkeys([*apart, *modules]))
    total = len(good) + len(inline) + len(unpinned) + len(beside)
    count = Count(len(good), total, "prompts") if total else None
    if good and not (inline or unpinned or beside):
        return met(good[:SHOWN], count=count)
    if good:
        mixed = [*inline, *unpinned, *beside, *good][: 2 * SHOWN]
        return vague(mixed, "other prompts roll back only with the code", count)
    if perhaps:
        why = "some text stands apart, and is not seen to reach a call as its prompt"
        return vague([*perhaps[:SHOWN], *inline, *unpinned, *beside][: 2 * SHOWN], why)
    if beside and not (inline or unpinned):
        return vague(beside[:SHOWN], "constants of ordinary modules: they roll back with the code", count)
    if inline or unpinned:
        bad = [*inline, *unpinned]
        return missing("prompts are written into the code, or come in whichever version", bad[:SHOWN], count)
    short = one_per_line(codeprompts.short(subject))
    if short:
        return vague(short[:SHOWN], "a sentence in code: it rolls back with the code")
    return not_applicable("no instruction prompt is written here, as far as llmlint can see")


def _besides(constants: list[Evidence], inline: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Those of the constants that no finding is about."""
    known = {(place.path, place.line) for place in inline}
    return tuple(place for place in one_per_line(constants) if (place.path, place.line) not in known)


def _registries(subject: Subject) -> Iterator[Evidence]:
    """Prompts that are fetched in a version that somebody chose."""
    project = subject.project
    for func in project.functions:
        if subject.within(func.path):
            open_ones = {found.site for found in project.remote_prompts.unpinned(func)}
            for site in project.remote_prompts.fetched(func):
                if site not in open_ones:
                    what = f"`{callee(site.call)}` names the version or label"
                    yield subject.at(func, site.call.span, what)
    for registry in read("rollback", RollbackFile).registry:
        for use in subject.uses(*registry.calls):
            if use.func.mod.production:
                yield Evidence(use.func.path, use.span.line, f"{registry.name}: `{use.name}`")


def _literals(subject: Subject) -> tuple[list[Evidence], list[Evidence]]:
    """Long literals of prompts in modules made for them, and constants in other modules."""
    modules: list[Evidence] = []
    beside: list[Evidence] = []
    project = subject.project
    for prompt in project.prompts.all():
        for piece in prompt.pieces:
            mod = piece.func.mod
            if piece.words < LONG or not mod.production or not subject.within(mod.path):
                continue
            place = subject.at(piece.func, piece.span, f"a prompt of {piece.words} words")
            if project.prompt_module(mod.path):
                modules.append(place)
            elif piece.func.facts.kind in ("module", "class"):
                beside.append(place)
    return list(dict.fromkeys(modules)), list(dict.fromkeys(beside))


DETECTORS = {"rollback.prompts": prompts}
