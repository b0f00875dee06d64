from __future__ import annotations

import pytest

from llmlint.source.parse_set import defining, parse_set
from llmlint.source.triage_bytes import Seeds, scan

SEEDS = Seeds.of(["openai"], [])
WITNESSES = Seeds.of(["openai"], [], witnesses=["opentelemetry"])
KEYS = Seeds.of(["openai"], [], keys=["sk-", "hf_"])


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


def test_other_peoples_packages_lead_nowhere() -> None:
    files = {
        "app/llm.py": b"import openai\n",
        "app/ask.py": b"import llm\n",
        "app/dates.py": b"import os.path\nfrom typing import Any\n",
        "app/typing/names.py": b"import app.llm.x\n",
    }
    assert parsed(files) == {"app/llm.py", "app/ask.py", "app/typing/names.py"}


def test_a_plugin_counts_as_an_importer_of_the_packages_it_is_in() -> None:
    files = {
        "app/__init__.py": b"from .llm import ask\n",
        "app/llm.py": b"import openai\n",
        "app/plugins/shell.py": b"class Shell: ...\n",
        "app/plugins/web/__init__.py": b"",
        "app/plugins/web/get.py": b"",
        "other/__init__.py": b"",
        "other/get.py": b"",
    }
    assert parsed(files) == {path for path in files if path.startswith("app/")}


def test_scripts_are_run_with_their_own_directory_on_the_path() -> None:
    files = {"tools/llm.py": b"import openai\n", "tools/run.py": b"import llm\n"}
    assert parsed(files) == set(files)


def test_importing_a_module_names_the_package_it_is_in() -> None:
    files = {
        "app/__init__.py": b"from .texts import prompt\n",
        "app/texts.py": b"",
        "app/llm/__init__.py": b"",
        "app/llm/ask.py": b"import openai\n",
        "main.py": b"import app.llm.ask\napp.prompt\n",
    }
    assert parsed(files) == set(files)


def test_the_package_of_a_file_is_run_with_it() -> None:
    files = {
        "services/a/app/__init__.py": b"from .logs import setup\n",
        "services/a/app/logs.py": b"import os\n",
        "services/a/app/llm.py": b"import openai\n",
        "services/b/app/__init__.py": b"",
    }
    assert parsed(files) == {path for path in files if path.startswith("services/a/")}


def test_what_a_module_imports_on_demand_is_part_of_it() -> None:
    lazy = (
        b"T = {'ask': '.llm', 'Tool': 'app.tools.Tool'}\ndef __getattr__(name):\n    return load(T[name])\n"
    )
    files = {
        "app/__init__.py": lazy,
        "app/llm.py": b"import openai\n",
        "app/tools.py": b"",
        "main.py": b"from app import ask\n",
    }
    assert parsed(files) == set(files)


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
