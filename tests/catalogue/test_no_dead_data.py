"""What nobody reads, and what no table says, is no knowledge: it is found here."""

from __future__ import annotations

import ast
import typing
from functools import cache
from pathlib import Path

import msgspec

import llmlint
from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import load
from tests.catalogue.tables import FILES

SOURCE = Path(llmlint.__file__).parent
INDEXES = ("indexes.py", "observed.py")
"""Modules that file the tables: what only they read, nobody asks for."""
PROOF = {"source", "date", "verify"}
"""What the tests of the catalogue read: where a fact comes from."""
Key = tuple[str, str]
UNREAD: dict[Key, str] = {
    ("sdk", "pypi"): "the proof against the SDKs installs by it",
    ("client", "timeout_unit"): "the tables in the docs print it",
    ("derive", "timeout_unit"): "as for clients",
    ("call", "timeout_unit"): "as for clients",
    ("http", "client_url"): "the tables in the docs leave such clients out",
}
"""Keys that the program does not read, and why they are there."""
UNSAID: dict[Key, str] = {
    ("passthrough", "bounded"): "for decorators of projects: docs/usage/your-own-catalogue.md",
    ("call", "when"): "no call of an SDK is told from another by a literal; calls of projects may be",
    ("cap", "huge"): "its default fits every SDK",
    ("act", "on"): "for services of projects: docs/usage/your-own-catalogue.md",
    ("act", "method"): "as for on",
    ("app_handler", "arg"): "its default fits every framework",
}
"""Keys that no shipped table gives another value than the default, and why they are there."""


def structs() -> dict[str, type[s.Entry]]:
    return {
        field.name: next(kind for kind in typing.get_args(field.type) if isinstance(kind, type))
        for field in msgspec.structs.fields(s.CatalogueFile)
    }


KEYS = [
    (table, field.name)
    for table, struct in structs().items()
    for field in msgspec.structs.fields(struct)
    if field.name not in PROOF
]


@cache
def attributes_read(*, filing: bool = True) -> frozenset[str]:
    """Every attribute that the program reads, also by a name it chooses or hands on (``getattr`` at last).

    Without ``filing``, only what is read outside of the indexes.
    """
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        if not filing and path.parent.name == "catalogue" and path.name in INDEXES:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Attribute(attr=name, ctx=ast.Load()):
                    found.add(name)
                case ast.Call(args=texts):
                    found.update(text for one in texts for text in _text(one))
                case ast.IfExp(body=body, orelse=orelse):
                    found.update(text for one in (body, orelse) for text in _text(one))
    return frozenset(found)


def _text(node: ast.expr) -> tuple[str, ...]:
    return (node.value,) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ()


def test_every_table_is_read() -> None:
    assert sorted(structs().keys() - attributes_read()) == []


def test_every_index_is_asked() -> None:
    catalogue = load()
    made = {*vars(catalogue), *vars(catalogue.observed)}
    assert sorted(made - attributes_read(filing=False)) == [], "dead data: use it or take it out"


def test_every_key_is_read() -> None:
    unread = {(table, key) for table, key in KEYS if key not in attributes_read()}
    assert sorted(unread - UNREAD.keys()) == [], "dead data: use it or take it out"
    assert sorted(UNREAD.keys() - unread) == [], "it is read now: take it out of UNREAD"


def says_something(table: str, key: str) -> bool:
    """Whether a shipped table gives the key another value than its default."""
    (default,) = (f.default for f in msgspec.structs.fields(structs()[table]) if f.name == key)
    values = (getattr(file, table) for file in FILES.values())
    entries = [one for value in values for one in (value if isinstance(value, tuple) else (value,)) if one]
    return any(getattr(entry, key) not in (default, (), {}, "", None) for entry in entries)


def test_every_key_says_something_somewhere() -> None:
    unsaid = {(table, key) for table, key in KEYS if not says_something(table, key)}
    assert sorted(unsaid - UNSAID.keys()) == [], "no table says it: take the key out"
    assert sorted(UNSAID.keys() - unsaid) == [], "a table says it now: take it out of UNSAID"
