"""What a project adds to the catalogue takes part in everything: triage, resolution, findings, memo."""

from __future__ import annotations

import argparse
import ast
from pathlib import Path

import pytest

from llmlint.engine import analyse
from llmlint.integrations.flake8 import Plugin
from llmlint.integrations.memo import ProjectMemo
from llmlint.model.finding import Status
from llmlint.request import Report
from llmlint.scope import requests_for
from tests.conftest import Tree

GATEWAY = """\
[[client]]
path = "acme_llm.Gateway"
no_deadline = true

[[call]]
on = ["acme_llm.Gateway"]
path = "ask"
"""
USES = "from acme_llm import Gateway\n\ngateway = Gateway()\n\n\ndef f(q):\n    return gateway.ask(q)\n"
FILES = {".git/HEAD": "", "app/__init__.py": "", "app/a.py": USES, "app/b.py": "import os\n"}


def found(*reports: Report) -> list[tuple[str, str, int]]:
    return [(f.code, f.location.path, f.location.line) for r in reports for f in r.of_status(Status.REPORTED)]


def check(*names: str) -> list[Report]:
    return [analyse(request) for request in requests_for([Path(name) for name in names or (".",)])]


def test_files_that_import_the_package_are_analysed(tree: Tree) -> None:
    tree(FILES)
    (report,) = check()
    assert (found(report), report.parsed) == ([], 0)
    tree({"llmlint-catalogue.toml": GATEWAY})
    (report,) = check()
    assert found(report) == [("LLM302", "app/a.py", 3)]
    assert report.parsed == 2, "with the package it is in"


def test_a_package_can_be_named_where_no_table_speaks_of_it(tree: Tree) -> None:
    tree({".git/HEAD": "", "a.py": "import acme.db\n", "b.py": "import acme_llm\n"})
    assert [report.parsed for report in check()] == [0]
    tree({"llmlint-catalogue.toml": '[sdk]\nimports = ["acme"]\n'})
    assert [report.parsed for report in check()] == [1]


def test_a_function_of_the_project_makes_its_file_and_its_callers_worth_parsing(tree: Tree) -> None:
    tree(
        {
            ".git/HEAD": "",
            "src/app/__init__.py": "",
            "src/app/llm.py": "def ask(q):\n    return q\n",
            "src/app/other.py": "from app.settings import X\n",
            "src/app/settings.py": "X = 1\n",
            "src/app/use.py": "from .llm import ask\n\n\ndef f(q):\n    return eval(ask(q))\n",
            "llmlint-catalogue.toml": '[[call]]\npath = "app.llm.ask"\nresult = "text"\n',
        }
    )
    (report,) = check()
    assert found(report) == [("LLM503", "src/app/use.py", 5)]
    assert report.parsed == 3, "what only imports another module of the package is left alone"


@pytest.mark.parametrize("path", ["app.llm.ask", "app.ask", "app.llm.Service.ask"])
def test_names_by_which_a_function_is_known(tree: Tree, path: str) -> None:
    tree(
        {
            "pyproject.toml": f'[[tool.llmlint.catalogue.call]]\npath = "{path}"\nresult = "text"\n',
            "app/__init__.py": "from .llm import ask as ask, service\n",
            "app/llm.py": (
                "def ask(q):\n    return 'x'\n\n\n"
                "class Service:\n    def ask(self, q):\n        return 'x'\n\n\nservice = Service()\n"
            ),
            "use.py": (
                "import app\nfrom app import ask\nfrom app.llm import service\n\n\n"
                "def f(q):\n    eval(ask(q))\n    eval(app.ask(q))\n    eval(service.ask(q))\n"
            ),
        }
    )
    lines = [9] if "Service" in path else [7, 8]
    assert found(*check()) == [("LLM503", "use.py", line) for line in lines]


