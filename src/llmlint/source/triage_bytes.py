"""Which files are worth parsing, judged by their bytes.

A *seed* is a file that mentions an SDK or an endpoint. Findings need a seed and what is connected to
it by imports: whoever imports a seed (however indirectly) may call it, and what those files import
may be part of the call. So the parse set is everything that the importers of seeds import, seeds and
importers included. No seed: nothing is parsed, and the libraries for parsing are not even loaded.

A file may also be of interest by itself, whatever it has to do with LLMs: because it may hold a key. Such
files are parsed, tests included, but nothing that is connected to them.

A *witness* is a file that may say what is seen of the calls (telemetry that is set up, variables of the
environment that are set). It need not be connected to a seed by imports, so witnesses are parsed as
well, in projects that have a seed.

Everything here errs on the side of parsing too much.
"""

from __future__ import annotations

import codecs
import functools
import posixpath
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_LIST = rb"\((?:[^)#]|#[^\n]*)*\)|(?:[^\n;#\\]|\\\r?\n)*"
_FROM = re.compile(
    rb"from[ \t]*(?P<dots>[. \t]*)(?P<module>[\w.\x80-\xff]*)(?:\s|\\)+import\b[ \t]*(?P<names>"
    + _LIST
    + rb")"
)
_IMPORT = re.compile(rb"import[ \t\\]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+)")
_STATEMENT = re.compile(rb"(?:^|[;:])[ \t\f]*\Z")
_ORIGIN = re.compile(rb"(?:^|[;:])[ \t\f]*from(?=[\s.\\])")
_COMMENT = re.compile(rb"#[^\n]*")
_FILLER = re.compile(rb"[()\\\s]+")
_SETTINGS = (b"MIDDLEWARE", b"INSTALLED_APPS", b"LOGGING", b"dictConfig")
"""Settings that name handlers and middleware as strings."""


@dataclass(frozen=True, slots=True)
class Import:
    """``from ..module import names`` or ``import module`` (no names)."""

    level: int
    module: str
    names: tuple[str, ...] = ()

    def dotted(self) -> Iterable[str]:
        """Everything it may name: ``a.b`` and ``a.b.c`` for ``from a.b import c``."""
        yield self.module
        for name in self.names:
            yield f"{self.module}.{name}"


@dataclass(frozen=True, slots=True)
class Scan:
    """What the bytes of one file say."""

    seed: bool
    imports: tuple[Import, ...]
    alone: bool = False
    """Whether the file is worth parsing by itself."""
    tells: bool = False
    """Whether it may set an environment variable that matters, or name telemetry in settings."""


