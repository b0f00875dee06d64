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


def test_what_only_looks_like_an_import_leads_nowhere() -> None:
    scans = {
        "app/a.py": scan(b"import openai\nimport .b, ..c\nimport .\n", SEEDS),
        "app/b.py": scan(b"", SEEDS),
    }
    assert "app/a.py" in parse_set(scans)


WITNESSES = Seeds.of(
    ["openai"], [], witnesses=["opentelemetry", "google.cloud.monitoring"], variables=["X_LOG"]
)


@pytest.mark.parametrize(
    ("source", "witness"),
    [
        (b"from opentelemetry import trace\n", True),
        (b"import opentelemetry.sdk.trace as t\n", True),
        (b"from google.cloud import monitoring\n", True),
        (b"from google.cloud import storage\n", False),
        (b"from .opentelemetry import trace\n", False),
        (b"# opentelemetry\nimport os\n", False),
        (b"import os\nos.environ['X_LOG'] = 'debug'\n", True),
        (b"import os\nos.environ['MAX_LOG'] = 'debug'\n", False),
        (b"X_LOG = 'debug'\n", False),
        (b"MIDDLEWARE = ['opentelemetry.django.Middleware']\n", True),
        (b"MIDDLEWARE = ['django.Middleware']\nx = 'opentelemetry'\n", True),
        (b"names = ['opentelemetry.django.Middleware']\n", False),
    ],
)
def test_witnesses(source: bytes, witness: bool) -> None:
    found = scan(source, WITNESSES)
    assert WITNESSES.is_witness(found) is witness
    assert not found.seed


def test_witnesses_are_parsed_in_projects_that_have_a_seed() -> None:
    sources = {
        "app/ask.py": b"import openai\n",
        "settings.py": b"import opentelemetry\n",
        "other.py": b"import os\n",
        "tests/conftest.py": b"import opentelemetry\n",
    }

    def production(path: str) -> bool:
        return not path.startswith("tests/")

    scans = {path: scan(source, WITNESSES) for path, source in sources.items()}
    assert parse_set(scans, production, WITNESSES.is_witness) == {"app/ask.py", "settings.py"}
    del scans["app/ask.py"]
    assert parse_set(scans, production, WITNESSES.is_witness) == frozenset()


KEYS = Seeds.of(["openai"], [], keys=["sk-", "sk-ant-", "hf_"], lone=["trust_remote_code"])


@pytest.mark.parametrize(
    ("source", "alone"),
    [
        (b"KEY = 'sk-1d2e0f26'\n", True),
        (b'KEY = ("sk-ant-"\n    "api03")\n', True),
        (b"URL = 'https://x.y?key=hf_abcdefghij'\n", True),
        (b"load(trust_remote_code=True)\n", True),
        (b"x = 'task-1d2e0f2645a8'\n", False),
        (b"from a import sk_learn, hf_x\n", False),
        (b"text.startswith(b'sk')\n", False),
        (b"x = 'sk- and other beginnings'\n", False),
        (b"", False),
    ],
)
def test_files_of_interest_by_themselves(source: bytes, alone: bool) -> None:
    assert scan(source, KEYS).alone is alone


def test_what_is_connected_to_a_key_is_not_parsed() -> None:
    files = {
        "app/__init__.py": b"",
        "app/keys.py": b"from app import names\nKEY = 'sk-1d2e0f26'\n",
        "app/names.py": b"",
        "app/main.py": b"from app.keys import KEY\n",
        "tests/test_app.py": b"KEY = 'hf_abcdefghij'\n",
    }
    scans = {path: scan(data, KEYS) for path, data in files.items()}
    found = parse_set(scans, lambda path: not path.startswith("tests/"))
    assert found == {"app/keys.py", "tests/test_app.py"}
    scans["app/llm.py"] = scan(b"import openai\n", KEYS)
    found = parse_set(scans, lambda path: not path.startswith("tests/"))
    assert found == {"app/keys.py", "tests/test_app.py", "app/llm.py", "app/__init__.py"}


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
