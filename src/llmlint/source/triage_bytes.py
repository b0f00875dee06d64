"""What the bytes of a file say about it, without parsing.

A *seed* is a file that mentions an SDK or an endpoint. Findings need a seed and what is connected to
it by imports (``parse_set``).

A file may also be of interest by itself, whatever it has to do with LLMs: because it may hold a key. Such
files are parsed, tests included, but nothing that is connected to them.

A *witness* is a file that may say what is seen of the calls (telemetry that is set up, variables of the
environment that are set). It need not be connected to a seed by imports, so witnesses are parsed as
well, in projects that have a seed.

Everything here errs on the side of parsing too much.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from llmlint.source.import_statements import Import, read_imports, read_on_demand
from llmlint.source.texts import Texts

_STRING = re.compile(rb"""["']([A-Za-z_]\w*(?:\.\w+)*)(["']?)""")
"""A string that begins with a dotted name, and the quote right after it."""
_SETTINGS = (b"MIDDLEWARE", b"INSTALLED_APPS", b"LOGGING", b"dictConfig")
"""Settings that name handlers and middleware as strings."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the bytes of one file say."""

    seed: bool
    imports: tuple[Import, ...]
    """What it imports, and may import on demand."""
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
    variables: tuple[bytes, ...] = ()
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
        return cls(
            frozenset(roots) - set(beside),
            tuple(sorted(found - {b""})),
            beside,
            _shortest(key.encode() for key in keys),
            tuple({text.encode(): None for text in lone}),
            frozenset(witnesses),
            tuple(variable.encode() for variable in variables),
        )

    @property
    def identity(self) -> str:
        """Text that is equal for equal seeds, also in another process."""
        sets = sorted(self.roots), sorted(self.witnesses), sorted(self.beside.items())
        return repr((*sets, self.texts, self.keys, self.lone, self.variables))

    @functools.cached_property
    def setting(self) -> Texts:
        """The environment variables, whatever stands around them."""
        return Texts(self.variables)

    @functools.cached_property
    def variable(self) -> re.Pattern[bytes]:
        """One of the environment variables as a whole word."""
        return re.compile(rb"\b(?:%b)\b" % (b"|".join(map(re.escape, self.variables)) or b"(?!)"))

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

    @functools.cached_property
    def anywhere(self) -> Texts:
        """The texts that make a file a seed wherever they stand in it."""
        return Texts(self.texts)

    @functools.cached_property
    def conditional(self) -> frozenset[str]:
        """The roots that count only beside a text."""
        return frozenset(self.beside)

    def is_seed(self, data: bytes, imports: Iterable[Import]) -> bool:
        """Whether a file with these imports mentions an SDK or an endpoint."""
        taken = _Taken(imports)
        if taken.any_from(self.roots) or self.anywhere.any_in(data):
            return True
        if taken.any_from(self.conditional):  # most files take from none of them
            for root, texts in self.beside.items():
                if taken.any_from(frozenset({root})) and any(text in data for text in texts):
                    return True
        dynamic = b"import_module" in data or b"__import__" in data
        return dynamic and _quotes(self.roots, data)

    def is_witness(self, one: Scan) -> bool:
        """Whether a file may say what is seen of the calls."""
        return one.tells or _Taken(one.imports).any_from(self.witnesses)


class _Taken:
    """What a file takes from other packages."""

    def __init__(self, imports: Iterable[Import]) -> None:
        self._imports: dict[str, list[Import]] = {}
        for one in imports:
            if not one.level:
                self._imports.setdefault(one.module.partition(".")[0], []).append(one)

    def any_from(self, roots: frozenset[str]) -> bool:
        """Whether an import takes something from under one of the roots."""
        return any(
            _covers(roots, name)
            for top in _tops(roots) & self._imports.keys()
            for one in self._imports[top]
            for name in one.dotted()
        )


@functools.lru_cache(256)
def _tops(roots: frozenset[str]) -> frozenset[str]:
    return frozenset(root.partition(".")[0] for root in roots)


def _quotes(roots: frozenset[str], data: bytes) -> bool:
    """Whether a root, or something under it, stands there as a string: what ``import_module`` takes."""
    tops = _tops(roots)
    for name, end in set(_STRING.findall(data)):
        dotted = name.decode()
        if dotted.partition(".")[0] in tops and _covers(roots, dotted if end else dotted.rpartition(".")[0]):
            return True
    return False


def _covers(roots: frozenset[str], dotted: str) -> bool:
    while dotted:
        if dotted in roots:
            return True
        dotted = dotted.rpartition(".")[0]
    return False


def scan(data: bytes, seeds: Seeds) -> Scan:
    """Reads one file's bytes."""
    imports = read_imports(data)
    seed = seeds.is_seed(data, imports)
    return Scan(seed, imports + read_on_demand(data), seeds.speaks_alone(data), _tells(data, seeds))


def _shortest(prefixes: Iterable[bytes]) -> tuple[bytes, ...]:
    """Without those that begin with another one."""
    known = sorted(set(prefixes))
    return tuple(p for p in known if not any(p != other and p.startswith(other) for other in known))


def _tells(data: bytes, seeds: Seeds) -> bool:
    # Looking for a word first is many times faster than a pattern.
    if (b"environ" in data or b"putenv" in data) and seeds.setting.any_in(data):
        if seeds.variable.search(data) is not None:
            return True
    return any(word in data for word in _SETTINGS) and _quotes(seeds.witnesses, data)
