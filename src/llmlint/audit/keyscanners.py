"""What looks for keys: hooks, jobs, the services of hosts."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.prose import either
from llmlint.audit.runs import runs
from llmlint.audit.tables.security import SecurityFile, SecurityTool
from llmlint.repository.files import Repository
from llmlint.repository.tree import Node


def scanners(repository: Repository) -> Iterator[tuple[Evidence, bool]]:
    """Where one is run, and whether it knows more than one kind of key."""
    table = read("security", SecurityFile)
    for tool in table.tool:
        if tool.kind == "scanner":
            found = [*_hooks(repository, tool), *_scripts(repository, tool), *_jobs(repository, tool)]
            found += [Evidence(path, 1, tool.name) for path in repository.matching(tool.files)]
            yield from ((place, not tool.partial) for place in dict.fromkeys(found))


def _hooks(repository: Repository, tool: SecurityTool) -> Iterator[Evidence]:
    """Hooks of pre-commit by their ids, and local ones by what they run."""
    commands = either(tool.commands) if tool.commands else None
    for path in repository.matching(read("security", SecurityFile).words.hook_files):
        for tree in repository.trees(path)[:1]:
            for repo in _elements(tree.get("repos")):
                for hook in _elements(repo.get("hooks")):
                    name = hook.get("id")
                    entry = hook.get("entry")
                    ran = commands is not None and entry is not None and commands.search(entry.text)
                    if name is not None and (name.text in tool.hooks or ran):
                        yield Evidence(path, name.line, f"{tool.name}: hook `{name.text}`")


def _scripts(repository: Repository, tool: SecurityTool) -> Iterator[Evidence]:
    """Scripts of husky, lefthook and git's own hooks."""
    if not tool.commands:
        return
    pattern = either(tool.commands)
    for path in repository.matching(read("security", SecurityFile).words.hook_scripts):
        for hit in repository.search(path, pattern):
            if not hit.text.startswith("#"):
                yield Evidence(path, hit.line, f"{tool.name}: `{hit.text[:60]}`")


def _jobs(repository: Repository, tool: SecurityTool) -> Iterator[Evidence]:
    for run in runs(repository, tool.commands):
        yield Evidence(run.path, run.line, f"{tool.name}: `{run.text[:60]}`")
    for pipeline in repository.pipelines:
        for use in (use for job in pipeline.jobs for use in job.uses):
            if tool.actions and use.text.startswith(tool.actions):
                yield Evidence(pipeline.path, use.line, f"{tool.name}: `{use.text[:60]}`")
        included = pipeline.tree.get("include")
        for _, node in included.walk() if included is not None else ():
            if any(one in node.text for one in tool.includes):
                yield Evidence(pipeline.path, node.line, f"{tool.name}: `{node.text[:60]}`")


def _elements(node: Node | None) -> Iterator[Node]:
    return node.elements() if node is not None else iter(())
