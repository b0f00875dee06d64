"""One source file, read as Python would read it."""

from __future__ import annotations

import codecs
import io
import os
import tokenize
from dataclasses import dataclass
from pathlib import Path

from llmlint.model.finding import Finding
from llmlint.model.location import Location

SIZE_LIMIT = 5_000_000
"""Bytes. Larger files are data in Python's clothes: reading them costs minutes and finds nothing."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text, line ends made one and byte order mark taken off, and the bytes it came from."""

    path: str
    """Relative to the project root, with forward slashes."""
    text: str
    data: bytes

    @property
    def lines(self) -> list[str]:
        """The physical lines, as Python and flake8 count them (a form feed ends no line)."""
        return self.text.split("\n")


def unparsable(path: str, reason: str, line: int = 1, column: int = 0) -> Finding:
    """The finding that says why a file cannot be analysed."""
    return Finding(
        code="LLM002",
        message=f"this file {reason}, so llmlint sees nothing in it",
        location=Location(path, line, column, line, column + 1),
        help="Mend the file, or take it out with `exclude` in [tool.llmlint].",
    )


def read_bytes(file: Path, path: str) -> bytes | Finding:
    """The raw bytes, or the finding that says why there are none."""
    try:
        if not file.is_file():
            return unparsable(path, "is not a regular file")
        with open(file, "rb") as stream:
            if os.fstat(stream.fileno()).st_size > SIZE_LIMIT:
                size = os.fstat(stream.fileno()).st_size
                return unparsable(path, f"has {size / 1e6:.1f} MB, more than {SIZE_LIMIT / 1e6:.0f} MB")
            return stream.read()
    except OSError as error:
        return unparsable(path, f"cannot be read ({error.strerror or type(error).__name__})")


def plain(data: bytes) -> str:
    """The text of a file that is no Python: UTF-16 where a byte order mark says so, else UTF-8.

    UnicodeDecodeError where it is neither. PowerShell writes ``pip freeze > requirements.txt`` in UTF-16.
    """
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")


def decode(path: str, data: bytes) -> Document | Finding:
    """Bytes to text by PEP 263: byte order mark, coding comment, else UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return unparsable(path, f"is not valid {encoding}", line)
    except SyntaxError as error:
        if "unknown encoding" in str(error):
            return unparsable(path, "names no usable encoding")
        return unparsable(path, "is not valid utf-8")  # in its first two lines, and names no other
    except (LookupError, ValueError):  # codecs that are no text encodings, or that fail in odd ways
        return unparsable(path, "names no usable encoding")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return unparsable(path, "contains a null byte", line)
    return from_text(path, text, data)


def from_text(path: str, text: str, data: bytes | None = None) -> Document:
    """A document of text that is already decoded (an editor's buffer)."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if data is None:
        data = text.encode("utf-8", "surrogatepass")
    return Document(path, text, data)


def read_document(root: Path, path: str) -> Document | Finding:
    """The document at ``root/path``; an LLM002 finding when it cannot be read or decoded."""
    data = read_bytes(root / path, path)
    return decode(path, data) if isinstance(data, bytes) else data