@dataclass(frozen=True)
class Seeds:
    """What makes a file a seed."""

    roots: frozenset[str]
    """Import roots: ``openai``, ``google.genai``."""
    texts: tuple[bytes, ...]
    """Pieces of text, such as the hosts of endpoints."""
    beside: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Roots that count only beside one of these texts (``boto3`` and ``bedrock``)."""
    keys: tuple[bytes, ...] = ()
    """Beginnings of keys."""
    lone: tuple[bytes, ...] = ()
    """Pieces of text that make a file of interest by itself."""
    witnesses: frozenset[str] = frozenset()
    """Import roots that make a file a witness: ``opentelemetry``."""
    variables: re.Pattern[bytes] | None = None
    """Environment variables whose setting makes a file a witness."""

    @classmethod
    def of(
        cls,
        roots: Iterable[str],
        hosts: Iterable[str],
        texts: Iterable[str] = (),
        conditional: Mapping[str, tuple[str, ...]] | None = None,
        keys: Iterable[str] = (),
        lone: Iterable[str] = (),
        witnesses: Iterable[str] = (),
        variables: Iterable[str] = (),
    ) -> Seeds:
        """From the catalogue's words; of a host with ``*`` the longest fixed part is looked for.

        ``conditional``: roots that make a file a seed only beside one of these texts. ``keys`` and
        ``lone``: beginnings of keys, and texts, that make a file worth parsing by itself. ``witnesses``
        and ``variables``: import roots and environment variables of witnesses.
        """
        found = {max(host.split("*"), key=len).encode() for host in hosts} | {text.encode() for text in texts}
        beside = {
            root: tuple(text.encode() for text in mentions) for root, mentions in (conditional or {}).items()
        }
        names = "|".join(sorted(map(re.escape, variables)))
        return cls(
            frozenset(roots) - set(beside),
            tuple(sorted(found - {b""})),
            beside,
            _shortest(key.encode() for key in keys),
            tuple(text.encode() for text in lone),
            frozenset(witnesses),
            re.compile(rf"\b(?:{names})\b".encode()) if names else None,
        )

    @functools.cached_property
    def quoted(self) -> re.Pattern[bytes]:
        """A root, or something under it, as the string that ``import_module`` takes."""
        return _as_string(self.roots)

    @functools.cached_property
    def named(self) -> re.Pattern[bytes]:
        """A root of a witness, or something under it, as a string in settings."""
        return _as_string(self.witnesses)

    @functools.cached_property
    def key(self) -> re.Pattern[bytes]:
        """What may be the beginning of a key; its rest may stand in the next literal."""
        prefixes = b"|".join(map(re.escape, self.keys)) or b"(?!)"
        return re.compile(
            rb"""(?<![A-Za-z0-9_-])(?:%b)(?:[A-Za-z0-9_+/-]{8}|[A-Za-z0-9_-]*["'])""" % prefixes
        )

    def speaks_alone(self, data: bytes) -> bool:
        """Whether a file is of interest whatever it has to do with LLMs."""
        # Looking for the beginnings first is many times faster than the pattern.
        if any(prefix in data for prefix in self.keys) and self.key.search(data):
            return True
        return any(text in data for text in self.lone)

    def named_in(self, one: Import) -> bool:
        """Whether an import takes something from under one of the roots."""
        return not one.level and any(_covers(self.roots, name) for name in one.dotted())

    def is_witness(self, one: Scan) -> bool:
        """Whether a file may say what is seen of the calls."""
        return one.tells or any(
            not imported.level and any(_covers(self.witnesses, name) for name in imported.dotted())
            for imported in one.imports
        )


def _as_string(roots: frozenset[str]) -> re.Pattern[bytes]:
    names = "|".join(sorted(map(re.escape, roots))) or "(?!)"
    return re.compile(rf"""["'](?:{names})(?:["']|\.\w)""".encode())


def _covers(roots: frozenset[str], dotted: str) -> bool:
    while dotted:
        if dotted in roots:
            return True
        dotted = dotted.rpartition(".")[0]
    return False


def scan(data: bytes, seeds: Seeds) -> Scan:
    """Reads one file's bytes."""
    imports = tuple(_imports(data.removeprefix(codecs.BOM_UTF8)))
    seed = any(map(seeds.named_in, imports)) or any(text in data for text in seeds.texts)
    if not seed:
        seed = any(
            any(text in data for text in texts)
            and any(
                not one.level and name.split(".", 1)[0] == root for one in imports for name in one.dotted()
            )
            for root, texts in seeds.beside.items()
        )
    if not seed and (b"import_module" in data or b"__import__" in data):
        seed = seeds.quoted.search(data) is not None
    return Scan(seed, imports, seeds.speaks_alone(data), _tells(data, seeds))


def _shortest(prefixes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Without those that begin with another one."""
    known = sorted(set(prefixes))
    return tuple(p for p in known if not any(p != other and p.startswith(other) for other in known))


def _tells(data: bytes, seeds: Seeds) -> bool:
    # Looking for a word first is many times faster than a pattern.
    if seeds.variables is not None and (b"environ" in data or b"putenv" in data):
        if seeds.variables.search(data) is not None:
            return True
    return any(word in data for word in _SETTINGS) and seeds.named.search(data) is not None


def _imports(data: bytes) -> Iterable[Import]:
    """Import statements, at any depth. Looking for the word first is many times faster than a pattern."""
    at = data.find(b"import")
    while at >= 0:
        end = at + 6
        start = data.rfind(b"\n", 0, at) + 1
        while start > 1 and data[start - 2 : start - 1] == b"\\":  # ``from x \`` on the line before
            start = data.rfind(b"\n", 0, start - 1) + 1
        line = data[start:at]
        origin = max((match.end() - 4 for match in _ORIGIN.finditer(line)), default=-1)
        if _STATEMENT.search(line):
            match = _IMPORT.match(data, at)
            if match:
                yield from (Import(0, name) for name in _names(match["modules"]))
                end = match.end()
        elif origin >= 0:
            match = _FROM.match(data, start + origin)
            if match and match.start("names") > at:
                yield _import_from(match)
                end = match.end()
        at = data.find(b"import", end)


def _import_from(match: re.Match[bytes]) -> Import:
    module = match["module"].decode("utf-8", "replace")
    bare = module.lstrip(".")
    level = match["dots"].count(b".") + len(module) - len(bare)
    return Import(level, bare, tuple(_names(match["names"])))


def _names(text: bytes) -> Iterable[str]:
    for part in _FILLER.sub(b" ", _COMMENT.sub(b"", text)).split(b","):
        name = part.strip().split(b" ", 1)[0].decode("utf-8", "replace")
        if name:
            yield name


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
    seeds = [path for path, one in scans.items() if one.seed and starts(path)]
    if not seeds:
        return frozenset(alone)
    resolver = _Resolver(scans)
    forward = {path: resolver.targets(path, one.imports) for path, one in scans.items()}
    backward: dict[str, set[str]] = defaultdict(set)
    for path, targets in forward.items():
        for target in targets if starts(path) else ():
            backward[target].add(path)
    found = _closure(_closure(seeds, backward), forward) | alone
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
            if posixpath.basename(place) == "__init__":
                place = posixpath.dirname(place)
                packages.add(place)
                self._by_place[place] = path
            else:
                self._by_place.setdefault(place, path)
        above = {posixpath.dirname(package) for package in packages if package}
        roots = {"", "src"} | {directory for directory in above if directory not in packages}
        # Which roots hold a top-level name: there may be thousands of roots, and of imports too.
        self._holders: dict[str, set[str]] = defaultdict(set)
        for place in self._by_place:
            for root in _ancestors(posixpath.dirname(place)):
                if root in roots:
                    below = place[len(root) + 1 :] if root else place
                    self._holders[below.partition("/")[0]].add(root)

    def targets(self, importer: str, imports: Iterable[Import]) -> frozenset[str]:
        directory = posixpath.dirname(importer)
        own = set(_ancestors(directory))
        found: set[str] = set()
        for one in imports:
            # ``import ./x`` in a docstring is no import, and must not lead up to the root and beyond.
            place = one.module.replace(".", "/").strip("/")
            if one.level:
                bases = {_up(directory, one.level - 1)}
            else:
                bases = own | self._holders.get(place.partition("/")[0], set())
            for base in bases:
                found.update(self._files(posixpath.join(base, place).rstrip("/"), one.names))
        found.discard(importer)
        return frozenset(found)

    def _files(self, place: str, names: tuple[str, ...]) -> Iterable[str]:
        """The module at ``place`` and the submodules among ``names``."""
        own = self._by_place.get(place)
        if own is not None:
            yield own
        for name in names:
            submodule = self._by_place.get(posixpath.join(place, name))
            if submodule is not None:
                yield submodule
        if "*" in names and own is None:
            return
        if not names and own is None and "/" in place:
            # ``import a.b.c`` where c is defined in b's __init__: the longest part that is a file.
            yield from self._files(posixpath.dirname(place), ())


def _up(directory: str, levels: int) -> str:
    for _ in range(levels):
        directory = posixpath.dirname(directory)
    return directory


def _ancestors(directory: str) -> Iterable[str]:
    yield directory
    while directory:
        directory = posixpath.dirname(directory)
        yield directory