def test_methods_of_a_class_of_the_project(tree: Tree) -> None:
    tree(
        {
            ".git/HEAD": "",
            "app/gateway.py": "class Gateway:\n    def ask(self, q):\n        return self.queue.send(q)\n",
            "app/use.py": (
                "from app.gateway import Gateway\n\ngateway = Gateway()\n\n\n"
                "def f(q):\n    return eval(gateway.ask(q))\n"
            ),
            "llmlint-catalogue.toml": (
                '[[client]]\npath = "app.gateway.Gateway"\n'
                '[[call]]\non = ["app.gateway.Gateway"]\npath = "ask"\nresult = "text"\n'
            ),
        }
    )
    assert found(*check()) == [("LLM503", "app/use.py", 7)]


TOOLS = "import subprocess\n\nimport openai\n\nfrom {0} import expose\n\n\n"
TABLES = {
    "a tool": (
        '[[tool]]\nform = "decorator"\npath = "{0}.expose"\n',
        TOOLS + "@expose\ndef t(x: str):\n    subprocess.run(x, shell=True, timeout=5)\n",
        "LLM501",
        10,
    ),
    "a sink": (
        '[[sink]]\npath = "{0}.expose"\nkind = "shell"\ndoes = "runs it in a shell"\n',
        TOOLS + "def f(c: openai.OpenAI):\n    r = c.responses.create(model='m', input='x')\n"
        "    expose(r.output_text)\n",
        "LLM503",
        10,
    ),
    "a retry": (
        '[[retry]]\npath = "{0}.expose"\nbounds = ["times"]\n',
        TOOLS + "@expose()\ndef f(c: openai.OpenAI):\n    return c.responses.create(model='m', input='x')\n",
        "LLM304",
        8,
    ),
    "a logger": (
        '[[logger]]\npath = "{0}.expose"\nlevel = "info"\n',
        TOOLS + "def f(c: openai.OpenAI):\n    r = c.responses.create(model='m', input='x')\n"
        "    expose(r.output_text)\n",
        "LLM514",
        10,
    ),
}


@pytest.mark.parametrize("where", ["app.own", "acme.own"])
@pytest.mark.parametrize("name", TABLES)
def test_other_tables_speak_of_functions_inside_and_outside(tree: Tree, name: str, where: str) -> None:
    table, text, code, line = TABLES[name]
    tree({".git/HEAD": "", "app/own.py": "def expose(f=None):\n    return f\n", "use.py": text.format(where)})
    assert code not in [one for one, _, _ in found(*check())]
    tree({"llmlint-catalogue.toml": table.format(where)})
    assert (code, "use.py", line) in found(*check())


def test_a_deadline_around_a_declared_call_bounds_what_it_does_inside(tree: Tree) -> None:
    tree(
        {
            ".git/HEAD": "",
            "llm.py": (
                "import ollama\n\n\nasync def ask(q):\n    return await ollama.AsyncClient().chat('m', q)\n"
            ),
            "use.py": (
                "import asyncio\n\nfrom llm import ask\n\n\n"
                "async def f(q):\n    return await asyncio.wait_for(ask(q), 5)\n"
            ),
        }
    )
    assert found(*check()) == []
    tree({"llmlint-catalogue.toml": '[[call]]\npath = "llm.ask"\nis_async = true\n'})
    assert found(*check()) == []


@pytest.mark.parametrize(
    ("decorator", "table", "bounded"),
    [
        ("@limited", "bounded = true", True),
        ("@limited", 'deadline = ["0|seconds"]', False),
        ("@limited()", "bounded = true", True),
        ("@limited()", 'deadline = ["0|seconds"]', False),
        ("@limited(5)", 'deadline = ["0|seconds"]', True),
        ("@limited(seconds=None)", 'bounded = true\ndeadline = ["0|seconds"]', False),
    ],
)
@pytest.mark.parametrize("where", ["app.limits", "acme.limits"])
def test_decorators_that_bound_the_time(
    tree: Tree, where: str, decorator: str, table: str, bounded: bool
) -> None:
    tree(
        {
            ".git/HEAD": "",
            "app/limits.py": "def limited(f):\n    return f\n",
            "app/use.py": (
                f"import ollama\n\nfrom {where} import limited\n\n\n"
                f"{decorator}\ndef f(q):\n    return ollama.generate('m', q)\n"
            ),
            "llmlint-catalogue.toml": f'[[passthrough]]\npath = "{where}.limited"\n{table}\n',
        }
    )
    assert found(*check()) == ([] if bounded else [("LLM302", "app/use.py", 8)])


