"""Files of settings that the program reads (TOML, YAML, JSON) where it makes clients or asks models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile
from llmlint.facts import model as m
from llmlint.project.kinds import ModuleRef
from llmlint.project.scopes import Mod


def loaded(subject: Subject) -> tuple[Evidence, ...]:
    """Where a file is parsed whose name says that it holds settings, in or beside what asks a model."""
    words = read("runbook", RunbookFile).settings
    files = re.compile(words.files, re.IGNORECASE)
    uses = [use for use in subject.uses(*words.loaders) if use.func.mod.production]
    beside = set(_beside(subject)) if uses else set()
    return tuple(use.evidence for use in uses if use.func.mod.path in beside and _names(use.func.mod, files))


def _beside(subject: Subject) -> Iterator[str]:
    """The files that ask a model or make a client, and what they import from the project."""
    asking = {call.site.func.mod for call in subject.sites} | {made.site.func.mod for made in subject.clients}
    evaluator = subject.project.evaluator
    for mod in asking:
        yield mod.path
        for func in mod.functions:
            for name, bindings in func.bindings.items():
                for one in bindings:
                    if one.kind == "from":
                        target = evaluator.imports.target(one.module, one.level, mod)
                        if isinstance(target, Mod):
                            yield target.path
                    if one.kind in ("from", "import"):
                        for value in evaluator.eval(m.Name(name), func):
                            if isinstance(value, ModuleRef):
                                yield value.mod.path


def _names(mod: Mod, files: re.Pattern[str]) -> bool:
    return any(
        isinstance(node, m.Text) and files.search(node.value) for func in mod.functions for node in func.nodes
    )
