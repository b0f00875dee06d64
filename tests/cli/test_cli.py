from __future__ import annotations

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from llmlint import __version__, cli, registry
from tests.conftest import StandIns, Tree, run
from tests.reporters.test_json import SCHEMA

FILES = {
    ".git/HEAD": "",
    "app/llm.py": "import openai\nBAD = 1\n",
    "app/quiet.py": "import openai\nBAD = 1  # noqa\n",
    "app/other.py": "import os\nBAD = 1\n",
}


def test_findings_end_with_1_and_their_totals(
    tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    tree(FILES)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{os.path.join('app', 'llm.py')}:2:1: LLM801 `BAD` stands here, so this is a test",
        "1 finding in 1 file, 1 suppressed",
    ]


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ([], ["LLM801"]),
        (["--extend-select", "LLM802"], ["LLM801", "LLM802"]),
        (["--extend-select", "LLM8"], ["LLM801"]),
        (["--select", "LLM802"], ["LLM802"]),
        (["--select", "LLM3,LLM801"], ["LLM801"]),
        (["--select", "LLM801", "--select", "LLM802"], ["LLM801", "LLM802"]),
        (["--ignore", "LLM8"], []),
        (["--ignore", " LLM801 , LLM802 "], []),
        (["--config", "other.toml"], ["LLM802"]),
    ],
)
def test_selecting(
    tree: Tree,
    stand_ins: StandIns,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    codes: list[str],
) -> None:
    tree({"a.py": "import openai\nBAD = 1\nODD = 1\n", "other.toml": "[tool.llmlint]\nselect = ['LLM802']\n"})
    code = cli.main(["check", *arguments])
    assert re.findall(r": (LLM\d{3}) ", capsys.readouterr().out) == codes
    assert code == (1 if codes else 0)


@pytest.mark.parametrize(
    ("arguments", "codes", "rest"),
    [
        (["--min-severity", "advice"], ["LLM801", "LLM802"], ""),
        (
            ["--min-severity", "warning"],
            ["LLM801"],
            "; 2 rules below the minimum severity or confidence not run",
        ),
        (["--min-confidence", "medium", "--ignore", "LLM003"], ["LLM801"], "; 1 rule below"),
        (["--select", "LLM802", "--min-severity", "error"], [], "; 1 rule below"),
        (["--select", "LLM801", "--min-severity", "error"], ["LLM801"], ""),
        (["--config", "strict.toml"], ["LLM801"], "; 2 rules below"),
        (["--config", "strict.toml", "--min-severity", "advice"], ["LLM801", "LLM802"], ""),
    ],
)
def test_what_is_below_the_minimum_is_not_run_and_the_totals_say_so(
    tree: Tree,
    stand_ins: StandIns,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    codes: list[str],
    rest: str,
) -> None:
    tree(
        {
            "a.py": "import openai\nBAD = 1\nODD = 1\n",
            "llmlint.toml": "extend-select = ['LLM802']\n",
            "strict.toml": "[tool.llmlint]\nextend-select = ['LLM802']\nmin-severity = 'warning'\n",
        }
    )
    assert cli.main(["check", "a.py", *arguments]) == (1 if codes else 0)
    *found, total = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in found] == codes
    assert total.partition("1 file" if len(codes) < 2 else "in 1 file")[2].startswith(rest)
    assert bool(rest) == ("not run" in total)


