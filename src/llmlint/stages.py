"""The stages of a run between the files and the findings: survey, extract, link, check."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from llmlint import registry
from llmlint.model.finding import Finding
from llmlint.request import Progress, Request
from llmlint.source import problems
from llmlint.source.discovery import Members, shared
from llmlint.source.document import Document
from llmlint.source.looks import Looks
from llmlint.source.parse_set import defining
from llmlint.source.store import Store
from llmlint.source.survey import Survey
from llmlint.source.survey import survey as survey_of
from llmlint.source.versions import Dependencies

if TYPE_CHECKING:
    from llmlint.facts.model import ModuleFacts
    from llmlint.model.rule import Rule
    from llmlint.project.project import Project
    from llmlint.repository.files import Repository


def survey(
    request: Request, files: tuple[str, ...], store: Store, progress: Progress
) -> tuple[Survey, Looks]:
    """What the bytes of all files say: which are worth parsing."""
    from llmlint.catalogue.seeds import seeds

    own = request.settings.own
    inside = defining(files, own.names())
    looks = Looks(request.sources, seeds(own.roots(), inside.roots), store)

    def tests() -> bool:
        return request.audited or any(rule.about_tests for rule in registry.select(request.selection))

    def evidence(path: str) -> bool:
        if not request.audited:
            return False
        from llmlint.audit.attacks import is_about_security
        from llmlint.audit.reading import is_evidence

        return is_evidence(path) or is_about_security(path, request.sources.head(path))

    production = request.settings.is_production
    return survey_of(looks, files, progress, production, tests, inside.files, evidence), looks


def extract(
    request: Request,
    digests: Mapping[str, bytes],
    found: list[Finding],
    store: Store,
    progress: Progress,
) -> list[ModuleFacts]:
    """The facts of the files with these digests (by path); what cannot be parsed is added to ``found``."""
    if not digests:  # nothing to do with LLMs: the parser is not even imported
        return []
    from llmlint.facts import cache

    modules = cache.load(store, digests)
    documents: dict[str, Document] = {}
    for path in sorted(digests.keys() - modules.keys()):
        document = request.sources.document(path)
        if isinstance(document, Document):
            documents[path] = document
        else:
            found.append(document)
    new = list(_parse(documents, found, progress)) if documents else []
    cache.keep(store, new, digests)
    return sorted([*modules.values(), *new], key=lambda module: module.path)


def _parse(
    documents: Mapping[str, Document], found: list[Finding], progress: Progress
) -> Iterator[ModuleFacts]:
    from llmlint.facts.batch import extract_each
    from llmlint.facts.unparsable import UnparsableError

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


class Projects:
    """What is linked in one run, when somebody asks for it.

    Rules about tests see more files than the others: what they see must not change what the others find.
    """

    def __init__(
        self,
        request: Request,
        modules: list[ModuleFacts],
        without_tests: frozenset[str],
        walked: Members | None = None,
    ) -> None:
        self.modules = modules
        self._request = request
        self.without_tests = [m for m in modules if m.path in without_tests]
        self._walked = walked
        self.asked_for_files = False
        """Whether anybody looked at files that are not Python."""

    @functools.cached_property
    def usual(self) -> Project:
        """Without tests."""
        return self._link(self.without_tests)

    @functools.cached_property
    def with_tests(self) -> Project:
        """With the tests and examples that reach a model."""
        return (
            self.usual
            if len(self.without_tests) == len(self.modules)
            else self._link(self.modules, self.usual)
        )

    @functools.cached_property
    def repository(self) -> Repository:
        """The files of any type; looked for only where they were not while walking."""
        from llmlint.repository.files import Repository

        root, walked = self._request.root, self._walked
        if walked is None:
            return Repository.at(root, self._request.settings.exclude)
        return Repository(root, lambda: (*walked.files, *walked.others, *shared(root)))

    def _files(self) -> Repository:
        self.asked_for_files = True
        return self.repository

    def _link(self, modules: list[ModuleFacts], smaller: Project | None = None) -> Project:
        from llmlint.project.project import Project

        request, settings = self._request, self._request.settings
        return Project.build(
            modules,
            request.catalogue,
            production=settings.is_production,
            prompt_module=settings.is_prompt_module,
            options=replace(settings.options, today=request.today),
            own_names=settings.own.names(),
            versions=Dependencies(request.root).oldest,
            files=self._files,
            smaller=smaller,
        )


def check(request: Request, projects: Projects) -> list[Finding]:
    """The findings of the selected rules."""
    rules = registry.select(request.selection)
    found: list[Finding] = []
    for about_tests in (False, True):
        chosen = [rule for rule in rules if rule.about_tests is about_tests and rule.check is not None]
        found += _run(projects, chosen, about_tests) if chosen else ()
    return found


def _run(projects: Projects, rules: Iterable[Rule], about_tests: bool) -> list[Finding]:
    if not (projects.modules if about_tests else projects.without_tests):
        return []
    anywhere = projects.modules[0].path
    try:
        project = projects.with_tests if about_tests else projects.usual
    except Exception as error:
        return [problems.internal(error, anywhere, "while linking the project")]
    found: list[Finding] = []
    for rule in rules:
        try:
            found += rule.check(project) if rule.check is not None else ()
        except Exception as error:  # one rule must not end the others
            found.append(problems.internal(error, anywhere, f"in {rule.code}"))
    return found
