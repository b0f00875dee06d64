"""Continuous integration: jobs, what they run, when, and whether they can fail.

GitHub Actions, GitLab CI, CircleCI, Azure Pipelines, Bitbucket Pipelines and Buildkite; a service that is not
read has no pipelines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.repository.tree import Node

if TYPE_CHECKING:
    from llmlint.repository.files import Repository

GITHUB = ("/.github/workflows/*.yml", "/.github/workflows/*.yaml")
GITLAB = ("/.gitlab-ci.yml", "/.gitlab/ci/*.yml", "/.gitlab/*.gitlab-ci.yml")
OTHERS = (
    "/.circleci/config.yml",
    "/azure-pipelines.yml",
    "/.azure-pipelines/*.yml",
    "/bitbucket-pipelines.yml",
    "/.buildkite/*.yml",
    "/.buildkite/*.yaml",
)
_CHANGES = frozenset({"pull_request", "pull_request_target", "merge_group", "push"})
_FORGIVING = re.compile(r"\|\|\s*(?:true|:|exit\s+0|echo\b)|;\s*(?:true|exit\s+0)\s*$")
_TRUE = ("true", "${{ true }}")


@dataclass(frozen=True, slots=True)
class Command:
    """One line of a script, or what a step uses (an action, an image), with its line."""

    text: str
    line: int
    forgiven: bool = False
    """Whether its failure is thrown away: ``|| true``, ``continue-on-error``."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job: what it runs and what it uses."""

    name: str
    line: int
    commands: tuple[Command, ...]
    uses: tuple[Command, ...] = ()
    forgiven: bool = False
    """Whether the pipeline goes on when the job fails."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One file of a service."""

    path: str
    triggers: frozenset[str]
    """``pull_request``, ``push``, ``schedule``, ``workflow_dispatch``, … in GitHub's words."""
    jobs: tuple[Job, ...]
    tree: Node

    @property
    def on_changes(self) -> bool:
        """Whether it runs before or when a change lands, not only at night or by hand."""
        return bool(self.triggers & _CHANGES)


def read(repository: Repository) -> Iterator[Pipeline]:
    """Every pipeline that is written down in the repository."""
    for path in repository.matching(GITHUB):
        for tree in repository.yaml(path)[:1]:
            yield Pipeline(path, frozenset(_names(tree.get("on"))), tuple(_github(tree)), tree)
    for path in repository.matching(GITLAB):
        for tree in repository.yaml(path)[-1:]:
            yield Pipeline(path, frozenset(_gitlab_triggers(tree)), tuple(_gitlab(tree)), tree)
    for path in repository.matching(OTHERS):
        for tree in repository.yaml(path)[:1]:
            yield Pipeline(path, frozenset({"push"}), tuple(_other(tree)), tree)


def _names(node: Node | None) -> Iterator[str]:
    if node is None:
        return
    if isinstance(node.value, dict):
        yield from node.value
    else:
        yield from (one.text for one in node.elements())


def _lines(node: Node | None, forgiven: bool = False) -> Iterator[Command]:
    """The commands of a script: a text of several lines, or a list of texts."""
    for one in node.elements() if node is not None else ():
        lines = one.text.splitlines()
        # A block begins below its key; a text on the line of its key begins there.
        first = one.line + (len(lines) > 1)
        for number, line in enumerate(lines):
            if line.strip() and not line.lstrip().startswith("#"):
                text = line.strip()
                yield Command(text, first + number, forgiven or bool(_FORGIVING.search(text)))


def _forgives(node: Node, key: str) -> bool:
    held = node.get(key)
    return held is not None and (held.text in _TRUE or isinstance(held.value, dict))


def _github(tree: Node) -> Iterator[Job]:
    jobs = tree.get("jobs")
    for name, job in jobs.items() if jobs is not None else ():
        commands: list[Command] = []
        uses = [Command(job.get("uses").text, job.get("uses").line)] if job.get("uses") else []  # type: ignore[union-attr]
        steps = job.get("steps")
        for step in steps.elements() if steps is not None else ():
            forgiven = _forgives(step, "continue-on-error")
            commands += _lines(step.get("run"), forgiven)
            action = step.get("uses")
            if action is not None:
                uses.append(Command(action.text, action.line, forgiven))
        yield Job(name, job.line, tuple(commands), tuple(uses), _forgives(job, "continue-on-error"))


_GITLAB_WORDS = frozenset(
    {"default", "include", "stages", "variables", "workflow", "image", "services", "cache", "spec"}
)


def _gitlab(tree: Node) -> Iterator[Job]:
    for name, job in tree.items():
        if name in _GITLAB_WORDS or name.startswith(".") or not isinstance(job.value, dict):
            continue
        commands = [c for key in ("before_script", "script", "after_script") for c in _lines(job.get(key))]
        image = job.get("image")
        uses = (Command(image.text, image.line),) if image is not None and image.text else ()
        yield Job(name, job.line, tuple(commands), uses, _forgives(job, "allow_failure"))


def _gitlab_triggers(tree: Node) -> Iterator[str]:
    """Without rules a job runs for every push; rules are read for what they name."""
    yield "push"
    if any("merge_request" in node.text for _, node in tree.walk()):
        yield "pull_request"


_SCRIPTS = ("script", "command", "commands", "bash", "run", "powershell")


def _other(tree: Node) -> Iterator[Job]:
    """Services whose steps stand at some depth: each mapping with a script in a list of steps."""
    commands: list[Command] = []
    for keys, node in tree.walk():
        if keys and keys[-1] in _SCRIPTS and not isinstance(node.value, dict):
            commands += _lines(node)
        elif keys and keys[-1] == "run" and isinstance(node.value, dict):
            commands += _lines(node.get("command"))
    unique: Iterable[Command] = dict.fromkeys(commands)
    yield Job("", tree.line, tuple(unique))
