"""The straight line: discover, survey, extract, link, check, triage, report.

Which files are shown never changes which findings exist. One thing only depends on how a file is
passed: a file that has nothing to do with LLMs is checked for syntax errors when it is passed by
name, not when it merely lies in a passed directory, since parsing whole trees without LLM code would
cost more than everything else together.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from llmlint import memory, registry, stages, triage
from llmlint.memory import Outcome
from llmlint.model.finding import Finding
from llmlint.request import Progress, Report, Request, silent
from llmlint.source import problems
from llmlint.source.discovery import Members, members
from llmlint.source.document import Document
from llmlint.source.store import Store
from llmlint.source.suppressions import Suppressions, find_suppressions
from llmlint.source.turns import turn
from llmlint.stages import Projects

if TYPE_CHECKING:
    from llmlint.audit.model import AuditReport
    from llmlint.model.graph import GraphView


def analyse(request: Request, progress: Progress = silent) -> Report:
    """Everything llmlint has to say about the shown files of one project."""
    with _collector_paused(), _store(request) as store:
        return _report(request, _outcome(request, store, progress))


def graph(request: Request, progress: Progress = silent) -> GraphView:
    """The call graph of LLM usage of one project."""
    from llmlint.model.graph import GraphView

    with _collector_paused(), _store(request) as store:
        run = _Run(request, store, progress)
        return run.projects.usual.graph_view() if run.projects is not None else GraphView()


def audit(request: Request, progress: Progress = silent) -> tuple[AuditReport, ...]:
    """What the audit says of each package of one project; of the whole project where it names none.

    Of several packages, those that hold something that is to be shown; all of them when none does. Raises
    ``SettingsError`` for a package that is no folder.
    """
    from llmlint.audit import assess
    from llmlint.audit.subject import Subject

    settings, root, shows = request.settings.audit_at(request.root), request.root, request.shows
    # What a project selects for its editors does not shorten its audit; what it ignores stays ignored.
    request = replace(request, audited=True, shows=lambda path: True)
    with _collector_paused(), _store(request) as store:
        run = _Run(request, store, progress)
        projects = run.projects
        if projects is None:
            return (assess.nothing(root),)
        report = _report(request, run.outcome())
        reports = []
        shown = {p for p in settings.packages if any(shows(f) for f in run.files if f.startswith(f"{p}/"))}
        for package in [p for p in settings.packages if p in shown or not shown] or [""]:
            inside = functools.partial(_belongs, package, others=())
            subject = Subject(
                projects.usual,
                projects.with_tests,
                projects.repository.part(functools.partial(_belongs, package, others=settings.packages)),
                tuple(f for f in report.findings if inside(f.location.path)),
                inside,
            )
            reports.append(assess.assess(subject, settings, root, package, _is_default))
    return tuple(reports)


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


def _store(request: Request) -> Store:
    return Store(request.root, enabled=request.cached)


# -- the whole project ----------------------------------------------------------------------------


class _Run:
    """One run over a project, up to what is known of all of it."""

    def __init__(self, request: Request, store: Store, progress: Progress) -> None:
        self.began = time.time_ns()
        self._request = request
        self._store = store
        self._progress = progress
        self.walked: Members = members(
            request.root, request.settings.exclude, shallow=request.shallow, all_types=request.audited
        )
        self.files = tuple(sorted({*self.walked.files, *request.named, *request.texts}))
        self.seen, looks = stages.survey(request, self.files, store, progress)
        self.parse = self.seen.parse | self.seen.with_tests
        self.digests = {path: looks.at(path).digest for path in self.parse}
        looks.keep(self.began)
        self._unparsable: list[Finding] = []

    @functools.cached_property
    def projects(self) -> Projects | None:
        """What is linked; None where nothing has to do with LLMs."""
        modules = stages.extract(self._request, self.digests, self._unparsable, self._store, self._progress)
        walked = self.walked if self._request.audited else None
        return Projects(self._request, modules, self.seen.parse, walked) if modules else None

    @property
    def lasting(self) -> bool:
        """Whether nobody looked at files that are not Python, of whose changes we would not know."""
        return self.projects is None or not self.projects.asked_for_files

    def findings(self) -> list[Finding]:
        """Those of the rules, and those of files that cannot be parsed."""
        found = stages.check(self._request, self.projects) if self.projects is not None else []
        return [*self._unparsable, *found]

    def outcome(self, found: Iterable[Finding] | None = None) -> Outcome:
        """What there is to know; ``found``, if the findings are known already."""
        findings = self.findings() if found is None else found
        commented, parse = tuple(sorted(self.seen.commented)), tuple(sorted(self.parse))
        return Outcome(self.files, (*self.seen.problems, *findings), parse, commented)


def _outcome(request: Request, store: Store, progress: Progress) -> Outcome:
    """What there is to know about the project, whatever is shown of it: from an earlier run, or found out."""
    question = memory.question(request)

    def kept() -> Outcome | None:
        outcome = None if request.texts else memory.recall(store, request.root, question)
        return outcome if outcome is not None and request.named.issubset(outcome.files) else None

    outcome = kept()
    if outcome is None:
        with turn(store.directory()) as somebody_else_had_it:
            outcome = kept() if somebody_else_had_it else None
            outcome = outcome or _find_out(request, store, question, progress)
    return outcome


def _find_out(request: Request, store: Store, question: str, progress: Progress) -> Outcome:
    run = _Run(request, store, progress)
    stamp = memory.stamp(request.root, request.settings, run.walked)
    key = memory.key_of_contents(question, run.digests, request.root)
    known = memory.recall_findings(store, key)
    found = run.findings() if known is None else known
    outcome = run.outcome(found)
    if any(finding.code == "LLM000" for finding in found) or (known is None and not run.lasting):
        return replace(outcome, lasting=False)
    if known is None and not request.texts:
        memory.keep_findings(store, key, tuple(found))
    if not request.texts and run.files == run.walked.files and stamp.settled(run.began):
        memory.keep(store, question, stamp, outcome)
    return outcome


# -- what is shown of it --------------------------------------------------------------------------


def _report(request: Request, outcome: Outcome) -> Report:
    own = registry.own_codes(request.selection)
    not_run = tuple(rule.code for rule in registry.left_out(request.selection))
    found = [*outcome.found, *_catalogue_mistakes(request)]
    for path in sorted(request.named.difference(outcome.parsed)):
        document = request.sources.document(path)
        error = problems.syntax_error(document) if isinstance(document, Document) else document
        found += [error] if error else []
    found = [
        f
        for f in found
        if (request.shows(f.location.path) or f.code in ("LLM000", "LLM001"))
        and (f.code not in registry.ALWAYS or f.code in own)
    ]
    commented = {path for path in outcome.commented if request.shows(path)}
    suppressions = _suppressions(request, commented | {f.location.path for f in found})
    marked, used = triage.mark(found, suppressions, request.settings, noqa=request.noqa)
    if commented and "LLM003" in own:
        active = {rule.code for rule in registry.select(request.selection)}
        idle = triage.unused(suppressions, used, active, everything=not not_run)
        marked += triage.mark(idle, suppressions, request.settings, noqa=request.noqa)[0]
    return Report(
        request.root,
        _in_order(marked),
        tuple(path for path in outcome.files if request.shows(path)),
        len(outcome.parsed),
        request.sources,
        not_run,
        outcome.lasting,
    )


def _catalogue_mistakes(request: Request) -> Iterator[Finding]:
    for mistake in request.settings.own.mistakes:
        path = Path(os.path.relpath(mistake.file, request.root)).as_posix()
        yield problems.catalogue(path, mistake.line, mistake.message)


def _suppressions(request: Request, paths: Iterable[str]) -> dict[str, Suppressions]:
    # A finding may be in a file of another type, which has no comments of ours.
    documents = (request.sources.document(path) for path in sorted(paths) if path.endswith(".py"))
    return {d.path: find_suppressions(d) for d in documents if isinstance(d, Document)}


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    unique = {(f.code, f.location, f.message): f for f in findings}
    return tuple(sorted(unique.values(), key=lambda f: (f.location, f.code)))


# -- packages of an audit -------------------------------------------------------------------------


def _belongs(package: str, path: str, others: Collection[str]) -> bool:
    """Whether a file is in a package, or in none of the others: what lies above them speaks for all."""
    if not package or path.startswith(f"{package}/"):
        return True
    return bool(others) and not path.startswith(tuple(f"{other}/" for other in others))


def _is_default(code: str) -> bool:
    return registry.rule(code).default
