from __future__ import annotations

import os
from pathlib import Path

import pytest

from llmlint.model.finding import Finding
from llmlint.source import document
from llmlint.source.document import Document, decode, read_document
from tests.conftest import Tree


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"x = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\ry = 3\n", "x = 1\ny = 2\ny = 3\n"),
        (b"# coding: latin-1\nx = '\xe4'\n", "# coding: latin-1\nx = 'ä'\n"),
        (b"#!/usr/bin/python\n# -*- coding: cp1252 -*-\nx = '\x80'\n", None),
        ("x = 'ü'\n".encode(), "x = 'ü'\n"),
        (b"x = 1\n\x0cy = 2\n", "x = 1\n\x0cy = 2\n"),
    ],
)
def test_reads_as_python_does(data: bytes, text: str | None) -> None:
    read = decode("a.py", data)
    assert isinstance(read, Document)
    assert read.text == (text if text is not None else data.decode("cp1252"))
    assert read.data is data


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (b"x = 1\ny = 2\nz = '\xff\xfe'\n", 3, "is not valid utf-8"),
        (b"x = '\xff'\n", 1, "is not valid utf-8"),
        (b"# coding: klingon\n", 1, "names no usable encoding"),
        (b"# coding: rot13\nx\n", 1, "names no usable encoding"),
        (b"# coding: hex\nx\n", 1, "names no usable encoding"),
        (b"# coding: punycode\nabc-!!!\n", 1, "names no usable encoding"),
        (b"x = 1\ny = '\0'\n", 2, "contains a null byte"),
        ("x = 1\n".encode("utf-16"), 1, "is not valid utf-8"),
    ],
)
def test_what_cannot_be_decoded_is_a_finding(data: bytes, line: int, part: str) -> None:
    read = decode("a.py", data)
    assert isinstance(read, Finding)
    assert (read.code, read.location.path, read.location.line) == ("LLM002", "a.py", line)
    assert part in read.message
    assert len(read.message) <= 100


def test_a_huge_file_is_a_finding_that_names_its_size(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "SIZE_LIMIT", 1000)
    root = tree({"big.py": "x = 1\n" * 200, "fits.py": "x" * 1000})
    read = read_document(root, "big.py")
    assert isinstance(read, Finding)
    assert read.message == "this file has 0.0 MB, more than 0 MB, so llmlint sees nothing in it"
    assert isinstance(read_document(root, "fits.py"), Document)


def test_what_is_no_readable_file_is_a_finding(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tree({"dir.py/inner.py": "x = 1\n", "secret.py": "x = 1\n"})
    os.mkfifo(root / "pipe.py")
    (root / "gone.py").symlink_to(root / "nowhere")
    for name in ("dir.py", "pipe.py", "gone.py", "missing.py"):
        read = read_document(root, name)
        assert isinstance(read, Finding), name
        assert "is not a regular file" in read.message

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    read = read_document(Path(root), "secret.py")
    assert isinstance(read, Finding)
    assert "cannot be read (Permission denied)" in read.message
