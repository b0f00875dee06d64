from __future__ import annotations

import ast
from pathlib import Path

import pytest

from llmlint.source.triage_bytes import Import, Seeds, defining, parse_set, scan

SEEDS = Seeds.of(["openai", "google.genai"], ["api.mistral.ai", "*.openai.azure.com"])


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
        (b"import", []),
        (b"from", []),
        (b"", []),
    ],
)
def test_reads_imports(source: bytes, imports: list[Import]) -> None:
    assert list(scan(source, SEEDS).imports) == imports


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
        for one in scan(data, SEEDS).imports:
            found |= {(one.level, one.module, name) for name in one.names or (None,)}
        assert wanted - found == set(), file.name


@pytest.mark.parametrize(
    ("source", "seed"),
    [
        (b"import openai\n", True),
        (b"import openai.types\n", True),
        (b"from openai import OpenAI\n", True),
        (b"from google import genai\n", True),
        (b"from google import (\n    auth,\n    genai,\n)\n", True),
        (b"import google.genai as g\n", True),
        (b"import google.auth\n", False),
        (b"import openaiish\n", False),
        (b"from .openai import x\n", False),
        (b"# openai\n", False),
        (b"sdk = importlib.import_module('openai')\n", True),
        (b'sdk = __import__("openai")\n', True),
        (b"sdk = import_module('openai.types')\n", True),
        (b"sdk = import_module('openaiish')\n", False),
        (b"sdk = import_module(x) or 'openai.'\n", False),
        (b"sdk = 'openai'\n", False),
        (b"URL = 'https://api.mistral.ai/v1'\n", True),
        (b"URL = f'https://{name}.openai.azure.com/x'\n", True),
    ],
)
def test_seeds(source: bytes, seed: bool) -> None:
    assert scan(source, SEEDS).seed is seed


def parsed(files: dict[str, bytes]) -> set[str]:
    return set(parse_set({path: scan(data, SEEDS) for path, data in files.items()}))


def test_without_a_seed_nothing_is_parsed() -> None:
    assert parsed({"a.py": b"import b\n", "b.py": b"import os\n"}) == set()


def test_parses_who_may_call_a_seed_and_what_they_use() -> None:
    files = {
        "src/app/__init__.py": b"",
        "src/app/llm.py": b"import openai\n",
        "src/app/service.py": b"from .llm import complete\nfrom . import shell\n",
        "src/app/routes.py": b"import app.service\n",
        "src/app/shell.py": b"import os\n",
        "src/app/unrelated.py": b"import os\n",
        "src/app/uses_unrelated.py": b"from app import unrelated\n",
        "scripts/main.py": b"from app.routes import app\nimport local\n",
        "scripts/local.py": b"",
    }
    assert parsed(files) == {
        "src/app/__init__.py",  # ``from . import shell`` may mean a name in it
        "src/app/llm.py",
        "src/app/service.py",
        "src/app/routes.py",
        "src/app/shell.py",
        "scripts/main.py",
        "scripts/local.py",
    }


def test_a_name_from_a_package_may_come_from_its_init() -> None:
    files = {
        "pkg/__init__.py": b"from .llm import complete\n",
        "pkg/llm.py": b"import openai\n",
        "use.py": b"from pkg import complete\n",
        "other.py": b"import pkg.llm.deep\n",
    }
    assert parsed(files) == set(files)


def test_import_cycles_and_imports_beyond_the_top_end() -> None:
    files = {"a.py": b"import b\nimport openai\n", "b.py": b"import a\nfrom ....x import y\n"}
    assert parsed(files) == {"a.py", "b.py"}


@pytest.mark.parametrize(
    ("files", "name", "found", "roots"),
    [
        (["app/llm.py", "app/__init__.py"], "app.llm.ask", ["app/llm.py"], ["app"]),
        (["src/app/llm/__init__.py"], "app.llm.ask", ["src/app/llm/__init__.py"], ["app"]),
        (["app/__init__.py", "app/other.py"], "app.llm.ask", ["app/__init__.py"], ["app"]),
        (["app/llm.py"], "app.llm.Service.ask", ["app/llm.py"], ["app"]),
        (["services/a/app/llm.py"], "app.llm.ask", ["services/a/app/llm.py"], []),
        (["app/a.py", "happ/llm.py"], "app.llm.ask", [], []),
        (["app/a.py"], "acme_llm.Gateway", [], []),
    ],
)
def test_the_files_that_define_a_name(
    files: list[str], name: str, found: list[str], roots: list[str]
) -> None:
    inside = defining(files, [name])
    assert (sorted(inside.files), sorted(inside.roots)) == (found, roots)
