"""What pipelines run to release and deploy: for the criteria of the rollback path."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import Deployer, RollbackFile
from llmlint.repository.pipelines import Command, Job, Pipeline
from llmlint.repository.tree import Node


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One command or action of a job, with what it runs through tasks."""

    pipeline: Pipeline
    job: Job
    command: Command
    texts: tuple[str, ...]
    """The command, and those behind it."""
    deployer: Deployer | None = None
    node: Node | None = None
    """Of a step that is an action."""

    @property
    def evidence(self) -> Evidence:
        """Where it stands."""
        return Evidence(self.pipeline.path, self.command.line, f"`{self.command.text[:60]}`")

    @property
    def environment(self) -> Node | None:
        """The environment its job deploys to, as the service has it."""
        tree = self.pipeline.tree
        found = tree.get("jobs", self.job.name, "environment") or tree.get(self.job.name, "environment")
        return (found.get("name") or found) if found is not None else None

    def given(self, name: str) -> Node | None:
        """An input of the action that the step is."""
        return self.node.get("with", name) if self.node is not None else None


class Releases:
    """The steps of all pipelines; made once per subject (``subject.once(Releases)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.table: RollbackFile = read("rollback", RollbackFile)

    @functools.cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every command and action, in order."""
        return tuple(self._steps())

    def _steps(self) -> Iterator[Step]:
        repository = self._subject.repository
        for pipeline in repository.pipelines:
            actions = _actions(pipeline.tree)
            for job in pipeline.jobs:
                for command in job.commands:
                    behind = (inner.text for _, inner in repository.tasks.behind(command.text))
                    texts = (command.text, *behind)
                    yield Step(pipeline, job, command, texts, self._by_command(texts))
                for use in job.uses:
                    node = actions.get(use.line)
                    yield Step(pipeline, job, use, (use.text,), self._by_action(use, node), node)

    @property
    def deploying(self) -> tuple[Step, ...]:
        """Those that release or deploy."""
        return tuple(step for step in self.steps if step.deployer is not None)

    @property
    def likely(self) -> tuple[Step, ...]:
        """Those that release by what they, or their jobs, are called; with a tool that is not known."""
        words = self.table.words
        commands, names, moves = (
            re.compile("|".join(given))
            for given in (words.likely_deploys, words.deploying_names, words.moves)
        )
        found = []
        for step in self.steps:
            if step.deployer is not None:
                continue
            said = f"{step.pipeline.path.rpartition('/')[2]} {step.job.name}".lower()
            named = bool(names.search(said)) and any(moves.search(text) for text in step.texts)
            if named or any(commands.search(text) for text in step.texts):
                found.append(step)
        return tuple(found)

    def _by_command(self, texts: tuple[str, ...]) -> Deployer | None:
        for deployer in self.table.deployer:
            if any(re.search(command, text) for command in deployer.commands for text in texts):
                return deployer
        return None

    def _by_action(self, use: Command, node: Node | None) -> Deployer | None:
        for deployer in self.table.deployer:
            if use.text.startswith(deployer.actions) and deployer.actions:
                return deployer if node is None or _pushes(node, use) else None
        return None

    @functools.cached_property
    def described(self) -> tuple[tuple[Deployer, Evidence], ...]:
        """Files that describe what is deployed."""
        found = []
        for deployer in self.table.deployer:
            for path in self._subject.repository.matching(deployer.files) if deployer.files else ():
                contains = re.compile("|".join(map(re.escape, deployer.contains)))
                for hit in self._subject.repository.search(path, contains):
                    found.append((deployer, Evidence(path, hit.line, f"{deployer.name}: `{hit.text[:50]}`")))
                    break
        return tuple(found)


def _actions(tree: Node) -> dict[int, Node]:
    """The steps of a pipeline that are actions, by the line that names the action."""
    uses = ((node.get("uses"), node) for _, node in tree.walk())
    return {action.line: node for action, node in uses if action is not None}


def _pushes(node: Node, use: Command) -> bool:
    """Whether a step of an action that can also only build is told to push (or need not be told)."""
    push = node.get("with", "push")
    outputs = node.get("with", "outputs")
    if outputs is not None and "push=true" in outputs.text:
        return True
    if push is None:
        return "build-push" not in use.text
    return push.text != "false"
