"""What a project adds to the catalogue: the same tables, validated for people who write them by hand.

A mistake costs the file it is in, never the run: the caller reports it and goes on without that file.
The catalogue that ships with llmlint is the measure of what a word can be, so a value that none of its
tables uses is a misspelling.
"""

from __future__ import annotations

import datetime
import difflib
import functools
import keyword
import re
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from llmlint.catalogue import schema as s
from llmlint.catalogue.additions import Mistake, Own
from llmlint.catalogue.loader import CatalogueError, parse
from llmlint.catalogue.lookup import load
from llmlint.source.tomllines import line_of

SOURCE = "the project's own catalogue"
_WORDS = {
    "client": ("kind", "timeout_unit", "timeout_none"),
    "derive": ("timeout_unit",),
    "call": ("kind", "result", "timeout_unit", "timeout_none"),
    "retry": ("form",),
    "tool": ("form",),
    "cap": ("none_means",),
    "sink": ("kind",),
    "program": ("runs",),
    "sanitizer": ("form", "kinds"),
    "logger": ("level", "methods"),
    "input": ("form",),
    "secret": ("form",),
}
"""Keys whose values are words that mean something to llmlint."""
_UNUSED_WORDS = {"sanitizer": ("log", "prompt", "system"), "sink": ()}
"""Such words of which no shipped table happens to make use."""
_NAMES = ("path", "also", "factory", "classes", "on", "group", "returns", "imports")
"""Keys whose values are dotted names."""
_PUBLIC = ("client", "call", "tool", "logger")
"""Tables whose names belong to a package: ``chat`` alone would name nothing that can be imported."""


def own_names(file: s.CatalogueFile) -> Iterator[tuple[str, str]]:
    """Table and dotted name of everything that may be a function or class of the project itself."""
    for table in _structs():
        for entry in _entries(file, table):
            if table == "call" and entry.on:
                continue  # ``chat.completions.create``, on an object
            for key in ("path", "also", "factory"):
                for name in _texts(getattr(entry, key, "")):
                    yield table, name


def read_file(file: Path) -> Own:
    """What a file adds."""
    try:
        text, data = parse(file)
    except CatalogueError as error:
        return Own(mistakes=(Mistake(file, error.line, f"is not valid TOML ({error.reason})"),))
    return read_table(file, text, data, ())


def read_table(file: Path, text: str, table: object, prefix: tuple[str, ...]) -> Own:
    """What a table adds that stands under ``prefix`` in the text of a file."""
    try:
        return Own((_checked(table),))
    except _WrongError as error:
        return Own(mistakes=(Mistake(file, line_of(text, (*prefix, *error.path)), error.message),))


Place = tuple[str | int, ...]