def test_a_stray_file_of_the_packages_name_is_not_the_package(tree: Tree) -> None:
    tree({**FILES, "scripts/acme_llm.py": "class Gateway: ...\n", "llmlint-catalogue.toml": GATEWAY})
    assert ("LLM302", "app/a.py", 3) in found(*check())


def test_a_mistake_is_a_finding_and_the_rest_of_the_run_goes_on(tree: Tree) -> None:
    tree(
        {
            **FILES,
            "app/c.py": "import ollama\n\nollama.generate('m', 'q')\n",
            "llmlint-catalogue.toml": GATEWAY + "retrys = 3\n",
        }
    )
    everything = [("LLM302", "app/c.py", 3), ("LLM001", "llmlint-catalogue.toml", 8)]
    assert found(*check()) == everything
    assert found(*check("app/b.py")) == everything[1:], "whichever files are shown"
    (report,) = check()
    finding = report.findings[-1]
    assert (
        finding.message == "this catalogue is not used: `retrys` is no key of `call`, did you mean `retries`?"
    )
    tree({"llmlint.toml": 'ignore = ["LLM001"]\n'})
    assert found(*check()) == everything[:1]


def test_a_long_mistake_is_a_short_message(tree: Tree) -> None:
    tree({**FILES, "llmlint-catalogue.toml": f'[[client]]\npath = "x.A"\n{"long" * 50} = 3\n'})
    (report,) = check()
    assert [(f.code, len(f.message)) for f in report.findings] == [("LLM001", 100)]


# --- flake8 --------------------------------------------------------------------------------------


def lint(name: str, text: str | None = None) -> list[tuple[int, str]]:
    text = Path(name).read_text(encoding="utf-8") if text is None else text
    return [(item[0], item[2]) for item in Plugin(ast.parse(""), name, text.splitlines(keepends=True)).run()]


@pytest.fixture
def flake8_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Plugin, "memo", ProjectMemo())
    monkeypatch.setattr(Plugin, "passed", ())


def new_run() -> None:
    Plugin.parse_options(argparse.Namespace(filenames=["."]))


def test_flake8_sees_a_changed_catalogue(tree: Tree, flake8_run: None) -> None:
    root = tree(FILES)
    new_run()
    assert lint("app/a.py") == []
    tree({"llmlint-catalogue.toml": GATEWAY})
    new_run()
    assert [text[:6] for _, text in lint("app/a.py")] == ["LLM302"]
    tree({"llmlint-catalogue.toml": GATEWAY.replace("no_deadline = true", "default_timeout = 20")})
    new_run()
    assert lint("app/a.py") == []
    (root / "llmlint-catalogue.toml").unlink()
    tree({"llmlint.toml": GATEWAY.replace("[[", "[[catalogue.")})
    new_run()
    assert [text[:6] for _, text in lint("app/a.py")] == ["LLM302"]


def test_flake8_says_it_in_every_file(tree: Tree, flake8_run: None) -> None:
    tree({**FILES, "llmlint-catalogue.toml": '[[client]]\npth = "x.A"\n'})
    new_run()
    wanted = (
        1,
        "LLM001 llmlint-catalogue.toml:2 is no valid configuration (`pth` is no key of `client`, "
        "did you mean `path`?)",
    )
    assert lint("app/a.py") == lint("app/b.py") == lint("app/b.py", "import sys\n") == [wanted]
