from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from rich.text import Text

from llmlint.model.finding import Finding, Status, Step
from llmlint.model.location import Location
from llmlint.reporters import concise, full
from llmlint.reporters.display import printable, shown_path, totals, without_keys
from llmlint.request import Report
from llmlint.source.sources import Sources
from tests.conftest import Tree


def finding(path: str = "a.py", line: int = 1, column: int = 0, **more: object) -> Finding:
    values: dict[str, object] = {
        "code": "LLM003",
        "message": "`x` stands here, so this is a test",
        "location": Location(path, line, column, line, column + 1),
    }
    return Finding(**{**values, **more})  # type: ignore[arg-type]


def report(root: Path, *findings: Finding, files: tuple[str, ...] = ("a.py",)) -> Report:
    return Report(root, findings, files, sources=Sources(root, {}))


def full_text(*reports: Report, color: bool = False, width: int | None = None) -> str:
    stream = io.StringIO()
    full.write(reports, stream, color=color, width=width)
    return stream.getvalue()


SUPPRESSED: dict[str, Any] = {"status": Status.SUPPRESSED}


@pytest.mark.parametrize(
    ("findings", "line"),
    [
        ([], "No findings in 3 files"),
        ([finding()], "1 finding in 1 file"),
        ([finding(), finding(line=2), finding("b.py")], "3 findings in 2 files"),
        ([finding(), finding(line=2, **SUPPRESSED)], "1 finding in 1 file, 1 suppressed"),
        ([finding(**SUPPRESSED), finding("b.py", **SUPPRESSED)], "No findings in 3 files, 2 suppressed"),
    ],
)
def test_totals(tmp_path: Path, findings: list[Finding], line: str) -> None:
    assert totals([report(tmp_path, *findings, files=("a.py", "b.py", "c.py"))]) == line


def test_totals_over_several_projects(tmp_path: Path) -> None:
    reports = [report(tmp_path / "x", finding()), report(tmp_path / "y", finding())]
    assert totals(reports) == "2 findings in 2 files"
    assert totals([]) == "No Python files to check"
    assert totals([report(tmp_path)]) == "No findings in 1 file"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ünï 漢字", "plain ünï 漢字"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff\x00\x7f\x9b", "\\udcff\\x00\\x7f\\x9b"),
    ],
)
def test_nothing_takes_over_the_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_paths_are_relative_to_the_working_directory(tree: Tree) -> None:
    root = tree({"a.py": ""})
    assert shown_path(root, "pkg/a.py") == os.path.join("pkg", "a.py")
    assert shown_path(root.parent / "elsewhere", "a.py") == str(root.parent / "elsewhere" / "a.py")
    assert shown_path(root, "..a.py") == "..a.py"


def test_concise(tree: Tree) -> None:
    root = tree({})
    text = list(concise.lines([report(root, finding("a\nb.py", 3, 4), finding(**SUPPRESSED))]))
    assert text == [
        "a\\nb.py:3:5: LLM003 `x` stands here, so this is a test",
        "1 finding in 1 file, 1 suppressed",
    ]


def test_full_shows_source_steps_help_and_page(tree: Tree) -> None:
    root = tree({"a.py": "def tool(cmd):\n\tos.system(f'{cmd}')\n", "b.py": "run(tool)\n"})
    one = finding(
        line=2,
        location=Location("a.py", 2, 1, 2, 20),
        help="Pass an argument list.",
        steps=(
            Step(Location("b.py", 1, 4, 1, 8), "the model calls it"),
            Step(Location("a.py", 2, 1, 2, 20), "it runs in a shell"),
        ),
    )
    assert full_text(report(root, one)) == (
        "a.py: 1 finding\n"
        "\n"
        "LLM003 advice (the tool's own, high confidence)\n"
        "`x` stands here, so this is a test\n"
        "  --> a.py:2:2\n"
        "    |\n"
        "  2 |     os.system(f'{cmd}')\n"
        "    |     ^^^^^^^^^^^^^^^^^^^\n"
        "  1. the model calls it\n"
        "     --> b.py:1:5\n"
        "    |\n"
        "  1 | run(tool)\n"
        "    |     ^^^^\n"
        "  2. it runs in a shell\n"
        "  help: Pass an argument list.\n"
        "  https://llmlint.readthedocs.io/rules/LLM003\n"
        "\n"
        "1 finding in 1 file\n"
    )


WIDE = "y = " + "1" * 5000 + "\n"


@pytest.mark.parametrize(
    ("source", "place", "excerpt"),
    [
        ("x = '漢字' + y\n", Location("a.py", 1, 11, 1, 12), ["x = '漢字' + y", "             ^"]),
        (
            "x = '\x1b[31m' + y\n",
            Location("a.py", 1, 13, 1, 14),
            ["x = '\\x1b[31m' + y", "                ^"],
        ),
        ("x = (\n 1)\n", Location("a.py", 1, 4, 2, 3), ["x = (", "    ^"]),
        ("x\n", Location("a.py", 1, 0, 0, 0), ["x", "^"]),
        ("x\n", Location("a.py", 1, 50, 1, 60), ["x", " ^"]),
        (WIDE, Location("a.py", 1, 0, 1, 5004), ["y = " + "1" * 149 + "…", "^" * 154]),
        (WIDE, Location("a.py", 1, 4000, 1, 4001), ["…" + "1" * 152 + "…", " " * 152 + "^"]),
        (WIDE, Location("a.py", 1, 4000, 1, 4900), ["…" + "1" * 152 + "…", " " * 51 + "^" * 103]),
        (WIDE, Location("a.py", 1, 5003, 1, 5004), ["…" + "1" * 153, " " * 153 + "^"]),
    ],
)
def test_the_caret_stands_below_what_is_meant(
    tree: Tree, source: str, place: Location, excerpt: list[str]
) -> None:
    root = tree({"a.py": source})
    lines = full_text(report(root, finding(location=place))).splitlines()
    assert [line[6:].rstrip() for line in lines[6:8]] == excerpt


