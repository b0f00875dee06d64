"""Prompts as things that a record names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile, RollbackWords
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.wording import callee

HOPS = 3
"""Functions that hand a table on to one another."""


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
    firm += _carried(subject, words)
    firm += [subject.at(site.func, site.call.span, "the request names a version") for site in _sent(subject)]
    if firm:
        return met(dict.fromkeys(firm))
    if loose:
        return vague(dict.fromkeys(loose), "a version is kept, and no record of a call is seen to carry it")
    rows = list(_rows(subject, words))
    if rows:
        return vague(
            rows, "it is the version of what holds the prompt, if any, and stands on the conversation"
        )
    programs = list(_programs(subject, words))
    return vague(programs, "it is the version of the program, not of the prompt") if programs else missing()


def _rows(subject: Subject, words: RollbackWords) -> Iterator[Evidence]:
    """Columns of conversations with the version of what answered: ``agent_version`` of a chat."""
    holders, conversations = re.compile(words.holders), re.compile(words.conversations)
    for mod in subject.project.modules:
        for cls in mod.classes if mod.production and subject.within(mod.path) else ():
            if not cls.facts.bases or not conversations.search(cls.facts.name.lower()):
                continue
            for stmt in (one for one in cls.body.statements if isinstance(one, m.Assign)):
                for target in stmt.targets:
                    if isinstance(target, m.Name) and holders.search(target.id.lower()):
                        yield subject.at(cls.body, stmt.span, f"`{target.id}` of `{cls.facts.name}`")


def _programs(subject: Subject, words: RollbackWords) -> Iterator[Evidence]:
    """What all spans of the program carry: ``Resource.create({SERVICE_VERSION: …})``."""
    for use in subject.uses(*words.resources):
        call = next((n for n in use.func.nodes if isinstance(n, m.Call) and n.span == use.span), None)
        for table in walk.expressions(call) if call is not None and use.func.mod.production else ():
            for key, _ in table.items if isinstance(table, m.DictDisplay) else ():
                name = key.value if isinstance(key, m.Text) else walk.dotted(key) if key is not None else ""
                if name and name in words.program_versions:
                    yield subject.at(use.func, use.span, f"`{name}` of every span")


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
                if _is_stamp(target.index.value, words):
                    yield subject.at(func, stmt.span, f"`{target.index.value}`")
            elif name and any(name.lower().endswith(word) for word in words.version_names):
                yield subject.at(func, stmt.span, f"`{name}`")


def _carried(subject: Subject, words: RollbackWords) -> Iterator[Evidence]:
    """Tables with the version that functions hand on until one of them is the metadata of something."""
    graph = subject.project.graph
    carriers: dict[Func, Evidence] = {}
    for func in subject.project.functions:
        if subject.within(func.path) and func.returns:
            kept = next(_entries(subject, func, words), None)
            if kept is not None:
                carriers[func] = kept
    level = list(carriers)
    for _ in range(HOPS if level else 0):
        callers = {edge.site: func for func in level for edge in graph.callers.get(func, ())}
        level = []
        for site, func in callers.items():
            if any(site.call in tuple(walk.expressions(expr)) for expr in _tables(site.func)):
                if site.func not in carriers:
                    level.append(site.func)
                    carriers[site.func] = carriers[func]
    for func, kept in carriers.items():
        for edge in graph.callers.get(func, ()):
            for site in graph.sites[edge.site.func]:
                for arg in site.call.args:
                    if arg.keyword in words.metadata and edge.site.call in tuple(walk.expressions(arg.value)):
                        what = f"`{arg.keyword}` of `{callee(site.call)}` holds it"
                        yield from (kept, subject.at(site.func, site.call.span, what))


def _entries(subject: Subject, func: Func, words: RollbackWords) -> Iterator[Evidence]:
    """Entries of tables whose key says that they are the version of a prompt."""
    for stmt in func.statements:
        if isinstance(stmt, m.Assign):
            for target in stmt.targets:
                if isinstance(target, m.Sub) and isinstance(target.index, m.Text):
                    if _is_stamp(target.index.value, words):
                        yield subject.at(func, stmt.span, f"`{target.index.value}`")
    for table in _tables(func):
        for key, _ in table.items if isinstance(table, m.DictDisplay) else ():
            if isinstance(key, m.Text) and _is_stamp(key.value, words):
                yield subject.at(func, key.span, f"`{key.value}`")


def _tables(func: Func) -> Iterator[m.Expr]:
    """What may be handed on: dictionaries, and what is returned."""
    yield from (node for node in func.nodes if isinstance(node, m.DictDisplay))
    yield from (stmt.value for stmt in func.returns if stmt.value is not None)


def _sent(subject: Subject) -> Iterator[CallSite]:
    """Requests that refer to a prompt of a registry by its version: the provider's record has it."""
    for call in subject.sites:
        pinned = set(subject.project.remote_prompts.fetched(call.site.func))
        pinned -= {found.site for found in subject.project.remote_prompts.unpinned(call.site.func)}
        if call.site in pinned:
            yield call.site


DETECTORS = {"rollback.stamped": stamped}
