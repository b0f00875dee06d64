"""The straight line: discover, survey, extract, link, check, triage, report.

Which files are shown never changes which findings exist. One thing only depends on how a file is
passed: a file that has nothing to do with LLMs is checked for syntax errors when it is passed by
name, not when it merely lies in a passed directory, since parsing whole trees without LLM code would
cost more than everything else together.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmlint import registry, triage
from llmlint.model.finding import Finding, Status
from llmlint.settings import Settings
from llmlint.source import problems
from llmlint.source.discovery import members
from llmlint.source.document import Document
from llmlint.source.suppressions import Suppressions, find_suppressions
from llmlint.source.survey import Sources, Survey, survey
from llmlint.source.triage_bytes import Seeds, defining
from llmlint.source.versions import Dependencies

if TYPE_CHECKING:
    from llmlint.catalogue.lookup import Catalogue
    from llmlint.facts.model import ModuleFacts
    from llmlint.model.graph import GraphView
    from llmlint.model.rule import Rule
    from llmlint.project.project import Project

WORTH_KEEPING = 50_000
"""Characters of source from which on a run leaves a cache behind: less is parsed in a moment."""
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done and how many there are."""


@dataclass(frozen=True)
class Request:
    """One project and what is wanted of it."""

    root: Path
    settings: Settings = field(default_factory=Settings)
    layers: tuple[registry.Layer, ...] = ()
    """Selections on top of the settings' own."""
    off: frozenset[str] = frozenset()
    """Codes that are off by default at this front door."""
    shows: Callable[[str], bool] = lambda path: True
    """Which files' findings are wanted."""
    named: frozenset[str] = frozenset()
    """Files that were passed by name: part of the project whatever they are called."""
    shallow: bool = False
    """Whether subdirectories are no part of the project (see ``is_shallow``)."""
    texts: Mapping[str, Document | Finding] = field(default_factory=dict)
    """Texts that stand for what is on disk (an editor's buffer)."""
    noqa: bool = True
    """Whether ``noqa`` comments are applied here; flake8 does that itself."""
    cache: bool = False
    """Whether facts of earlier runs are used, and those of this one kept, in the project's root."""
    today: datetime.date | None = None
    """The day of the run: the clock is read at the front doors only."""

    @property
    def selection(self) -> registry.Selection:
        """Which rules run."""
        return registry.Selection((self.settings.layer, *self.layers), self.off)

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """What llmlint knows, with what the project adds to it."""
        from llmlint.catalogue.lookup import extended

        return extended(self.settings.own.files)

    @property
    def sources(self) -> Sources:
        """Where texts come from."""
        return Sources(self.root, self.texts)


@dataclass(frozen=True)
class Report:
    """What was found in one project. Paths are relative to ``root``, findings in reading order."""

    root: Path
    findings: tuple[Finding, ...]
    """Of the shown files, all statuses; contained problems of our own are always shown."""
    files: tuple[str, ...]
    """The shown files."""
    parsed: int = 0
    """How many files of the project had to be parsed."""
    sources: Sources | None = None
    """For excerpts."""
    not_run: tuple[str, ...] = ()
    """Codes of rules that were selected and are below the least severity or confidence asked for."""

    def of_status(self, status: Status) -> tuple[Finding, ...]:
        """The findings with this status."""
        return tuple(finding for finding in self.findings if finding.status is status)


def silent(what: str, done: int, total: int) -> None:
    """No progress wanted."""


def analyse(request: Request, progress: Progress = silent) -> Report:
    """Everything llmlint has to say about the shown files of one project."""
    with _collector_paused():
        return _analyse(request, progress)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Facts and summaries live until the end: looking through them for garbage took a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _analyse(request: Request, progress: Progress) -> Report:
    files, seen = _survey(request, progress)
    own = registry.own_codes(request.selection)
    not_run = tuple(rule.code for rule in registry.left_out(request.selection))
    found = [*seen.problems, *_catalogue_mistakes(request)]
    parse = seen.parse | seen.with_tests
    modules = _extract(request, parse, found, progress)
    found += _check(request, modules, seen.parse) if modules else ()
    for path in sorted(request.named - parse):
        document = request.sources.document(path)
        error = problems.syntax_error(document) if isinstance(document, Document) else document
        found += [error] if error else []
    found = [
        f
        for f in found
        if (request.shows(f.location.path) or f.code in ("LLM000", "LLM001"))
        and (f.code not in registry.ALWAYS or f.code in own)
    ]
    commented = {path for path in seen.commented if request.shows(path)}
    suppressions = _suppressions(request, commented | {f.location.path for f in found})
    marked, used = triage.mark(found, suppressions, request.settings, noqa=request.noqa)
    if commented and "LLM003" in own:
        active = {rule.code for rule in registry.select(request.selection)}
        idle = triage.unused(suppressions, used, active, everything=not not_run)
        marked += triage.mark(idle, suppressions, request.settings, noqa=request.noqa)[0]
    shown = tuple(path for path in files if request.shows(path))
    return Report(request.root, _in_order(marked), shown, len(parse), request.sources, not_run)


