"""Files of settings that the program reads (TOML, YAML, JSON) where it makes clients or asks models."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.promptfiles import is_aside, named
from llmlint.audit.subject import Subject
from llmlint.audit.tables.runbook import RunbookFile, Settings
from llmlint.facts import model as m
from llmlint.project.kinds import ModuleRef
from llmlint.project.scopes import Mod

_EXAMPLE = re.compile(r"[._-](?:example|sample|template|dist|default)s?(?=\.|$)", re.IGNORECASE)


def loaded(subject: Subject) -> tuple[Evidence, ...]:
    """Where a file is parsed whose name says that it holds settings, in or beside what asks a model."""
    words = read("runbook", RunbookFile).settings
    files = re.compile(words.files, re.IGNORECASE)
    uses = [use for use in subject.uses(*words.loaders) if use.func.mod.production]
    beside = set(_beside(subject)) if uses else set()
    return tuple(use.evidence for use in uses if use.func.mod.path in beside and _names(use.func.mod, files))


def listing(subject: Subject) -> tuple[Evidence, ...]:
    """Files of settings in the repository, or examples of them, that name a model and that a program reads.

    A file is read where code names it, and parses it or imports from code that does.
    """
    words = read("runbook", RunbookFile).settings
    models = re.compile(words.models, re.IGNORECASE)
    called = _named_by_readers(subject, words)
    found = []
    for path in subject.repository.matching(words.lists):
        if _plain(path) in called and not is_aside(path):
            line = _first(subject, path, models)
            if line is not None:
                found.append(Evidence(path, *line))
    return tuple(found)


def sectioned(subject: Subject) -> tuple[str, ...]:
    """Files with sections (``.ini``) that production code names, and examples of them."""
    found = subject.repository.matching(read("runbook", RunbookFile).settings.sections)
    names = named(subject, ())[0] if found else set()
    return tuple(path for path in found if _EXAMPLE.sub("", posixpath.basename(path)) in names)


def _named_by_readers(subject: Subject, words: Settings) -> frozenset[str]:
    """What the files are called that production code parses, or hands to what it imports to be parsed."""
    files = re.compile(words.files, re.IGNORECASE)
    parsing = {use.func.path for use in subject.uses(*words.loaders) if use.func.mod.production}
    found: set[str] = set()
    for mod in subject.project.modules if parsing else ():
        if mod.production and subject.within(mod.path):
            names = {_plain(text) for text in _texts(mod) if files.search(text)}
            if names - found and (
                mod.path in parsing or any(one.path in parsing for one in _imported_by(subject, mod))
            ):
                found |= names
    return frozenset(found)


def _plain(path: str) -> str:
    """The name of a file, or of the one that it is an example of: ``config.example.yaml``."""
    return _EXAMPLE.sub("", posixpath.basename(path.replace("\\", "/"))).lower()


def _first(subject: Subject, path: str, models: re.Pattern[str]) -> tuple[int, str] | None:
    """The first setting of a file whose keys speak of models, with its line."""
    for tree in subject.repository.trees(path):
        for keys, node in tree.walk():
            if not isinstance(node.value, dict | list) and any(models.search(str(key)) for key in keys):
                return node.line, f"`{'.'.join(map(str, keys))}` is among the settings here"
    return None


def _beside(subject: Subject) -> Iterator[str]:
    """The files that ask a model or make a client, and what they import from the project."""
    asking = {call.site.func.mod for call in subject.sites} | {made.site.func.mod for made in subject.clients}
    for mod in asking:
        yield mod.path
        yield from (other.path for other in _imported_by(subject, mod))


def _imported_by(subject: Subject, mod: Mod) -> Iterator[Mod]:
    """The project's modules that a module imports, or imports from."""
    evaluator = subject.project.evaluator
    for func in mod.functions:
        for name, bindings in func.bindings.items():
            for one in bindings:
                if one.kind == "from":
                    target = evaluator.imports.target(one.module, one.level, mod)
                    if isinstance(target, Mod):
                        yield target
                if one.kind in ("from", "import"):
                    for value in evaluator.eval(m.Name(name), func):
                        if isinstance(value, ModuleRef):
                            yield value.mod


def _names(mod: Mod, files: re.Pattern[str]) -> bool:
    return any(files.search(text) for text in _texts(mod))


def _texts(mod: Mod) -> Iterator[str]:
    for func in mod.functions:
        for node in func.nodes:
            if isinstance(node, m.Text):
                yield node.value
