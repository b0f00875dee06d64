"""Prompts as things one rolls back alone, and as things a record names."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Count, CriterionResult, Evidence, met, missing, not_applicable, vague
from llmlint.audit.promptfiles import LONG, PromptFiles, unfollowed
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile, RollbackWords
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.wording import callee

SHOWN = 8


def prompts(subject: Subject) -> CriterionResult:
    """Files that code reads, modules made for prompts, a registry with versions (LLM703, LLM705)."""
    inline = list(dict.fromkeys(subject.of_findings(subject.reported("LLM703"))))
    unpinned = list(dict.fromkeys(subject.of_findings(subject.reported("LLM705"))))
    apart = [*subject.once(PromptFiles).read, *_registries(subject)]
    perhaps = list(unfollowed(subject))
    modules, beside = _literals(subject)
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
    return not_applicable("no instruction prompt is written here, as far as llmlint can see")


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


# -- the version on the record ----------------------------------------------------------------------


def stamped(subject: Subject) -> CriterionResult:
    """A version of the prompt among what a request, a span or a log record carries."""
    words = read("rollback", RollbackFile).words
    firm: list[Evidence] = []
    loose: list[Evidence] = []
    for func in subject.project.functions:
        if not subject.within(func.path):
            continue
        for site in subject.project.graph.sites[func]:
            records = _records(subject, site, words)
            stamp = _stamp(site, words, records)
            if stamp:
                place = subject.at(func, site.call.span, f"`{stamp}` of `{callee(site.call)}`")
                (firm if records else loose).append(place)
        loose += _constants(subject, func, words)
    firm += [subject.at(site.func, site.call.span, "the request names a version") for site in _sent(subject)]
    if firm:
        return met(dict.fromkeys(firm))
    if loose:
        return vague(dict.fromkeys(loose), "a version is kept, and no record of a call is seen to carry it")
    return missing()


def _stamp(site: CallSite, words: RollbackWords, records: bool) -> str:
    """The key or keyword of a call that carries the version of a prompt; in records, also a first text."""
    for arg in site.call.args:
        if arg.keyword and _is_stamp(arg.keyword, words):
            return arg.keyword
        for node in walk.expressions(arg.value):
            keys = [key for key, _ in node.items] if isinstance(node, m.DictDisplay) else []
            if (
                records and node is arg.value and isinstance(node, m.Text)
            ):  # set_attribute("prompt.version", …)
                keys.append(node)
            for key in keys:
                if isinstance(key, m.Text) and _is_stamp(key.value, words):
                    return key.value
    return ""


def _is_stamp(name: str, words: RollbackWords) -> bool:
    plain = name.lower().replace(".", "_").replace("-", "_")
    return plain in words.stamped_objects or any(
        plain == stamp or plain.endswith(f"_{stamp}") for stamp in words.stamps
    )


def _records(subject: Subject, site: CallSite, words: RollbackWords) -> bool:
    """Whether the call asks a model, is telemetry, or records something by its name."""
    if site.call in subject.project.graph.by_call:
        return True
    if subject.project.telemetry.at_call(site.call, site.func):
        return True
    target = site.call.func
    name = target.name if isinstance(target, m.Attr) else target.id if isinstance(target, m.Name) else ""
    return name.lower() in words.recorders


def _constants(subject: Subject, func: Func, words: RollbackWords) -> Iterator[Evidence]:
    for stmt in func.statements:
        if not isinstance(stmt, m.Assign):
            continue
        for target in stmt.targets:
            name = target.id if isinstance(target, m.Name) else ""
            if isinstance(target, m.Sub) and isinstance(target.index, m.Text):
                name = target.index.value if _is_stamp(target.index.value, words) else ""
            if name and any(name.lower().endswith(word) for word in words.version_names):
                yield subject.at(func, stmt.span, f"`{name}`")


def _sent(subject: Subject) -> Iterator[CallSite]:
    """Requests that refer to a prompt of a registry by its version: the provider's record has it."""
    for call in subject.sites:
        pinned = set(subject.project.remote_prompts.fetched(call.site.func))
        pinned -= {found.site for found in subject.project.remote_prompts.unpinned(call.site.func)}
        if call.site in pinned:
            yield call.site


DETECTORS = {"rollback.prompts": prompts, "rollback.stamped": stamped}
