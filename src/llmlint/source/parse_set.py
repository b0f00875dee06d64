"""Which files are worth parsing: the seeds, and what is connected to them by imports.

Whoever imports a seed (however indirectly) may call it, and what those files import may be part of the
call. So the parse set is everything that the importers of seeds import, seeds and importers included.
A file counts as an importer of the package it is in: plugins are often found by their folder alone, and
then nothing else connects them. No seed: nothing is parsed, and the libraries for parsing are not even
loaded. Why not less is parsed: decision 0016.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from llmlint.source.import_statements import Import
from llmlint.source.triage_bytes import Scan


@dataclass(frozen=True, slots=True)
class Inside:
    """Names that are defined in the project itself."""

    files: frozenset[str]
    """The files that define them."""
    roots: frozenset[str]
    """The packages that are the project's own: whoever imports from them need not be a seed for that."""


def defining(files: Iterable[str], names: Iterable[str]) -> Inside:
    """Which of the files are the modules of some dotted names (``app.llm.ask``: ``src/app/llm.py``)."""
    modules = {name: [name.split(".")[:end] for end in range(name.count("."), 0, -1)] for name in names}
    wanted = {"/".join(parts) for one in modules.values() for parts in one}
    found: dict[str, list[str]] = defaultdict(list)
    for path in files if wanted else ():
        place = path.removesuffix(".py").removesuffix("/__init__")
        parts = place.split("/")
        for start in range(len(parts)):
            tail = "/".join(parts[start:])
            if tail in wanted:
                found[tail].append(path)
    defined, roots = set(), set()
    for longest_first in modules.values():
        for parts in longest_first:
            place = "/".join(parts)
            if place in found:
                defined.update(found[place])
                at_home = {f"{top}{place}{end}" for top in ("", "src/") for end in (".py", "/__init__.py")}
                if at_home & set(found[place]):
                    roots.add(parts[0])
                break
    return Inside(frozenset(defined), frozenset(roots))


def parse_set(
    scans: Mapping[str, Scan],
    starts: Callable[[str], bool] = lambda path: True,
    witness: Callable[[Scan], bool] = lambda one: False,
) -> frozenset[str]:
    """The paths to parse, out of all files of the project.

    ``starts``: whether a file may be a seed, the importer of one, or a witness. Files for which it is
    false (tests, examples: no rule speaks there) are parsed only when others import them.
    ``witness``: whether a file says what is seen of the calls; only asked when there is a seed.
    """
    alone = {path for path, one in scans.items() if one.alone}
    starts = functools.cache(starts)
    seeds = [path for path, one in scans.items() if one.seed and starts(path)]
    if not seeds:
        return frozenset(alone)
    resolver = _Resolver(scans)
    forward = {path: resolver.targets(path, one.imports) for path, one in scans.items()}
    backward: dict[str, set[str]] = defaultdict(set)
    for path, targets in forward.items():
        for target in targets if starts(path) else ():
            backward[target].add(path)
    found = _closure(_closure(seeds, backward), forward)
    found |= alone
    found.update(path for path, one in scans.items() if path not in found and starts(path) and witness(one))
    return frozenset(found)


def _closure(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    reached = set(start)
    pending = list(reached)
    while pending:
        for target in edges.get(pending.pop(), ()):
            if target not in reached:
                reached.add(target)
                pending.append(target)
    return reached


class _Resolver:
    """Finds the files an import may mean: every file that fits, not only the one Python would take."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_place: dict[str, str] = {}
        packages: set[str] = set()
        for path in sorted(paths):
            place = path.removesuffix(".py")
            above, _, name = place.rpartition("/")
            if name == "__init__":
                packages.add(above)
                self._by_place[above] = path
            else:
                self._by_place.setdefault(place, path)
        self._packages = packages
        self._roots = {"", "src"} | {_above(package) for package in packages if package} - packages
        # Most imports are of other people's packages: they are known by having no holder.
        self._holders: dict[str, set[str]] = defaultdict(set)
        """By the first part of a name: the directories in which something is called so."""
        for place in self._by_place:
            while place:
                place, _, name = place.rpartition("/")
                if place in self._holders[name]:
                    break
                self._holders[name].add(place)
        self._found: dict[Import, frozenset[str]] = {}
        """What imports mean from everywhere: the files of a project import much the same."""

    def targets(self, importer: str, imports: Iterable[Import]) -> frozenset[str]:
        """The files that the imports of one file may mean, and its package."""
        around = list(_around(_above(importer)))
        found = set(self._package(importer, around))
        for one in imports:
            if one.level:
                found.update(self._under(_up(_above(importer), one.level - 1), one))
                continue
            # ``import .x`` in a docstring is no import, and must not lead up to the root and beyond.
            holders = self._holders.get(one.module.strip(".").partition(".")[0])
            if holders is None:
                continue
            if one not in self._found:
                bases = holders & self._roots
                self._found[one] = frozenset(file for base in bases for file in self._under(base, one))
            found |= self._found[one]
            for base in around:  # a script sees what lies beside it and above it
                if base in holders:
                    found.update(self._under(base, one))
        found.discard(importer)
        return frozenset(found)

    def _package(self, path: str, around: Iterable[str]) -> Iterable[str]:
        """The ``__init__.py`` of the nearest package around a file, which is run before it."""
        for place in around:
            if place in self._packages and self._by_place[place] != path:
                return (self._by_place[place],)
        return ()

    def _under(self, base: str, one: Import) -> Iterable[str]:
        """The files that an import means when its module is looked for in a directory."""
        place = one.module.replace(".", "/").strip("/")
        yield from self._files(_joined(base, place), one.names)
        above = _above(place) if not one.names else ""
        while above:  # ``import a.b.c`` gives a name to ``a``
            yield from self._files(_joined(base, above), ())
            above = _above(above)

    def _files(self, place: str, names: tuple[str, ...]) -> Iterable[str]:
        """The module at ``place`` and the submodules among ``names``."""
        for candidate in (place, *[_joined(place, name) for name in names]):
            file = self._by_place.get(candidate)
            if file is not None:
                yield file


def _joined(directory: str, rest: str) -> str:
    return f"{directory}/{rest}" if directory and rest else directory or rest


def _above(place: str) -> str:
    return place.rpartition("/")[0]


def _around(directory: str) -> Iterable[str]:
    """The directory and those above it, but not the root of the project."""
    while directory:
        yield directory
        directory = _above(directory)


def _up(directory: str, levels: int) -> str:
    for _ in range(levels):
        directory = _above(directory)
    return directory
