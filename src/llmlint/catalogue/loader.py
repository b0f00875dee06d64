"""Reads catalogue files into the schema's structs; a mistake names its file and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import tomli

from llmlint.catalogue.schema import CatalogueFile
from llmlint.resources import rules_directory


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


def line_of_syntax_error(error: Exception, text: str) -> int:
    """The line of which tomli complains."""
    match = re.search(r"at line (\d+)", str(error))
    if match:
        return int(match[1])
    return text.rstrip().count("\n") + 1 if "end of document" in str(error) else 1


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


# --- where a value is written --------------------------------------------------------------------


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line on which the value at ``path`` (keys and numbers) is written in a valid TOML text.

    tomli does not say, so it is asked: the value is written by the first lines that, parsed alone,
    have it. Of a statement over several lines it is the line with the key, where that can be seen.
    A path that leads nowhere is shortened until it does.
    """
    lines = text.splitlines(keepends=True)
    while path and not _has(tomli.loads(text), path):
        path = path[:-1]
    if not path:
        return 1
    low, high = 0, len(lines)  # the first `low` lines do not have it, the first `high` have
    while high - low > 1:
        middle = (low + high) // 2
        if _first_lines_have(lines, middle, path):
            high = middle
        else:
            low = middle
    start = high
    while start > 1 and _parsed(lines[: start - 1]) is None:  # the middle of a statement
        start -= 1
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    written = re.compile(rf"""(?:^|[\s{{,.\[])["']?{re.escape(key)}["']?\s*[=\].]""")
    return next((n for n in range(start, high + 1) if written.search(lines[n - 1])), start)


def _first_lines_have(lines: list[str], number: int, path: tuple[str | int, ...]) -> bool:
    while number:
        data = _parsed(lines[:number])
        if data is not None:
            return _has(data, path)
        number -= 1
    return False


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomli.loads("".join(lines))
    except tomli.TOMLDecodeError:
        return None


def _has(data: Any, path: tuple[str | int, ...]) -> bool:
    for part in path:
        if isinstance(part, int):
            if not isinstance(data, list) or part >= len(data):
                return False
        elif not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True
