from __future__ import annotations

import ast
from pathlib import Path

import pytest

from llmlint.source.import_statements import Import, read_imports, read_on_demand


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        (b"import os, sys as system\n", [Import(0, "os"), Import(0, "sys")]),
        (b"import a.b.c as d\r\n", [Import(0, "a.b.c")]),
        (b"from .a import (b, # ) not the end\n  c as d,\n)\n", [Import(1, "a", ("b", "c"))]),
        (b"from . import x\n", [Import(1, "", ("x",))]),
        (b"from ...q.r import *\n", [Import(3, "q.r", ("*",))]),
        (b"from .. import (\n    x,\n)\n", [Import(2, "", ("x",))]),
        (b"from a \\\n  import b, \\\n  c\n", [Import(0, "a", ("b", "c"))]),
        (b"if x: import a; from b import c\n", [Import(0, "a"), Import(0, "b", ("c",))]),
        (b"\ttry:\n\t\timport a\n", [Import(0, "a")]),
        (b"from fromage import brie\n", [Import(0, "fromage", ("brie",))]),
        (b"x = important\nprint('import nothing')\n", []),
        (b"from a import b # import c\n", [Import(0, "a", ("b",))]),
        ("from café import thé\n".encode(), [Import(0, "café", ("thé",))]),
        (b"\xef\xbb\xbffrom a import b\r\n", [Import(0, "a", ("b",))]),
        (b"\x0cimport a\n", [Import(0, "a")]),
        (b"x = 1; import a\nimport b\n", [Import(0, "a"), Import(0, "b")]),
        (b"x = \\\n    important\nimport b\n", [Import(0, "b")]),
        (b"import", []),
        (b"from", []),
        (b"", []),
    ],
)
def test_reads_imports(source: bytes, imports: list[Import]) -> None:
    assert list(read_imports(source)) == imports


def test_reads_the_imports_of_the_standard_library_as_python_does() -> None:
    """Nothing that Python imports may be missed; more than that costs only time."""
    for file in sorted(Path(ast.__file__).parent.glob("*.py")):
        data = file.read_bytes()
        wanted: set[tuple[int, str, str | None]] = set()
        for node in ast.walk(ast.parse(data)):
            if isinstance(node, ast.Import):
                wanted |= {(0, alias.name, None) for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                wanted |= {(node.level, node.module or "", alias.name) for alias in node.names}
        found: set[tuple[int, str, str | None]] = set()
        for one in read_imports(data):
            found |= {(one.level, one.module, name) for name in one.names or (None,)}
        assert wanted - found == set(), file.name


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        (b"def __getattr__(name):\n    return load('.llm', __name__)\n", [Import(1, "llm")]),
        (b"T = {'ask': 'app.llm:ask'}\ndef __getattr__(n): ...\n", [Import(1, "ask"), Import(0, "ask")]),
        (b"class A:\n    def __getattr__(self, name):\n        return 'app.llm'\n", []),
        (b"T = {'ask': 'app.llm'}\n", []),
    ],
)
def test_reads_what_modules_may_import_on_demand(source: bytes, imports: list[Import]) -> None:
    found = read_on_demand(source)
    assert set(imports) <= set(found)
    assert bool(imports) == bool(found)


def test_a_name_behind_a_colon_is_no_module() -> None:
    found = read_on_demand(b"T = {1: 'app.llm:ask'}\ndef __getattr__(n): ...\n")
    assert found == (Import(1, "app.llm"), Import(0, "app.llm"))