def graph(request: Request, progress: Progress = silent) -> GraphView:
    """The call graph of LLM usage of one project."""
    from llmlint.model.graph import GraphView

    modules = _extract(request, _survey(request, progress)[1].parse, [], progress)
    return _link(request, modules).graph_view() if modules else GraphView()


def _survey(request: Request, progress: Progress) -> tuple[tuple[str, ...], Survey]:
    found = set(members(request.root, request.settings.exclude, shallow=request.shallow).files)
    files = tuple(sorted(found | request.named | set(request.texts)))
    catalogue, own = request.catalogue, request.settings.own
    inside = defining(files, own.names())
    seeds = Seeds.of(
        {*catalogue.import_roots(), *own.roots()} - inside.roots,
        (endpoint.host for endpoint in catalogue.endpoints),
        catalogue.dispatch_mentions,
        catalogue.conditional_roots(),
        keys=(prefix for key in catalogue.keys for prefix in key.prefixes),
        lone=(text for switch in catalogue.switches for text in switch.mentions),
        witnesses=catalogue.observed.roots,
        variables=catalogue.observed.variables,
    )
    production = request.settings.is_production

    def tests() -> bool:
        return any(rule.about_tests for rule in registry.select(request.selection))

    return files, survey(request.sources, files, seeds, progress, production, tests, inside.files)


def _catalogue_mistakes(request: Request) -> Iterator[Finding]:
    for mistake in request.settings.own.mistakes:
        path = Path(os.path.relpath(mistake.file, request.root)).as_posix()
        yield problems.catalogue(path, mistake.line, mistake.message)


def _extract(
    request: Request, paths: Iterable[str], found: list[Finding], progress: Progress
) -> list[ModuleFacts]:
    pending = sorted(paths)
    if not pending:  # nothing to do with LLMs: the parser is not even imported
        return []
    from llmlint.facts import cache
    from llmlint.source.store import Store

    documents: dict[str, Document] = {}
    for path in pending:
        document = request.sources.document(path)
        if isinstance(document, Document):
            documents[path] = document
        else:
            found.append(document)
    texts = {path: document.text for path, document in documents.items()}
    worth = sum(map(len, texts.values())) >= WORTH_KEEPING
    with Store(request.root, enabled=request.cache and request.settings.cache and worth) as store:
        modules = cache.load(store, texts)
        missing = {path: document for path, document in documents.items() if path not in modules}
        new = list(_parse(missing, found, progress)) if missing else []
        cache.keep(store, new, texts)
    return [*modules.values(), *new]


def _parse(
    documents: Mapping[str, Document], found: list[Finding], progress: Progress
) -> Iterator[ModuleFacts]:
    from llmlint.facts.batch import extract_each
    from llmlint.facts.extractor import UnparsableError

    texts = [(path, document.text) for path, document in documents.items()]
    for path, outcome in extract_each(texts, lambda done: progress("Parsing", done, len(texts))):
        if isinstance(outcome, UnparsableError):
            # Python's own message and place are what people know; the parser may be stricter, though.
            ours = problems.does_not_parse(path, outcome.message, outcome.line, outcome.column)
            found.append(problems.syntax_error(documents[path]) or ours)
        elif isinstance(outcome, Exception):  # one file must not end the run
            found.append(problems.internal(outcome, path, "on this file"))
        else:
            yield outcome


def _link(request: Request, modules: list[ModuleFacts]) -> Project:
    from llmlint.project.project import Project

    settings = request.settings
    return Project.build(
        modules,
        request.catalogue,
        production=settings.is_production,
        prompt_module=settings.is_prompt_module,
        options=replace(settings.options, today=request.today),
        own_names=settings.own.names(),
        versions=Dependencies(request.root).oldest,
    )


def _check(request: Request, modules: list[ModuleFacts], without_tests: frozenset[str]) -> list[Finding]:
    """The findings of the selected rules.

    Rules about tests see more files than the others: what they see must not change what the others find.
    """
    rules = registry.select(request.selection)
    others = [m for m in modules if m.path in without_tests]
    if len(others) == len(modules):
        return _run(request, modules, list(rules))
    found = _run(request, others, [rule for rule in rules if not rule.about_tests])
    return found + _run(request, modules, [rule for rule in rules if rule.about_tests])


def _run(request: Request, modules: list[ModuleFacts], rules: list[Rule]) -> list[Finding]:
    if not (modules and any(rule.check is not None for rule in rules)):
        return []
    try:
        project = _link(request, modules)
    except Exception as error:
        return [problems.internal(error, modules[0].path, "while linking the project")]
    found: list[Finding] = []
    for rule in rules:
        try:
            found += rule.check(project) if rule.check is not None else ()
        except Exception as error:  # one rule must not end the others
            found.append(problems.internal(error, modules[0].path, f"in {rule.code}"))
    return found


def _suppressions(request: Request, paths: Iterable[str]) -> dict[str, Suppressions]:
    documents = (request.sources.document(path) for path in sorted(paths))
    return {d.path: find_suppressions(d) for d in documents if isinstance(d, Document)}


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    unique = {(f.code, f.location, f.message): f for f in findings}
    return tuple(sorted(unique.values(), key=lambda f: (f.location, f.code)))
