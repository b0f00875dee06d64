"""What stops a change for the worse: a number that can fail the run, and a job that runs it on changes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.detectors.evals_suite import why_none
from llmlint.audit.evalbars import bars, offered
from llmlint.audit.evals import Evals
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.pytestruns import PytestRuns
from llmlint.audit.subject import Subject
from llmlint.audit.tables.evals import EvalWords
from llmlint.repository.pipelines import Command, Job, Pipeline


def threshold(subject: Subject) -> CriterionResult:
    """An assertion, an exit code, a harness's own bar."""
    evals = subject.once(Evals)
    found = [
        Evidence(config.path, node.line, f"`{name}` of {config.tool.name}")
        for config in evals.configs
        for name in config.tool.gates
        for node in list(config.found(name))[:1]
    ]
    read = subject.once(bars)
    found += [one.scores[0] for one in read if one.scores]
    if found:
        return met(found)
    checks = [one.checks[0] for one in read if one.checks]
    if checks:
        return vague(checks, "no number that fails the run comes from scores or answers")
    numbers = [*(place for one in read for place in one.numbers), *subject.once(offered)]
    if numbers:
        return vague(numbers, "nothing fails when a score is below it")
    if not evals.suite:
        return missing(why_none(evals))
    return missing("no eval can fail by a score" if any(one.fails for one in read) else "no eval can fail")


@dataclass(frozen=True, slots=True)
class _Run:
    pipeline: Pipeline
    job: Job
    command: Command
    shown: Evidence


def gates(subject: Subject) -> CriterionResult:
    """A job that runs evals when something changes, and may fail."""
    evals = subject.once(Evals)
    if not evals.suite:
        return missing("nothing here runs evals" if evals.frameworks else why_none(evals))
    runs = list(_runs(subject, evals))
    live = not evals.configs and all(script.live for script in evals.running)
    firm = [
        r.shown
        for r in runs
        if r.pipeline.on_changes
        and not (r.command.forgiven or r.job.forgiven)
        and not (live and _lacks_a_key(r.pipeline, evals.table.live.secrets))
    ]
    if firm:
        return met(firm)
    keyless = [
        r.shown for r in runs if r.pipeline.on_changes and not r.command.forgiven and not r.job.forgiven
    ]
    if keyless:
        return vague(keyless, "no key of a model is handed to what runs them")
    forgiven = [r.shown for r in runs if r.pipeline.on_changes]
    if forgiven:
        return vague(forgiven, "its failure is thrown away")
    if runs:
        return vague((r.shown for r in runs), "it does not run when something changes")
    return missing("no pipeline runs the evals")


def _lacks_a_key(pipeline: Pipeline, secrets: str) -> bool:
    """Whether live tests get no secret there; other services than GitHub hand theirs to every job."""
    texts = (node.text for _, node in pipeline.tree.walk())
    return pipeline.path.startswith(".github/") and not any(re.search(secrets, text) for text in texts)


def _runs(subject: Subject, evals: Evals) -> Iterator[_Run]:
    ways = [re.compile(run) for tool in evals.table.tool for run in tool.runs]
    actions = tuple(action for tool in evals.table.tool for action in tool.actions)
    places = _places(evals)
    collected = [s.path for s in evals.running if re.search(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$", s.path)]
    tests = subject.once(PytestRuns)
    tasks = subject.repository.tasks
    for pipeline in subject.repository.pipelines:
        for job in pipeline.jobs:
            for command in job.commands:
                texts = (command.text, *(inner.text for _, inner in tasks.behind(command.text)))
                if any(
                    _runs_evals(text, evals.table.words, ways, places) or tests.runs(text, collected)
                    for text in texts
                ):
                    shown = Evidence(pipeline.path, command.line, f"`{command.text[:60]}`")
                    yield _Run(pipeline, job, command, shown)
            for use in job.uses:
                if use.text.startswith(actions):
                    yield _Run(pipeline, job, use, Evidence(pipeline.path, use.line, f"`{use.text}`"))


def _places(evals: Evals) -> re.Pattern[str]:
    """Files of evals, folders that hold nothing else, and modules, as commands name them."""
    names = set()
    for path in (*(s.path for s in evals.running), *(c.path for c in evals.configs)):
        folder = posixpath.dirname(path)
        names |= {path, path.removesuffix(".py").replace("/", ".")}
        if "eval" in posixpath.basename(folder).lower():
            names |= {folder, folder.replace("/", ".")}
    found = "|".join(re.escape(name) for name in sorted(names))
    return re.compile(rf"(?<![\w./-])(?:\./)?(?:{found})(?![\w-])")


def _runs_evals(text: str, words: EvalWords, ways: list[re.Pattern[str]], places: re.Pattern[str]) -> bool:
    if any(way.search(text) for way in ways):
        return True
    return bool(re.search(words.runners, text) and places.search(text) and not re.search(words.readers, text))


DETECTORS = {"evals.threshold": threshold, "evals.gates": gates}
