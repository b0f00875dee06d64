"""Which files hold prompts: text for a model, and no document about the program."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterable, Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.prose import words_in
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func, Mod
from llmlint.repository.tree import Key, Node

LONG = 25
"""Words from which on a literal counts as an instruction prompt, as for LLM703."""
_ASIDE = ("tests", "test", "docs", "examples", "archive", "node_modules", "evals")


class PromptFiles:
    """Made once per subject (``subject.once(PromptFiles)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    @functools.cached_property
    def paths(self) -> tuple[str, ...]:
        """Files that hold prompts of the program, by their names and folders."""
        words = read("rollback", RollbackFile).words
        named_so = self._subject.repository.matching(words.prompt_files)
        return tuple(path for path in dict.fromkeys((*named_so, *sorted(self.opened))) if not is_aside(path))

    @functools.cached_property
    def opened(self) -> frozenset[str]:
        """Files that production code opens into a name of a prompt: ``PLAN_PROMPT = open(…).read()``."""
        ends: dict[str, list[str]] = {}
        for path in self._subject.repository.paths:
            ends.setdefault(posixpath.basename(path), []).append(path)
        found: set[str] = set()
        for func in self._subject.project.functions:
            if not func.mod.production or not self._subject.within(func.path):
                continue
            for text in _texts_of_prompts(func):
                same = ends.get(posixpath.basename(text), []) if "." in posixpath.basename(text) else []
                found.update(path for path in same if f"/{path}".endswith("/" + text.lstrip("./")))
        return frozenset(found)

    @functools.cached_property
    def read(self) -> tuple[Evidence, ...]:
        """Files whose name, or whose folder, production code names, and which hold prompts."""
        return (*self._data, *self._read())

    def _read(self) -> Iterator[Evidence]:
        if not self.paths:
            return
        names, folders = named(self._subject, read("rollback", RollbackFile).words.prompt_folders)
        for path in self.paths:
            name = posixpath.basename(path)
            inside = {part.lower() for part in posixpath.dirname(path).split("/")} & folders
            stem = name.split(".", 1)[0]
            if path in self.opened or name in names or (inside and stem in names) or (inside and folders):
                yield Evidence(path, 1, "a prompt that code reads")

    @property
    def _data(self) -> Iterator[Evidence]:
        """Texts that speak to a model, in files of data that code names: the first of each file."""
        words = read("rollback", RollbackFile).words
        addresses, keys = (
            re.compile(words.addresses, re.IGNORECASE | re.MULTILINE),
            re.compile(words.prompt_keys),
        )
        known = frozenset(self.paths)
        for path in self._named_among(words.data_files):
            if path not in known and addresses.search(self._subject.repository.text(path)):
                for where, node in self._walked(path):
                    said = any(isinstance(key, str) and keys.search(key.lower()) for key in where)
                    if said and is_long(node.text) and addresses.search(node.text):
                        yield Evidence(path, node.line, f"a prompt below `{where[-1]}` that code reads")
                        break

    def _walked(self, path: str) -> Iterator[tuple[tuple[Key, ...], Node]]:
        for tree in self._subject.repository.trees(path):
            yield from tree.walk()

    @functools.cached_property
    def perhaps(self) -> tuple[Evidence, ...]:
        """Texts that code names, and that are prompts by their names or by how they speak."""
        words = read("rollback", RollbackFile).words
        addresses = re.compile(words.addresses, re.IGNORECASE | re.MULTILINE)
        known = frozenset(self.paths)
        paths = list(self._named_among(words.perhaps_prompts))
        for path in self._named_among(words.perhaps_templates):
            text = self._subject.repository.text(path)
            if path not in known and is_long(text) and addresses.search(text):
                paths.append(path)
        return tuple(Evidence(path, 1, "a text that code names") for path in dict.fromkeys(paths))

    def _named_among(self, globs: tuple[str, ...]) -> Iterator[str]:
        for path in self._subject.repository.matching(globs):
            if posixpath.basename(path) in self._names and not is_aside(path):
                yield path

    @functools.cached_property
    def _names(self) -> set[str]:
        return named(self._subject, ())[0]

    def without(self, documents: Iterable[str]) -> tuple[str, ...]:
        """The files that fit these patterns and are no prompts, nor in a folder made for them."""
        prompts = frozenset(self.paths)
        return tuple(
            path
            for path in self._subject.repository.matching(documents)
            if path not in prompts and not self._subject.project.prompt_module(path)
        )


def _texts_of_prompts(func: Func) -> Iterator[str]:
    """Texts in calls whose result gets a name of a prompt, with forward slashes."""
    for stmt in func.statements:
        if (
            isinstance(stmt, m.Assign)
            and isinstance(stmt.value, m.Call)
            and any(isinstance(name, m.Name) and "prompt" in name.id.lower() for name in stmt.targets)
        ):
            for node in walk.expressions(stmt.value):
                if isinstance(node, m.Text):
                    yield node.value.replace("\\", "/")


def is_aside(path: str) -> bool:
    """Whether a file is of an editor, a test, or an agent that works on the repository."""
    parts = path.lower().split("/")
    return parts[-1].startswith("readme") or any(
        part.startswith(".") or part in _ASIDE for part in parts[:-1]
    )


def named(subject: Subject, among: Iterable[str]) -> tuple[set[str], set[str]]:
    """Last parts of paths in texts of production code, and folders of prompts among their parts."""
    wanted = frozenset(among)
    said = subject.once(_paths_said)
    folders = {part.lower() for parts in said for part in parts} & wanted if wanted else set[str]()
    return {parts[-1] for parts in said}, folders


def _paths_said(subject: Subject) -> frozenset[tuple[str, ...]]:
    """The parts of every text of production code that may be a path."""
    found: set[tuple[str, ...]] = set()
    for mod in subject.project.modules:
        if not mod.production or not subject.within(mod.path):
            continue
        for func in mod.functions:
            said = {stmt.value for stmt in func.statements if isinstance(stmt, m.ExprStmt)}
            for node in func.nodes:
                if isinstance(node, m.Text) and 0 < len(node.value) < 200 and " " not in node.value:
                    if node not in said:
                        found.add(tuple(part for part in node.value.replace("\\", "/").split("/") if part))
    return frozenset(found - {()})


def unfollowed(subject: Subject) -> Iterator[Evidence]:
    """Text that may well be a prompt: files that code names, constants of prompt modules it imports."""
    yield from subject.once(PromptFiles).perhaps
    made_for = [mod for mod in subject.project.modules if subject.project.prompt_module(mod.path)]
    imported = set(_imported(subject)) if made_for else set()
    for mod in made_for:
        if mod.production and mod in imported and subject.within(mod.path):
            for stmt in mod.body.statements:
                if isinstance(stmt, m.Assign) and stmt.value is not None and _words(stmt.value) >= LONG:
                    yield subject.at(mod.body, stmt.span, "a text in a module made for prompts")
                    break


def _imported(subject: Subject) -> Iterator[Mod]:
    """Modules of the project from which other modules in production import names."""
    for mod in subject.project.modules:
        if not mod.production:
            continue
        for func in mod.functions:
            for bindings in func.bindings.values():
                for one in bindings:
                    if one.kind == "from":
                        target = subject.project.evaluator.imports.target(one.module, one.level, mod)
                        if isinstance(target, Mod) and target is not mod:
                            yield target


def is_long(text: str) -> bool:
    """Whether a text is as long as an instruction prompt."""
    return words_in(text) >= LONG


def _words(expr: m.Expr) -> int:
    """Words of its texts; names, one text each, say nothing."""
    texts = (node.value.split() for node in walk.expressions(expr) if isinstance(node, m.Text))
    return sum(len(words) for words in texts if len(words) > 1)