def test_what_stops_a_run_from_looking_is_always_said(
    tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    tree({"a.py": "import openai\nNOPARSE\n"})
    assert cli.main(["check", "--min-severity", "error", "--min-confidence", "high"]) == 1
    assert "LLM002" in capsys.readouterr().out


def test_a_comment_for_a_rule_that_was_not_run_is_not_called_idle(
    tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    tree(
        {
            "a.py": "import openai\nODD = 1  # llmlint: ignore\n",
            "llmlint.toml": "extend-select = ['LLM802']\n",
        }
    )
    assert cli.main(["check"]) == 0
    assert cli.main(["check", "--min-confidence", "medium"]) == 0
    assert "LLM003" not in capsys.readouterr().out


def test_only_suppressed_findings_end_with_0(
    tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    tree(FILES)
    assert cli.main(["check", "app/quiet.py"]) == 0
    assert capsys.readouterr().out == "No findings in 1 file, 1 suppressed\n"


def test_json(tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]) -> None:
    tree(FILES)
    assert cli.main(["check", "--output-format", "json"]) == 1
    made = json.loads(capsys.readouterr().out)
    jsonschema.validate(made, SCHEMA)
    assert [(f["path"], f["status"]) for f in made["findings"]] == [
        ("app/llm.py", "reported"),
        ("app/quiet.py", "suppressed"),
    ]
    assert made["summary"] == {
        "findings": 1,
        "suppressed": 1,
        "baselined": 0,
        "files": 3,
        "parsed": 2,
        "not_run": [],
    }


def test_standard_input(
    tree: Tree, stand_ins: StandIns, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(FILES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"import openai\n\nBAD = 1\n")))
    assert cli.main(["check", "-", "--stdin-filename", "app/llm.py"]) == 1
    assert "llm.py:3:1: LLM801" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"import openai\nBAD = 1\n")))
    assert cli.main(["check", "-"]) == 1
    assert "stdin.py:2:1: LLM801" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nope"], "llmlint: no such file or directory: nope"),
        (["check", "-", "a.py"], "llmlint: standard input (-) cannot be mixed with paths"),
        (["check", "--stdin-filename", "a.py"], "llmlint: --stdin-filename goes with -"),
        (["check", "--config", "nope.toml"], "nope.toml:1: cannot be read (No such file or directory)"),
        (["check", "broken"], "broken/pyproject.toml:2: unknown key `selct`, did you mean `select`?"),
        (["check", "broken/b.py"], "broken/pyproject.toml:2: unknown key `selct`, did you mean `select`?"),
        (["check"], "broken/pyproject.toml:2: unknown key `selct`, did you mean `select`?"),
        (["graph", "broken"], "broken/pyproject.toml:2: unknown key `selct`, did you mean `select`?"),
        (["rule", "LLM0033"], "llmlint: `LLM0033` names no rule, did you mean `LLM003`?"),
    ],
)
def test_mistakes_end_with_2(
    tree: Tree, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    tree({"a.py": "", "broken/pyproject.toml": "[tool.llmlint]\nselct = []\n", "broken/b.py": ""})
    assert cli.main(arguments) == 2
    streams = capsys.readouterr()
    assert streams.err.splitlines()[-1] == message
    assert streams.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["advise"],
        ["audit", "--fail-under", "6"],
        ["check", "--nope"],
        ["check", "--select", "E501"],
        ["check", "--min-severity", "fatal"],
        ["check", "--min-confidence", "error"],
        ["rule"],
        ["rule", "LLM002", "--all"],
    ],
)
def test_mistakes_in_arguments_end_with_2(
    tree: Tree, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    tree({})
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == 2
    assert "usage: llmlint" in capsys.readouterr().err


def test_the_suggestion_for_a_code_reaches_the_user(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    tree({})
    with pytest.raises(SystemExit):
        cli.main(["check", "--select", "LLM0033"])
    assert "`LLM0033` names no rule, did you mean `LLM003`?" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        cli.main(["--version"])
    assert (raised.value.code, capsys.readouterr().out) == (0, f"llmlint {__version__}\n")


def test_a_rule_prints_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = registry.page("LLM002")
    assert page is not None
    assert cli.main(["rule", "llm002"]) == 0
    assert capsys.readouterr().out.strip() == page.read_text(encoding="utf-8").strip()


def test_all_rules_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rule", "--all", "--output-format", "json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert [rule["code"] for rule in made] == list(registry.names())
    assert {rule["code"]: rule["name"] for rule in made} == dict(registry.names())


def test_a_graph_of_a_tree_without_llm_code_is_empty(tree: Tree, capsys: pytest.CaptureFixture[str]) -> None:
    tree({"a.py": "import os\n"})
    assert cli.main(["graph", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"version": 1, "nodes": [], "edges": []}


def test_an_interrupt_ends_with_130(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    tree({"a.py": ""})

    def interrupt(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("llmlint.engine.analyse", interrupt)
    assert cli.main(["check"]) == 130


def test_a_closed_pipe_is_quiet(tree: Tree) -> None:
    root = tree({f"a{n}.py": "x = (\n" for n in range(400)})
    names = [f"a{n}.py" for n in range(400)]
    process = subprocess.Popen(
        [sys.executable, "-m", "llmlint", "check", *names],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() != -signal.SIGPIPE


def test_piped_output_never_imports_rich(tree: Tree) -> None:
    root = tree({"a.py": "x = (\n"})
    code = (
        "import sys; from llmlint.cli import main; main(['check', 'a.py']);"
        "print({'libcst', 'networkx', 'rich', 'flake8'} & set(sys.modules))"
    )
    lines = run("timeit", "-n1", "-r1", code, cwd=root).stdout.splitlines()
    assert lines[1:3] == [b"1 finding in 1 file", b"set()"]


def on_a_terminal(root: Path, *arguments: str) -> str:
    master, slave = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, "-m", "llmlint", *arguments],
        cwd=root,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
    )
    os.close(slave)
    output = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not chunk:
            break
        output += chunk
    process.wait()
    os.close(master)
    return output.decode()


def test_a_terminal_gets_excerpts_and_colour(tree: Tree) -> None:
    root = tree({"a.py": "x = (\n"})
    text = on_a_terminal(root, "check", "a.py")
    assert "\x1b[" in text
    assert "x = (" in text
    assert "https://llmlint.readthedocs.io/rules/LLM002" in text
    assert "\x1b" not in on_a_terminal(root, "check", "--no-color", "a.py")
    assert "x = (" not in on_a_terminal(root, "check", "--output-format", "concise", "a.py")


def test_a_terminal_gets_pages_rendered(tree: Tree) -> None:
    text = on_a_terminal(tree({}), "rule", "LLM002")
    assert "##" not in text
    assert "LLM002" in text


def test_names_that_no_encoding_takes_are_printed_escaped(tree: Tree) -> None:
    root = tree({".git/HEAD": ""})
    for name in (b"\xff.py", b"a\nb.py"):
        with open(os.fsencode(root) + b"/" + name, "wb") as stream:
            stream.write(b"import openai\n'\xff'\n")
    for form in ("concise", "full", "json", "github", "gitlab"):
        done = run("llmlint", "check", "--output-format", form, cwd=root)
        assert done.returncode == 1, done.stderr
        assert done.stderr == b""
        assert b"udcff.py" in done.stdout
        assert b"a\\nb.py" in done.stdout
    done = run("llmlint", "check", "--output-format", "sarif", cwd=root)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b'"%FF.py"' in done.stdout
    assert b'"a%0Ab.py"' in done.stdout
