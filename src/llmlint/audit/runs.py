"""Commands that a repository runs: in pipelines, as tasks, in scripts of the shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.repository.files import Repository

SCRIPTS = ("*.sh", "*.bash")


@dataclass(frozen=True, slots=True)
class Run:
    """One command and where it stands."""

    path: str
    line: int
    text: str


def runs(repository: Repository, expressions: Iterable[str]) -> Iterator[Run]:
    """Where a command in which one of the expressions is found is run; comments are no commands."""
    given = list(expressions)
    if not given:
        return
    pattern = re.compile("|".join(f"(?:{one})" for one in given))
    for pipeline in repository.pipelines:
        for job in pipeline.jobs:
            for command in job.commands:
                if pattern.search(command.text):
                    yield Run(pipeline.path, command.line, command.text)
    for path, command in repository.tasks.all():
        if pattern.search(command.text):
            yield Run(path, command.line, command.text)
    for path in repository.matching(SCRIPTS):
        for hit in repository.search(path, pattern):
            if not hit.text.startswith("#"):
                yield Run(path, hit.line, hit.text)