@pytest.mark.parametrize(("path", "line"), [("a.py", 99), ("a.py", 0), ("missing.py", 1), ("bad.py", 1)])
def test_a_place_that_cannot_be_shown_is_left_out(tree: Tree, path: str, line: int) -> None:
    root = tree({"a.py": "x\n", "bad.py": b"\xff"})
    text = full_text(report(root, finding(path, line)))
    assert "|" not in text
    assert f"--> {path}:{line}:1" in text
    assert text.startswith(f"{path}: 1 finding\n")


def test_markup_in_names_and_sources_is_not_obeyed(tree: Tree) -> None:
    root = tree({"[bold red]x[/].py": "y = '[/] [link=https://x] :smile:'\n"})
    one = finding(
        "[bold red]x[/].py", message="`[red]` stands :warning: here", help="[/nope] \x1b]0;title\x07"
    )
    text = full_text(report(root, one))
    for part in ("[bold red]x[/].py:1:1", "'[/] [link=https://x] :smile:'", "`[red]` stands :warning: here"):
        assert part in text
    assert "\x1b" not in text
    assert "[/nope] \\x1b]0;title\\x07" in text


def test_colour_only_where_it_is_wanted(tree: Tree) -> None:
    root = tree({"a.py": "x\n"})
    assert "\x1b[" in full_text(report(root, finding()), color=True)
    assert "\x1b" not in full_text(report(root, finding()))


def test_long_lines_are_not_wrapped(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    root = tree({"a.py": "x\n"})
    text = full_text(report(root, finding(message="`word` " * 13)))
    assert ("`word` " * 13).strip() in text


def test_findings_stand_below_their_file(tree: Tree) -> None:
    root = tree({"a.py": "x\ny\n", "b.py": "z\n"})
    text = full_text(report(root, finding(), finding(line=2), finding("b.py")))
    assert [line for line in text.splitlines() if line.startswith(("a.py", "b.py"))] == [
        "a.py: 2 findings",
        "b.py: 1 finding",
    ]


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
@pytest.mark.parametrize("column", [0, 7, 60, 150])
def test_on_a_narrow_terminal_the_caret_stays_below_what_is_meant(
    tree: Tree, width: int, column: int
) -> None:
    line = "".join(f"{n:03}" for n in range(60))
    root = tree({"a.py": f"{line}\n"})
    one = finding(location=Location("a.py", 1, column, 1, column + 3))
    source, carets = full_text(report(root, one), width=width).splitlines()[6:8]
    assert len(source) <= max(width, 27)
    assert source[carets.index("^") :].startswith(line[column : column + 3])
    assert carets.count("^") == 3


def test_wide_characters_count_twice(tree: Tree) -> None:
    root = tree({"a.py": "x = '" + "漢" * 60 + "' + y\n"})
    one = finding(location=Location("a.py", 1, 69, 1, 70))
    source, carets = full_text(report(root, one), width=50).splitlines()[6:8]
    assert Text(source).cell_len <= 50
    assert Text(source[: source.rindex("y")]).cell_len == carets.index("^")


def test_what_colour_says_a_word_says_too(tree: Tree) -> None:
    root = tree({"a.py": "x\n"})
    plain = full_text(report(root, finding()))
    assert re.sub(r"\x1b\[[\d;]*m", "", full_text(report(root, finding()), color=True)) == plain
    assert "LLM003 advice (" in plain


def test_the_totals_say_what_was_not_run(tmp_path: Path) -> None:
    one = Report(tmp_path, (), ("a.py",), not_run=("LLM703",))
    two = Report(tmp_path / "b", (), ("b.py",), not_run=("LLM703", "LLM003"))
    assert totals([one]) == "No findings in 1 file; 1 rule below the minimum severity or confidence not run"
    assert totals([one, two]).endswith("; 2 rules below the minimum severity or confidence not run")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("x = 'sk-1d2e0f2645a86ade'", "x = 'sk-****************'"),
        ("x = 'sk-ant-api03-' 'AbCdEfGhIj'", "x = 'sk-ant-*******************'"),
        ("h = 'Bearer gsk_AbCdEfGhIj'", "h = 'Bearer gsk_**********'"),
        ("x = 'task-1d2e0f2645a86ade'", "x = 'task-1d2e0f2645a86ade'"),
        ("x.startswith('sk-')", "x.startswith('sk-')"),
    ],
)
def test_keys_are_hidden_and_the_width_is_kept(line: str, shown: str) -> None:
    assert without_keys(line) == shown
    assert len(shown) == len(line)


def test_no_excerpt_shows_a_key(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("client = OpenAI(api_key='sk-1d2e0f2645a86ade')\n")
    assert "1d2e0f26" not in full_text(report(tmp_path, finding(column=9)))