class _WrongError(Exception):
    def __init__(self, path: Place, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


def _checked(table: object) -> s.CatalogueFile:
    if not isinstance(table, dict):
        raise _WrongError((), "`catalogue` is not a table")
    try:
        file = msgspec.convert(_completed(table), s.CatalogueFile, strict=True)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error
    for name in _structs():
        for number, entry in enumerate(_entries(file, name)):
            at: Place = (name,) if name == "sdk" else (name, number)
            _check_names(name, entry, at)
            _check_words(name, entry, at)
            _check_owners(file, entry, at)
    return file


def _completed(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table with what people need not write: where a fact was read, and what the package is called."""
    known = {"source": SOURCE, "date": datetime.date.min}
    made: dict[str, Any] = {}
    for name, value in table.items():
        if name == "sdk" and isinstance(value, dict):
            made[name] = {**known, "id": "own", "name": "own", **value}
        elif isinstance(value, list):
            made[name] = [{**known, **one} if isinstance(one, dict) else one for one in value]
        else:
            made[name] = value
    return made


# --- mistakes in the shape -----------------------------------------------------------------------


@functools.cache
def _structs() -> dict[str, type[s.Entry]]:
    """The struct of each table."""
    return {
        field.name: next(t for t in typing.get_args(field.type) if isinstance(t, type))
        for field in msgspec.structs.fields(s.CatalogueFile)
    }


def _explained(error: str) -> _WrongError:
    """The sentence of msgspec, with the key it is about and the one that may have been meant."""
    reason, _, place = error.partition(" - at `$")
    path: Place = tuple(
        int(number) if number else name for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", place)
    )
    table = str(path[0]) if path else ""
    found = re.search(r"(unknown|missing required) field `(.*)`", reason)
    if found is None:
        if len(path) == 1 and "Expected `array`, got `object`" in reason:
            return _WrongError(path, f"`{table}` is a list of tables: write it with two brackets")
        key = next((part for part in reversed(path) if isinstance(part, str)), table)
        where = f"`{key}` of `{table}`" if key != table else f"`{table}`"
        return _WrongError(path, f"{where}: {reason[:1].lower()}{reason[1:]}")
    key = found[2]
    if found[1] != "unknown":
        return _WrongError(path, f"`{table}` has no `{key}`")
    known = [f.name for f in msgspec.structs.fields(_structs()[table])] if table else list(_structs())
    what = f"key of `{table}`" if table else "table of a catalogue"
    return _WrongError((*path, key), f"`{key}` is no {what}{_hint(key.replace('-', '_'), known)}")


def _hint(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word.lower(), known, 1, 0.6)
    return f", did you mean `{near[0]}`?" if near else ""


# --- mistakes in the words -----------------------------------------------------------------------


def _entries(file: s.CatalogueFile, table: str) -> tuple[Any, ...]:
    value = getattr(file, table)
    return value if isinstance(value, tuple) else (value,) if value is not None else ()


def _texts(value: object) -> tuple[str, ...]:
    match value:
        case str():
            return (value,) if value else ()
        case tuple():
            return tuple(one for one in value if isinstance(one, str))
        case dict():
            return tuple(one for one in value.values() if isinstance(one, str))
        case _:
            return ()


def _check_names(table: str, entry: Any, at: Place) -> None:
    for key in _NAMES:
        value = getattr(entry, key, "")
        for number, name in enumerate(_texts(value)):
            place = (*at, key, number) if isinstance(value, tuple) else (*at, key)
            if key == "group" and not name.startswith("@"):
                raise _WrongError(place, f"`{name}` cannot be a group: its name starts with `@`")
            bare = name[1:] if key in ("on", "group") and name.startswith("@") else name
            if not _is_dotted(bare) and not (name == "*" and key == "on"):
                raise _WrongError(place, f"`{name}` cannot be a name: write it as it is imported")
            if key in ("path", "also") and table in _PUBLIC and "." not in name and not _owners(entry):
                raise _WrongError(place, f"`{name}` names no module: write `module.{name}`")


def _owners(entry: Any) -> tuple[str, ...]:
    """The classes whose methods a table speaks of."""
    on: tuple[str, ...] = getattr(entry, "on", ())
    return on


def _is_dotted(name: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in name.split("."))


def _check_words(table: str, entry: Any, at: Place) -> None:
    for key in _WORDS.get(table, ()):
        value = getattr(entry, key)
        for number, word in enumerate(_texts(value)):
            known = _words(table, key)
            if word not in known:
                place = (*at, key, number) if isinstance(value, tuple) else (*at, key)
                hint = _hint(word, sorted(known)) or f"; known are {', '.join(sorted(known))}"
                raise _WrongError(place, f"`{word}` is no `{key}` of `{table}`{hint}")


@functools.cache
def _words(table: str, key: str) -> frozenset[str]:
    """Every value a key has in the catalogue that ships with llmlint."""
    found = {
        word for file in load().files for one in _entries(file, table) for word in _texts(getattr(one, key))
    }
    found.update(
        word
        for field in msgspec.structs.fields(_structs()[table])
        if field.name == key
        for word in _texts(field.default)
    )
    if (table, key) == ("sanitizer", "kinds"):
        found |= {*_words("sink", "kind"), *_UNUSED_WORDS["sanitizer"]}
    return frozenset(found)


def _check_owners(file: s.CatalogueFile, entry: Any, at: Place) -> None:
    """A group that has no members, and a result that is no client, would do nothing at all."""
    names = {*load().client_ids, *(one for client in file.client for one in load().ids(client))}
    for number, owner in enumerate(_owners(entry)):
        if owner.startswith("@") and owner not in names:
            known = sorted(name for name in names if name.startswith("@"))
            raise _WrongError(
                (*at, "on", number), f"no client is of the group `{owner}`{_hint(owner, known)}"
            )
    returns = getattr(entry, "returns", "")
    if returns and returns not in names:
        raise _WrongError((*at, "returns"), f"`{returns}` is no client{_hint(returns, sorted(names))}")
