"""Which file an import means."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from llmlint.project.scopes import Mod


def _module_path(path: str) -> str:
    """``src/app/llm.py`` → ``src/app/llm``; ``src/app/__init__.py`` → ``src/app``."""
    stem = path[:-3] if path.endswith(".py") else path
    return stem[: -len("/__init__")] if stem.endswith("/__init__") else stem


class ModuleIndex:
    """Finds modules by dotted name, as Python would with the usual roots on its path.

    Roots are tried in this order: the directory above the importer's topmost package, the project
    root, ``src/``, every other directory above a topmost package, then the importer's own directory
    and those above it (scripts run from there).
    """

    def __init__(self, modules: Iterable[Mod], external: frozenset[str] = frozenset()) -> None:
        """``external``: import roots of known packages, which a stray file of that name never shadows."""
        self._external = external
        self.by_path: dict[str, Mod] = {mod.path: mod for mod in modules}
        self._by_place: dict[str, Mod] = {}
        packages: set[str] = set()
        for path, mod in self.by_path.items():
            place = _module_path(path)
            # A package wins over a module of the same name, as in Python.
            if place not in self._by_place or path.endswith("/__init__.py"):
                self._by_place[place] = mod
            if path.endswith("__init__.py"):
                packages.add(posixpath.dirname(path))
        self._packages = packages
        self._directories = {d for p in self.by_path for d in _ancestors(posixpath.dirname(p))}
        roots = {"", "src"}
        for package in packages:
            if posixpath.dirname(package) not in packages:
                roots.add(posixpath.dirname(package))
        ordered = sorted(roots, key=lambda root: (root.count("/") + bool(root), root))
        self._under = self._by_relative({root: rank for rank, root in enumerate(ordered)})
        self._found: dict[tuple[str, str], str | None] = {}
        self._asked: set[str] = set()
        """The places that somebody asked for by path."""

    def agrees_with(self, other: ModuleIndex) -> bool:
        """Whether it gives the same answers to everything that ``other`` was asked so far."""
        return all(
            self.place(dotted, f"{directory}/x.py" if directory else "x.py") == place
            for (directory, dotted), place in other._found.items()
        ) and all(
            self._by_place.get(place) is other._by_place.get(place)
            and self.exists(place) == (place in other._by_place or place in other._directories)
            for place in other._asked
        )

    def _by_relative(self, roots: dict[str, int]) -> dict[str, list[str]]:
        """For paths below a root: the roots that have them, in the order in which they are tried.

        A repository of many packages has as many roots: trying each for every import would not end.
        """
        found: dict[str, list[str]] = {}
        for place in {*self._by_place, *self._directories}:
            for root in _ancestors(posixpath.dirname(place)) if place else ():
                if root in roots:
                    found.setdefault(place[len(root) + 1 :] if root else place, []).append(root)
        for having in found.values():
            having.sort(key=roots.__getitem__)
        return found

    def _top(self, importer: str) -> str:
        """The directory above the topmost package of a module."""
        top = posixpath.dirname(importer)
        # The root itself may hold an `__init__.py`; nothing is above it.
        while top and top in self._packages:
            top = posixpath.dirname(top)
        return top

    def place(self, dotted: str, importer: str) -> str | None:
        """Path without ``.py`` of the module or namespace package ``dotted``, as ``importer`` sees it."""
        directory = posixpath.dirname(importer)
        key = (directory, dotted)
        if key in self._found:
            return self._found[key]
        relative = dotted.replace(".", "/")
        result = None
        roots = [self._top(importer), *self._under.get(relative, ())]
        if directory not in self._packages and dotted.split(".", 1)[0] not in self._external:
            roots += _ancestors(directory)
        for root in roots:
            candidate = posixpath.join(root, relative) if root else relative
            if candidate in self._by_place or candidate in self._directories:
                result = candidate
                if candidate in self._by_place:
                    break
        self._found[key] = result
        return result

    def at(self, place: str) -> Mod | None:
        """The module at a place, None for namespace packages and unknown places."""
        self._asked.add(place)
        return self._by_place.get(place)

    def exists(self, place: str) -> bool:
        """Whether a module or a directory with modules is at this place."""
        self._asked.add(place)
        return place in self._by_place or place in self._directories

    def find(self, dotted: str, importer: str) -> Mod | None:
        """The module ``dotted`` as ``importer`` sees it, None when it is not of this project."""
        place = self.place(dotted, importer)
        return None if place is None else self.at(place)

    def relative(self, module: str, level: int, importer: str) -> str | None:
        """The place ``from ..module`` means in ``importer``; None when it leaves the project."""
        base = posixpath.dirname(importer)
        for _ in range(level - 1):
            if not base:
                return None
            base = posixpath.dirname(base)
        if not module:
            return base
        return posixpath.join(base, module.replace(".", "/")) if base else module.replace(".", "/")


def _ancestors(directory: str) -> list[str]:
    found = [directory]
    while directory:
        directory = posixpath.dirname(directory)
        found.append(directory)
    return found
