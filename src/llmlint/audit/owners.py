"""Who owns the files that call models: the detector of ``oncall.owner`` and of LLM601."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.audit.tables.oncall import OncallFile
from llmlint.project.calls import LlmCall
from llmlint.repository.tree import Node
from llmlint.source.ignoring import patterns

PERSON = "user:"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is named, where, and whether that is more than one person."""

    place: Evidence
    several: bool


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """A file that calls a model."""

    path: str
    call: LlmCall
    """The first call in it."""
    owner: Owner | None


def modules(subject: Subject) -> tuple[Module, ...]:
    """Every file of the package that calls a model, with its owner, in order."""
    first: dict[str, LlmCall] = {}
    for call in sorted(subject.sites, key=lambda call: call.site.call.span.line):
        first.setdefault(call.site.func.path, call)
    owners = _Owners(subject)
    return tuple(Module(path, call, owners.of(path)) for path, call in sorted(first.items()))


def maintainers(subject: Subject, found: Iterable[Module]) -> tuple[Evidence, ...]:
    """The people whom the metadata of a package with some of the files names as its maintainers."""
    paths, words = [one.path for one in found], read("oncall", OncallFile).owners
    nobody = re.compile(words.nobody, re.IGNORECASE)
    places = []
    for path in subject.repository.matching(words.packages):
        folder = posixpath.dirname(path)
        below = any(one.startswith(f"{folder}/") or not folder for one in paths)
        for tree in subject.repository.trees(path) if below else ():
            for keys in words.maintainers:
                named = tree.get(*keys)
                people = [_person(one) for one in named.elements()] if named is not None else []
                known = [one for one in people if one and not nobody.match(one)]
                if named is not None and known:
                    places.append(Evidence(path, named.line, f"maintainers: {', '.join(known)}"[:60]))
    return tuple(places)


def _person(node: Node) -> str:
    name = node.get("name") or node.get("email") or node
    return name.text


class _Owners:
    def __init__(self, subject: Subject) -> None:
        self._repository = subject.repository
        self._configured = [(patterns((one.pattern,)), one) for one in subject.project.options.owners]
        words = read("oncall", OncallFile).owners
        self._nobody = re.compile(words.nobody, re.IGNORECASE)
        self._catalogued = sorted(self._components(words.catalogues), key=lambda one: -len(one[0]))

    def of(self, path: str) -> Owner | None:
        """The best that is named for a file: more people before one."""
        found = [one for one in self._all(path) if one is not None]
        return max(found, key=lambda one: one.several, default=None)

    def _all(self, path: str) -> Iterator[Owner | None]:
        configured = [one for spec, one in self._configured if spec.match_file(path)]
        if configured:
            last = configured[-1]
            yield self._owner(last.owners, last.path, last.line)
        owners = self._repository.owners
        entry = owners.of(self._repository.from_top(path)) if owners is not None else None
        if owners is not None and entry is not None:
            yield self._owner(entry.owners, owners.path, entry.line)
        yield next((owner for folder, owner in self._catalogued if path.startswith(folder)), None)

    def _owner(self, names: tuple[str, ...], path: str, line: int) -> Owner | None:
        known = [name for name in names if not self._nobody.match(name)]
        if not known:
            return None
        several = len(known) > 1 or any("/" in name and not name.startswith(PERSON) for name in known)
        return Owner(Evidence(path, line, ", ".join(known)[:60]), several)

    def _components(self, catalogues: tuple[str, ...]) -> Iterator[tuple[str, Owner]]:
        """Owners of the components of a service catalogue, by the folder that they stand in."""
        for path in self._repository.matching(catalogues):
            folder = posixpath.dirname(path)
            below = "" if not folder or set(folder.split("/")) == {".."} else f"{folder}/"
            for tree in self._repository.yaml(path):
                owner = tree.get("spec", "owner")
                if owner is not None and _is_component(tree) and not self._nobody.match(owner.text):
                    # The owner of a component is a group unless it says that it is a user.
                    several = not owner.text.lower().startswith(PERSON)
                    yield below, Owner(Evidence(path, owner.line, f"owner: {owner.text}"[:60]), several)


def _is_component(tree: Node) -> bool:
    kind = tree.get("kind")
    return kind is not None and kind.text in ("Component", "System", "API")
