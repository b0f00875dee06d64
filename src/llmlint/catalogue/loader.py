"""Reads ``rules/catalogue/*.toml`` into the schema's structs; a mistake names its file and key."""

from __future__ import annotations

from pathlib import Path

import msgspec
import tomli

from llmlint.catalogue.schema import CatalogueFile
from llmlint.resources import rules_directory


class CatalogueError(Exception):
    """A catalogue file that cannot be read, with its file and, where one is at fault, its key."""

    def __init__(self, file: Path, key: str, reason: str) -> None:
        """Name the file, the key (``client[2].timeout``; empty for the whole file) and the reason."""
        super().__init__(f"{file.name}: {key}: {reason}" if key else f"{file.name}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason


def catalogue_directory() -> Path:
    """The directory of the catalogue's TOML files."""
    return rules_directory() / "catalogue"


def read_file(file: Path) -> CatalogueFile:
    """Parse and validate one file, or raise ``CatalogueError``."""
    try:
        data = tomli.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise CatalogueError(file, "", str(error)) from error
    try:
        return msgspec.convert(data, CatalogueFile, strict=True)
    except msgspec.ValidationError as error:
        # msgspec ends its message with the path: "Expected `int`, got `str` - at `$.client[0].retries`".
        reason, _, place = str(error).partition(" - at `$.")
        raise CatalogueError(file, place.rstrip("`"), reason) from error


def load_files() -> tuple[CatalogueFile, ...]:
    """All files of the catalogue, in the order of their names."""
    return tuple(read_file(file) for file in sorted(catalogue_directory().glob("*.toml")))
