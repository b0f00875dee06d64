"""What GitHub Actions and GitLab are told, and how findings are known again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from llmlint.model.finding import Finding, Status
from llmlint.model.location import Location
from llmlint.reporters import github, gitlab
from llmlint.reporters.fingerprints import fingerprints
from llmlint.request import Report
from llmlint.source.sources import Sources
from tests.conftest import Tree


def report(root: Path, *findings: Finding) -> Report:
    return Report(root, findings, ("a.py",), sources=Sources(root, {}))


def one(code: str = "LLM301", path: str = "a.py", line: int = 1, **more: object) -> Finding:
    return Finding(code, "`x` fails", Location(path, line, 4, line, 9), help="Mend it.", **more)  # type: ignore[arg-type]


# --- GitHub ------------------------------------------------------------------------------------


def test_a_workflow_command(tree: Tree) -> None:
    command, total = github.lines([report(tree({}), one())])
    assert command == (
        "::error file=a.py,line=1,col=5,endLine=1,endColumn=10,"
        "title=LLM301 swallowed-llm-error (error%2C medium confidence)"
        "::`x` fails%0AMend it.%0Ahttps://llmlint.readthedocs.io/rules/LLM301"
    )
    assert total == "1 finding in 1 file"


@pytest.mark.parametrize(
    ("code", "level"), [("LLM301", "error"), ("LLM514", "warning"), ("LLM703", "notice")]
)
def test_severities_become_levels(tree: Tree, code: str, level: str) -> None:
    command, _ = github.lines([report(tree({}), one(code))])
    assert command.startswith(f"::{level} file=")


def test_no_columns_for_several_lines_and_no_end_that_is_unknown(tree: Tree) -> None:
    several = Finding("LLM002", "m", Location("a.py", 2, 0, 5, 3))
    unknown = Finding("LLM002", "m", Location("a.py", 2))
    first, second, _ = github.lines([report(tree({}), several, unknown)])
    assert "line=2,col=1,endLine=5,title=" in first
    assert "line=2,col=1,title=" in second


def test_nothing_in_a_name_starts_a_command_or_a_property(tree: Tree) -> None:
    path = "a,line=9::b\n::error::x\r%0A.py"
    hostile = Finding("LLM002", "100%\n::set-output name=x::y\x1b[31m", Location(path, 1), help="50%0A")
    text = "\n".join(github.lines([report(tree({}), hostile)]))
    command, total = text.split("\n")
    assert total == "1 finding in 1 file"
    assert command.startswith(
        "::error file=a%2Cline=9%3A%3Ab\\n%3A%3Aerror%3A%3Ax\\r%250A.py,line=1,col=1,title="
    )
    assert "::100%25\\n::set-output name=x::y\\x1b[31m%0A50%250A%0Ahttps" in command


def test_suppressed_findings_are_only_counted(tree: Tree) -> None:
    lines = list(github.lines([report(tree({}), one(status=Status.SUPPRESSED))]))
    assert lines == ["No findings in 1 file, 1 suppressed"]
    assert gitlab.text([report(tree({}), one(status=Status.SUPPRESSED))]) == "[]"


# --- GitLab ------------------------------------------------------------------------------------


def test_a_code_quality_report(tree: Tree) -> None:
    text = gitlab.text([report(tree({"a.py": "x\n"}), one(), one("LLM514"), one("LLM703", path="b\n.py"))])
    assert text.isascii()
    first, second, third = json.loads(text)
    assert re.fullmatch(r"[0-9a-f]{32}:1", first.pop("fingerprint"))
    assert first == {
        "description": "LLM301 `x` fails",
        "check_name": "LLM301",
        "severity": "major",
        "location": {"path": "a.py", "lines": {"begin": 1, "end": 1}},
        "content": {
            "body": "Mend it.\n\nError recovery: error, medium confidence.\n\n"
            "https://llmlint.readthedocs.io/rules/LLM301"
        },
    }
    assert (second["severity"], third["severity"]) == ("minor", "info")
    assert third["location"]["path"] == "b\n.py"


def test_an_empty_report_is_a_list() -> None:
    assert json.loads(gitlab.text([])) == []


# --- fingerprints ------------------------------------------------------------------------------


def prints(root: Path, *findings: Finding) -> list[str]:
    return [fingerprint for _, _, fingerprint in fingerprints([report(root, *findings)])]


def test_a_finding_is_known_again_when_lines_move_and_words_change(tree: Tree) -> None:
    before = prints(tree({"a.py": "call()\n"}), one())
    moved = Finding("LLM301", "in other words", Location("a.py", 4, 8, 4, 13))
    assert prints(tree({"a.py": "import os\n\nif x:\n        call()\n"}), moved) == before


def test_another_rule_file_function_or_line_is_another_finding(tree: Tree) -> None:
    root = tree({"a.py": "call()\nother()\n", "b.py": "call()\n"})
    others = (one("LLM302"), one(path="b.py"), one(symbol="f"), one(line=2))
    assert len(set(prints(root, one(), *others))) == 5


def test_equal_lines_are_counted(tree: Tree) -> None:
    root = tree({"a.py": "call()\ncall()\n"})
    first, second = prints(root, one(), one(line=2))
    assert (first[:-1], first[-1], second[-1]) == (second[:-1], "1", "2")


def test_equal_files_of_two_projects_are_two(tree: Tree) -> None:
    root = tree({"x/a.py": "call()\n", "y/a.py": "call()\n"})
    both = list(fingerprints([report(root / "x", one()), report(root / "y", one())]))
    assert len({fingerprint for _, _, fingerprint in both}) == 2


def test_a_finding_whose_line_cannot_be_read_has_one_too(tmp_path: Path) -> None:
    assert len(set(prints(tmp_path, one(), one(line=7)))) == 2
