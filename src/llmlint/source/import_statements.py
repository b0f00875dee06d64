"""Import statements, read from the bytes of a file without parsing it.

Whatever Python imports is found; what only looks like an import (in a string, say) may be found as well.
"""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LIST = rb"\((?:[^)#]|#[^\n]*)*\)|(?:[^\n;#\\]|\\\r?\n)*"
_FROM = re.compile(
    rb"from[ \t]*(?P<dots>[. \t]*)(?P<module>[\w.\x80-\xff]*)(?:\s|\\)+import\b[ \t]*(?P<names>"
    + _LIST
    + rb")"
)
_IMPORT = re.compile(rb"import[ \t\\]+(?P<modules>(?:[^\n;#\\]|\\\r?\n)+)")
_BEGINNING = re.compile(rb"(?:^|[;:])[ \t\f]*\Z")
_ORIGIN = re.compile(rb"(?:^|[;:])[ \t\f]*from(?=[\s.\\])")
_ON_DEMAND = b"def __getattr__("
"""In modules that import names when somebody asks for them: which, is written in strings."""
_NAMED = re.compile(rb"""["'](\.*)([A-Za-z_][\w.]*)(?::\w+)?["']""")
_COMMENT = re.compile(rb"#[^\n]*")
_NO_FILLER = bytes.maketrans(b"()\\", b"   ")
_KNOWN = 20_000
"""Lines and statements that are remembered: most files of a project import the same names."""


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


def read_imports(data: bytes) -> tuple[Import, ...]:
    """The import statements of a file, at any depth, in the order in which they stand there."""
    found: list[Import] = []
    data = data.removeprefix(codecs.BOM_UTF8)
    # Looking for the word first is many times faster than a pattern.
    at = data.find(b"import")
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        end = data.find(b"\n", at)
        line = data[start : end if end >= 0 else len(data)]
        if b"(" in line or b"\\" in line or _is_continued(data, start):
            one, end = _statement(data, at)
            found += one
        else:
            found += _of_line(line)
        at = data.find(b"import", end) if end >= 0 else -1
    return tuple(found)


def read_on_demand(data: bytes) -> tuple[Import, ...]:
    """What a module with ``__getattr__`` may import then: whatever its strings can mean as modules."""
    if not (data.startswith(_ON_DEMAND) or b"\n" + _ON_DEMAND in data):
        return ()
    return tuple(dict.fromkeys(_quoted(data)))


def _quoted(data: bytes) -> Iterator[Import]:
    for dots, name in _NAMED.findall(data):
        module = name.decode("utf-8", "replace").rstrip(".")
        yield Import(max(len(dots), 1), module)
        if not dots:
            yield Import(0, module)


@functools.lru_cache(_KNOWN)
def _of_line(line: bytes) -> tuple[Import, ...]:
    """What a line imports that nothing before or behind it has to do with."""
    found: list[Import] = []
    at = line.find(b"import")
    while at >= 0:
        one, end = _statement(line, at)
        found += one
        at = line.find(b"import", end)
    return tuple(found)


def _statement(data: bytes, at: int) -> tuple[tuple[Import, ...], int]:
    """What the statement imports whose ``import`` stands at this place, and where to go on."""
    start = data.rfind(b"\n", 0, at) + 1
    while _is_continued(data, start):
        start = data.rfind(b"\n", 0, start - 1) + 1
    line = data[start:at]
    if _BEGINNING.search(line):
        match = _IMPORT.match(data, at)
        if match:
            return tuple(Import(0, name) for name in _names(match["modules"])), match.end()
    else:
        origin = _origin(line)
        match = _FROM.match(data, start + origin) if origin >= 0 else None
        if match and match.start("names") > at:
            return (_from(match),), match.end()
    return (), at + len(b"import")


def _is_continued(data: bytes, start: int) -> bool:
    """Whether the line before the one that starts here goes on in it."""
    return start > 1 and data[start - 2 : start - 1] == b"\\"


def _origin(line: bytes) -> int:
    """Where the last ``from`` stands that may begin a statement; -1 when there is none."""
    if b":" in line or b";" in line:
        return max((match.end() - 4 for match in _ORIGIN.finditer(line)), default=-1)
    match = _ORIGIN.match(line)
    return match.end() - 4 if match else -1


def _from(match: re.Match[bytes]) -> Import:
    module = match["module"].decode("utf-8", "replace")
    bare = module.lstrip(".")
    level = match["dots"].count(b".") + len(module) - len(bare)
    return Import(level, bare, tuple(_names(match["names"])))


def _names(text: bytes) -> Iterator[str]:
    if b"#" in text:
        text = _COMMENT.sub(b"", text)
    for part in text.translate(_NO_FILLER).split(b","):
        words = part.split(None, 1)
        if words:
            yield words[0].decode("utf-8", "replace")
