"""Reads ``rules/catalogue/audit/*.toml``: criteria, published lists, and what tools and files are called.

Beside the catalogue and not in it, since only the audit reads it. Each file has its own struct in
``audit/tables/``, which refuses unknown keys; what is true of a tool is a ``Fact`` with its source and date.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TypeVar

import msgspec
import tomli

from llmlint.catalogue.loader import CatalogueError, catalogue_directory
from llmlint.catalogue.tables import Entry

T = TypeVar("T")


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table that is llmlint's own: a criterion, a list."""


class Fact(Entry, frozen=True, kw_only=True, eq=False):
    """What is true of a tool or a convention, with its source and date."""


def directory() -> Path:
    """Where the files are."""
    return catalogue_directory() / "audit"


@functools.cache
def read(name: str, struct: type[T]) -> T:
    """The file of this name as this struct, read once; raises ``CatalogueError`` when it does not fit."""
    file = directory() / f"{name}.toml"
    try:
        return msgspec.convert(tomli.loads(file.read_text(encoding="utf-8")), struct, strict=True)
    except (tomli.TOMLDecodeError, OSError) as error:
        raise CatalogueError(file, "", str(error)) from error
    except msgspec.ValidationError as error:
        reason, _, place = str(error).partition(" - at `$.")
        raise CatalogueError(file, place.rstrip("`"), reason) from error
