"""flake8 and ``llmlint check`` find the same, however the files are passed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import run, write_tree

GUARDED = """\
def f(text):
    try:
        return complete(text)
    except Exception:
        return None
"""
FILES: dict[str, str | bytes] = {
    ".git/HEAD": "",
    ".gitignore": "scratch/\n",
    "pyproject.toml": "[tool.llmlint]\nexclude = ['vendored/']\n",
    "app/__init__.py": "",
    "app/llm.py": """\
import openai

client = openai.OpenAI(timeout=20)


def complete(text):
    answer = client.chat.completions.create(model="gpt-5", messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content
""",
    "app/wrapper.py": "from .llm import complete\n\n\ndef summary(text):\n    return complete(text)\n",
    "app/service.py": """\
from app.wrapper import summary


def of_ticket(ticket):
    try:
        return summary(ticket)
    except Exception:
        return None


def of_mail(mail):
    try:
        return summary(mail)
    except Exception:  # noqa: LLM301
        return None


def of_chat(chat):
    try:
        return summary(chat)
    except Exception:  # llmlint: ignore[LLM301] -- shown as empty
        return None
""",
    "app/crlf.py": b"\xef\xbb\xbf"
    + f"from app.llm import complete\n\n{GUARDED}".replace("\n", "\r\n").encode(),
    "app/latin.py": f"# coding: latin-1\nfrom app.llm import complete\né = 1\n{GUARDED}".encode("latin-1"),
    "app/silent.py": f"# flake8: noqa\nfrom app.llm import complete\n\n{GUARDED}",
    "app/unrelated.py": f"from os import getcwd as complete\n\n{GUARDED}",
    "app/empty.py": "",
    "app/broken.py": "from app.llm import complete\n\n\ndef f(:\n",
    "app/undecodable.py": b"from app.llm import complete\n\n\nx = '\xff'\n",
    "app/with space.py": f"from app.llm import complete\n\n{GUARDED}",
    "vendored/v.py": f"from app.llm import complete\n\n{GUARDED}",
    "service/llmlint.toml": "ignore = ['LLM303']\n",
    "service/s.py": """\
import openai

client = openai.OpenAI()


def of_ticket(ticket):
    try:
        return client.responses.create(model="gpt-5", input=ticket).output_text
    except Exception:
        return None
""",
}
LINE = re.compile(r"^(?:\./)?(?P<place>.+?:\d+:\d+): (?P<text>LLM\d{3} .*)$")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("same") / "project", FILES)


def found(output: bytes) -> list[str]:
    lines = [LINE.match(line) for line in output.decode().splitlines()]
    return sorted(f"{line['place']} {line['text']}" for line in lines if line)


def by_flake8(root: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    done = run("flake8", "--select", "LLM,E9", *arguments, cwd=root, stdin=stdin)
    assert done.stderr == b""
    assert done.returncode in (0, 1)
    return found(done.stdout)


def by_check(root: Path, *arguments: str, stdin: bytes = b"") -> list[str]:
    done = run("llmlint", "check", *arguments, cwd=root, stdin=stdin)
    assert done.stderr == b""
    return found(done.stdout)


def without_syntax_errors(findings: Iterable[str]) -> list[str]:
    """Files that do not parse are flake8's E999."""
    return [line for line in findings if "does not parse" not in line]


def python_files() -> list[str]:
    return [name for name in FILES if name.endswith(".py")]


@pytest.fixture(scope="module")
def expected(root: Path) -> list[str]:
    return by_check(root)


def test_there_is_something_to_compare(expected: list[str]) -> None:
    places = {
        " ".join(line.split(" LLM")[0].rsplit(":", 2)[:2]) + " LLM" + line.split(" LLM")[1][:3]
        for line in expected
    }
    assert {
        "app/service.py 7 LLM301",
        "app/crlf.py 6 LLM301",
        "app/latin.py 7 LLM301",
        "app/with space.py 6 LLM301",
        "app/broken.py 4 LLM002",
        "app/undecodable.py 4 LLM002",
        "service/s.py 9 LLM301",
    } <= places
    assert not {
        line for line in expected if line.startswith(("app/silent.py", "app/unrelated.py", "vendored"))
    }
    assert not {line for line in expected if "LLM303" in line}


@pytest.mark.parametrize(
    "arguments", [(".",), (), ("app", "service", "vendored"), ("-j1", "."), ("-j2", ".")]
)
def test_the_tree(root: Path, expected: list[str], arguments: tuple[str, ...]) -> None:
    assert by_flake8(root, *arguments) == without_syntax_errors(expected)


@pytest.mark.parametrize("jobs", ["-j1", "-j2"])
def test_all_files_by_name(root: Path, expected: list[str], jobs: str) -> None:
    assert by_flake8(root, jobs, *python_files()) == without_syntax_errors(expected)
    assert by_check(root, *python_files()) == expected


def test_each_file_alone(root: Path, expected: list[str]) -> None:
    for name in (
        "app/service.py",
        "app/undecodable.py",
        "vendored/v.py",
        "service/s.py",
        "app/with space.py",
    ):
        own = [line for line in expected if line.startswith(f"{name}:")]
        assert by_flake8(root, name) == own
        assert by_check(root, name) == own


def test_standard_input(root: Path, expected: list[str]) -> None:
    for name in ("app/service.py", "app/crlf.py", "service/s.py", "vendored/v.py"):
        content = FILES[name]
        data = content if isinstance(content, bytes) else content.encode()
        own = [line for line in expected if line.startswith(f"{name}:")]
        assert by_flake8(root, "--stdin-display-name", name, "-", stdin=data) == own
        assert by_check(root, "--stdin-filename", name, "-", stdin=data) == own


def test_text_that_is_not_on_disk(root: Path) -> None:
    data = b"from app.wrapper import summary\n\ntry:\n    x = summary('')\nexcept Exception:\n    x = None\n"
    for name in ("app/service.py", "app/brand_new.py", "untitled.py"):
        lines = by_flake8(root, "--stdin-display-name", name, "-", stdin=data)
        assert [line.partition(" ")[0] for line in lines] == [f"{name}:5:1"]
        assert by_check(root, "--stdin-filename", name, "-", stdin=data) == lines
    assert len(by_flake8(root, "-", stdin=data)) == 1
    lost = by_flake8(root, "--stdin-display-name", "/no/such/place/x.py", "-", stdin=data)
    assert len(lost) == 1


def test_from_elsewhere(root: Path, expected: list[str], tmp_path: Path) -> None:
    """The configuration is found from the file, not from the working directory."""
    name = os.path.relpath(root / "service" / "s.py", tmp_path)
    messages = [line.split(" ", 1)[1] for line in expected if line.startswith("service/s.py")]
    assert [line.split(" ", 1)[1] for line in by_flake8(tmp_path, name)] == messages
    assert [line.split(" ", 1)[1] for line in by_check(tmp_path, name)] == messages


def test_an_ignored_directory_that_is_asked_for(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {**FILES, "scratch/loose.py": FILES["service/s.py"]})
    assert by_check(root, "scratch") == by_flake8(root, "scratch") == by_check(root, "scratch/loose.py")
    assert {line[:20] for line in by_check(root, "scratch")} == {
        "scratch/loose.py:3:1",
        "scratch/loose.py:9:5",
    }
    assert not [line for line in by_flake8(root, ".") if line.startswith("scratch")]


def test_disable_noqa_is_flake8s(root: Path, expected: list[str]) -> None:
    more = set(by_flake8(root, "--disable-noqa", "app/service.py")) - set(expected)
    assert [line.partition(" ")[0] for line in more] == ["app/service.py:14:5"]


def test_an_off_rule_is_switched_on_by_its_code(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "p", {"a.py": "x = 1  # llmlint: ignore[LLM301]\n"})
    assert by_check(root) != []
    assert by_flake8(root) == []
    assert by_flake8(root, "--extend-select", "LLM0") == []
    assert by_flake8(root, "--extend-select", "LLM003") == by_check(root)


OPT_IN: dict[str, str | bytes] = {
    "notes.py": """\
from pathlib import Path

from langchain_core.tools import tool


@tool
def save(name: str, text: str) -> None:
    Path(name).write_text(text)


@tool
def show(name: str) -> str:
    return Path(name).read_text()
"""
}
WRITES = (
    "notes.py:8:5 LLM505 `name` of tool `save` reaches `Path(…).write_text(...)`, "
    "which writes to the file it names"
)
READS = (
    "notes.py:13:12 LLM505 `name` of tool `show` reaches `Path(…).read_text(...)`, "
    "which reads the file it names"
)


@pytest.mark.parametrize(
    ("configuration", "options", "expected"),
    [
        ("", [], []),
        ("", ["--extend-select", "LLM5"], []),
        ("", ["--extend-select", "LLM505"], [WRITES]),
        ("", ["--extend-select", "LLM50"], [WRITES]),
        ("extend-select = ['LLM505']", [], [WRITES]),
        ("extend-select = ['LLM5']", [], []),
        ("select = ['LLM505']", [], [WRITES]),
        ("select = ['LLM505']\npath-reads = true", [], [READS, WRITES]),
        ("path-reads = true", [], []),
        ("path-reads = true", ["--extend-select", "LLM505"], [READS, WRITES]),
        ("ignore = ['LLM505']", ["--extend-select", "LLM505"], [WRITES]),
        ("extend-select = ['LLM505']\n[per-path-ignores]\n'notes.py' = ['LLM505']", [], []),
    ],
)
def test_a_rule_that_is_off_by_default(
    tmp_path: Path, configuration: str, options: list[str], expected: list[str]
) -> None:
    """Both doors take it from the configuration, and from an option that names it."""
    root = write_tree(tmp_path / "p", {**OPT_IN, "llmlint.toml": configuration})
    assert by_check(root, *options) == expected
    assert by_flake8(root, *options) == expected


def test_a_rule_that_is_off_by_default_by_flake8s_configuration(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path / "p", {**OPT_IN, ".git/HEAD": "", ".flake8": "[flake8]\nextend-select = LLM505\n"}
    )
    assert by_flake8(root) == [WRITES]
    assert by_flake8(root, "--select", "LLM505") == [WRITES] == by_check(root, "--select", "LLM505")
    assert by_flake8(root, "--isolated") == []


def test_a_bad_configuration_is_one_finding_per_file(tmp_path: Path) -> None:
    root = write_tree(
        tmp_path / "p", {"llmlint.toml": "\nselct = []\n", "a.py": "x = 1\n", "b.py": "import openai\n"}
    )
    message = "LLM001 llmlint.toml:2 is no valid configuration (unknown key `selct`, did you mean `select`?)"
    assert by_flake8(root) == [f"a.py:1:1 {message}", f"b.py:1:1 {message}"]
