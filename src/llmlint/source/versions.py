"""Which versions of its packages a project runs with, as far as the files at its root say so.

Lock files say it exactly and come first; what requirements and ``pyproject.toml`` exclude says it at
least. All that is asked is the oldest version that may be installed: where two files disagree it is
the older one, and a file that cannot be read, is too large or is broken says nothing.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import tomli

from llmlint.source.document import plain, read_bytes

Version = tuple[int, ...]
Declared = Iterable[tuple[str, Version]]
"""Package (its normal name) and the oldest version of it that is allowed; ``()`` allows any."""

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
DECLARATIONS = ("pyproject.toml",)
REQUIREMENTS = "requirements*.txt"

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*\(?([^;#)]*)")
_BOUND = re.compile(r"\s*(===?|~=|>=|>|\^|~)?\s*v?(\d+(?:\.\d+)*)")
_SEPARATORS = re.compile(r"[-_.]+")


class Dependencies:
    """The files at a project's root, read when the first package is asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def oldest(self, package: str) -> Version | None:
        """The oldest version of a package that may be installed; None when nothing excludes any."""
        name = normal(package)
        for table in (self._locked, self._declared):
            if name in table:
                return table[name] or None
        return None

    @functools.cached_property
    def _locked(self) -> dict[str, Version]:
        return self._read(LOCKS)

    @functools.cached_property
    def _declared(self) -> dict[str, Version]:
        return self._read([*DECLARATIONS, *self._requirement_files()])

    def _requirement_files(self) -> list[str]:
        try:
            return sorted(file.name for file in self._root.glob(REQUIREMENTS))
        except OSError:
            return []

    def _read(self, names: Iterable[str]) -> dict[str, Version]:
        found: dict[str, Version] = {}
        for name in names:
            data = read_bytes(self._root / name, name)
            for package, version in versions_in(name, data) if isinstance(data, bytes) else ():
                found[package] = min(found.get(package, version), version)
        return found


def files_of_versions(root: Path) -> list[str]:
    """The names of the files at a root that say which versions are installed, sorted."""
    there = {name for name in (*LOCKS, *DECLARATIONS) if (root / name).is_file()}
    try:
        return sorted(there | {file.name for file in root.glob(REQUIREMENTS)})
    except OSError:
        return sorted(there)


def versions_in(name: str, data: bytes) -> list[tuple[str, Version]]:
    """What the bytes of a file of this name say; nothing when they are not what the name promises."""
    try:
        text = plain(data)
        return list(_reader(name)(text))
    except (ValueError, RecursionError):  # no text, no TOML, no JSON
        return []


def normal(package: str) -> str:
    """A package's name as the index compares it."""
    return _SEPARATORS.sub("-", package).lower()


def version(text: str) -> Version:
    """The numbers of a version; what follows them (``rc1``, ``.post2``) is left out."""
    match = re.match(r"v?(\d+(?:\.\d+)*)", text.strip())
    return tuple(map(int, match[1].split("."))) if match else ()


def _reader(name: str) -> Callable[[str], Declared]:
    if name == "Pipfile.lock":
        return _pipfile
    if name in LOCKS:
        return _lock
    return _pyproject if name in DECLARATIONS else _requirements


# -- lock files -------------------------------------------------------------------------------------


def _lock(text: str) -> Declared:
    """``[[package]]`` of uv, Poetry and PDM; one package may stand there once per platform."""
    for package in _list(tomli.loads(text).get("package")):
        match package:
            case {"name": str(name), "version": str(found)}:
                yield normal(name), version(found)


def _pipfile(text: str) -> Declared:
    data = json.loads(text)
    for group in data.values() if isinstance(data, dict) else ():
        for name, package in group.items() if isinstance(group, dict) else ():
            match package:
                case {"version": str(found)}:
                    yield normal(name), _least(found)


# -- requirements -----------------------------------------------------------------------------------


def _requirements(text: str) -> Declared:
    for line in text.splitlines():
        if not line.lstrip().startswith(("-", "#")):
            yield from _requirement(line)


def _requirement(text: str) -> Declared:
    match = _REQUIREMENT.match(text)
    if match:
        yield normal(match[1]), _least(match[2])


def _least(specifiers: str) -> Version:
    """The greatest of the lower bounds: ``>=1.1,<2`` allows nothing below 1.1."""
    bounds = [_BOUND.match(part) for part in specifiers.split(",") if "||" not in specifiers]
    return max((version(b[2]) for b in bounds if b is not None and b[1]), default=())


def _pyproject(text: str) -> Declared:
    data = tomli.loads(text)
    project = _table(data.get("project"))
    poetry = _table(_table(data.get("tool")).get("poetry"))
    lists = [project.get("dependencies"), *_table(project.get("optional-dependencies")).values()]
    lists += _table(data.get("dependency-groups")).values()
    for requirement in (item for one in lists for item in _list(one)):
        if isinstance(requirement, str):
            yield from _requirement(requirement)
    tables = [poetry, *map(_table, _table(poetry.get("group")).values())]
    for dependencies in (_table(table.get("dependencies")) for table in tables):
        for name, said in dependencies.items():
            found = said.get("version") if isinstance(said, dict) else said
            yield normal(name), _poetry(found) if isinstance(found, str) else ()


def _poetry(specifiers: str) -> Version:
    """Poetry's own forms; a version without a sign is exact."""
    exact = specifiers.strip()
    return version(exact) if re.fullmatch(r"\d+(\.\d+)*", exact) else _least(specifiers)


def _table(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Iterator[object]:
    return iter(value) if isinstance(value, list) else iter(())
