"""Who sees a change first: flags, canaries, shadow runs, an environment before production."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from llmlint.audit.flags import Flags
from llmlint.audit.model import CriterionResult, Evidence, met, missing, vague
from llmlint.audit.ownswitches import modes, switches
from llmlint.audit.releases import Releases
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk


def staged(subject: Subject) -> CriterionResult:
    """A flag on the way to a model, a share of the traffic, a job that deploys to staging."""
    flags = subject.once(Flags)
    firm: list[Evidence] = list(dict.fromkeys(_on_the_way(subject, flags)))
    firm += [*_shares(subject), *_jobs(subject)]
    if firm:
        return met(dict.fromkeys(firm))
    elsewhere = [place for _, _, place in flags.asked]
    if elsewhere:
        return vague(elsewhere, "these flags are not on the way to a model")
    connected = list(flags.connected)
    if connected:
        return vague(connected, "the service of flags is connected, and no flag is asked for")
    files = list(_files(subject))
    if files:
        return vague(files, "the environment is described, and no pipeline deploys to it")
    images = list(_images(subject))
    if images:
        return vague(images, "an image comes before the release, and who runs it is not said")
    labels = list(_labels(subject))
    if labels:
        return vague(labels, "another version is taken there, and no pipeline deploys to it")
    names = [*_shadows(subject), *modes(subject)]
    if names:
        return vague(names, "the name says so, and no share of the traffic is seen")
    own = list(switches(subject))
    if own:
        return vague(own, "a variable switches it on for everybody or for nobody")
    early = list(_prereleases(subject))
    why = "a prerelease comes before the release, and who runs it is not said"
    return vague(early, why) if early else missing()


def _on_the_way(subject: Subject, flags: Flags) -> Iterator[Evidence]:
    """Flags that a function on the way to a model asks for."""
    for call in subject.sites:
        place = flags.guard(call.site.func)
        if place is not None:
            yield place


def _shares(subject: Subject) -> Iterator[Evidence]:
    """Canaries and shares of traffic, in commands of pipelines and in what describes deployments."""
    releases = subject.once(Releases)
    for deployer in releases.table.deployer:
        if not deployer.stages:
            continue
        stages = re.compile("|".join(deployer.stages), re.MULTILINE)
        for step in releases.steps:
            if stages.search(step.command.text):
                yield step.evidence
        for path in subject.repository.matching(deployer.files) if deployer.files else ():
            for hit in subject.repository.search(path, stages):
                if not hit.text.startswith(("#", "//")):
                    yield Evidence(path, hit.line, f"{deployer.name}: `{hit.text[:50]}`")
                    break


def _jobs(subject: Subject) -> Iterator[Evidence]:
    """Jobs whose environment is one before production, and which deploy."""
    releases = subject.once(Releases)
    names = releases.table.words.environments
    for step in releases.deploying:
        texts = [step.job.name, step.pipeline.path.rsplit("/", 1)[-1], step.command.text]
        environment = step.environment
        if environment is not None:
            texts.append(environment.text)
        for text in texts:
            if any(re.search(rf"(?<![a-z]){re.escape(name)}(?![a-z])", text.lower()) for name in names):
                yield Evidence(
                    step.pipeline.path, step.command.line, f"`{step.command.text[:50]}` for {text[:30]}"
                )
                break


def _files(subject: Subject) -> Iterator[Evidence]:
    words = subject.once(Releases).table.words
    for path in subject.repository.matching(words.environment_files):
        if "test" not in posixpath.dirname(path):
            yield Evidence(path, 1, "describes an environment before production")


def _images(subject: Subject) -> Iterator[Evidence]:
    """Commands, also those that are only written down, that push an image before the one of the release."""
    words = subject.once(Releases).table.words
    tagged = rf"\S+:(?:{'|'.join(map(re.escape, words.early_tags))})(?![\w.-])"
    option = rf"(?:-t|--tag)[ =]{tagged}"
    pushes = re.compile(rf"\bdocker\b.*(?:\bpush\s+{tagged}|{option}.*--push\b|--push\b.*{option})")
    for path in subject.repository.matching(words.pushed_in):
        for hit in subject.repository.search(path, pushes):
            yield Evidence(path, hit.line, f"`{hit.text[:60]}`")
    for step in subject.once(Releases).deploying:
        tags = step.given("tags")
        image = re.search(tagged, tags.text) if tags is not None else None
        if image:
            name = image[0].rpartition("}")[2].lstrip("/")
            yield Evidence(step.pipeline.path, step.command.line, f"`{step.command.text}` of {name[:60]}")


def _prereleases(subject: Subject) -> Iterator[Evidence]:
    """Releases that a pipeline publishes as such: for those who want to see them first."""
    command = re.compile(subject.once(Releases).table.words.prereleases)
    for step in subject.once(Releases).steps:
        given = step.given("prerelease")
        if (given is not None and given.text.lower() != "false") or command.search(step.command.text):
            yield Evidence(step.pipeline.path, step.command.line, f"`{step.command.text[:50]}`: prerelease")


def _labels(subject: Subject) -> Iterator[Evidence]:
    """Conditions that choose what is tried first: ``"answer:staging" if early else "answer:live"``."""
    words = subject.once(Releases).table.words
    early = re.compile(rf"(?:^|[:@])(?:{'|'.join(map(re.escape, words.early_labels))})$")
    for func in subject.project.functions:
        if func.mod.production and subject.within(func.path):
            for node in func.nodes:
                for branch in (node.body, node.orelse) if isinstance(node, m.IfExp) else ():
                    if isinstance(branch, m.Text) and early.search(branch.value):
                        yield subject.at(func, branch.span, f"`{branch.value[:60]}`")


def _shadows(subject: Subject) -> Iterator[Evidence]:
    """Conditions and calls that speak of a second version or of a share."""
    shadows = re.compile("|".join(map(re.escape, subject.once(Releases).table.words.shadows)))
    for func in subject.project.functions:
        # Few functions have such a name anywhere, and only these are looked at statement by statement.
        if not subject.within(func.path) or not any(shadows.search(_name(node)) for node in func.nodes):
            continue
        for stmt in func.statements:
            tests = [stmt.test] if isinstance(stmt, m.If) else []
            tests += [node.func for node in _calls(stmt)]
            for node in (node for test in tests for node in walk.expressions(test)):
                if shadows.search(_name(node)):
                    line = stmt.span.line if isinstance(stmt, m.If) else func.facts.span.line
                    yield Evidence(func.path, line, f"`{_said(node)}`")
                    break


def _name(node: m.Expr) -> str:
    return _said(node).lower()


def _said(node: m.Expr) -> str:
    return node.id if isinstance(node, m.Name) else node.name if isinstance(node, m.Attr) else ""


def _calls(stmt: m.Stmt) -> Iterator[m.Call]:
    for expr in walk.own_expressions(stmt):
        yield from (node for node in walk.expressions(expr) if isinstance(node, m.Call))


DETECTORS = {"rollback.staged": staged}
