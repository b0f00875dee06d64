"""Reads catalogue files into the schema's structs; a mistake names its file and key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import tomli

from llmlint.catalogue.schema import CatalogueFile
from llmlint.resources import rules_directory
from llmlint.source.tomllines import line_of_syntax_error


class CatalogueError(Exception):
    """A catalogue file that cannot be read, with its file and, where one is at fault, its key."""

    def __init__(self, file: Path, key: str, reason: str, line: int = 1) -> None:
        """Name the file, the key (``client[2].timeout``; empty for the whole file) and the reason."""
        super().__init__(f"{file.name}: {key}: {reason}" if key else f"{file.name}: {reason}")
        self.file = file
        self.key = key
        self.reason = reason
        self.line = line


def catalogue_directory() -> Path:
    """The directory of the catalogue's TOML files."""
    return rules_directory() / "catalogue"


def parse(file: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and what it says, or a ``CatalogueError``."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return text, tomli.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(file, "", str(error)) from error
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise CatalogueError(file, "", str(error), line_of_syntax_error(error, text)) from error


def read_file(file: Path) -> CatalogueFile:
    """Parse and validate one file, or raise ``CatalogueError``."""
    _, data = parse(file)
    try:
        return msgspec.convert(data, CatalogueFile, strict=True)
    except msgspec.ValidationError as error:
        # msgspec ends its message with the path: "Expected `int`, got `str` - at `$.client[0].retries`".
        reason, _, place = str(error).partition(" - at `$.")
        raise CatalogueError(file, place.rstrip("`"), reason) from error


def load_files() -> tuple[CatalogueFile, ...]:
    """All files of the catalogue, in the order of their names."""
    return tuple(read_file(file) for file in sorted(catalogue_directory().glob("*.toml")))
