from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmlint.integrations import memo
from llmlint.integrations.flake8 import Plugin
from llmlint.integrations.memo import ProjectMemo
from llmlint.integrations.quick import Recollection
from tests.conftest import StandIns, Tree


@pytest.fixture(autouse=True)
def fresh_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin keeps what it knows on its class, as flake8 wants it."""
    monkeypatch.setattr(Plugin, "memo", ProjectMemo())
    monkeypatch.setattr(Plugin, "recollection", Recollection())
    monkeypatch.setattr(Plugin, "codes", ())
    monkeypatch.setattr(Plugin, "passed", ())


def parse(*filenames: str, select: list[str] | None = None, extend_select: list[str] | None = None) -> None:
    Plugin.parse_options(
        argparse.Namespace(filenames=list(filenames), select=select, extend_select=extend_select)
    )


def lint(name: str, text: str | None = None) -> list[tuple[int, int, str]]:
    text = Path(name).read_text(encoding="latin-1") if text is None else text
    return [item[:3] for item in Plugin(ast.parse(""), name, text.splitlines(keepends=True)).run()]


FILES = {".git/HEAD": "", "a.py": "import openai\nx = BAD\n", "b.py": "import a\nODD = BAD = 1\n"}
BAD = "LLM801 `BAD` stands here, so this is a test"
ODD = "LLM802 `ODD` stands here, so this is a test"


def test_yields_what_flake8_wants(tree: Tree, stand_ins: StandIns) -> None:
    tree(FILES)
    parse(".")
    (item,) = Plugin(ast.parse(""), "a.py", ["import openai\n", "x = BAD\n"]).run()
    assert item == (2, 4, BAD, Plugin)
    assert Plugin.name == "llmlint"


def test_a_project_is_analysed_once_for_all_its_files(tree: Tree, stand_ins: StandIns) -> None:
    tree(FILES)
    parse(".")
    assert lint("a.py") == [(2, 4, BAD)]
    assert lint("./b.py") == [(2, 6, BAD)]
    assert lint(os.path.abspath("a.py")) == [(2, 4, BAD)]
    assert stand_ins.parsed == ["a.py", "b.py"]


def test_a_changed_project_is_analysed_again(tree: Tree, stand_ins: StandIns) -> None:
    """An editor keeps one process for days, and starts flake8 in it again and again."""
    root = tree(FILES)
    for change, expected in (
        ({"b.py": "import a\n\nBAD = 1\n"}, [(3, 0, BAD)]),
        ({"llmlint.toml": "ignore = ['LLM801']\n"}, []),
        ({"llmlint.toml": "ignore = []\n"}, [(3, 0, BAD)]),
        ({"a.py": "import os\n"}, []),
    ):
        parse(".")
        lint("b.py")
        tree(change)
        parse(".")
        assert lint("b.py") == expected
    (root / "a.py").unlink()
    (root / "b.py").write_text("import openai\nBAD = 1\n")
    parse(".")
    assert lint("b.py") == [(2, 0, BAD)]


def test_within_one_run_files_are_looked_at_again_after_a_while(
    tree: Tree, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(FILES)
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    parse(".")
    assert lint("b.py") == [(2, 6, BAD)]
    tree({"a.py": "import os\n"})
    assert lint("b.py") == [(2, 6, BAD)]
    clock[0] += 1.1
    assert lint("b.py") == []


def test_the_memo_is_bounded(tree: Tree, stand_ins: StandIns) -> None:
    tree({f"p{n}/{name}": text for n in range(10) for name, text in FILES.items()})
    for n in range(10):
        assert lint(f"p{n}/a.py") == [(2, 4, BAD)]
    assert Plugin.memo is not None
    assert len(Plugin.memo._entries) == memo.PROJECTS


def test_the_text_in_flake8s_hands_replaces_the_file(tree: Tree, stand_ins: StandIns) -> None:
    tree(FILES)
    parse("-")
    assert lint("b.py", "import a\n\n\nBAD = 1\n") == [(4, 0, BAD)]
    assert lint("new.py", "import a\nBAD = 1\n") == [(2, 0, BAD)]
    assert lint("stdin", "import openai\nBAD = 1\n") == [(2, 0, BAD)]
    assert lint("b.py") == [(2, 6, BAD)]


@pytest.mark.parametrize(
    ("select", "extend_select", "expected"),
    [
        (None, None, [BAD]),
        (["LLM"], None, [BAD]),
        (["LLM8", "E9"], None, [BAD]),
        (["LLM802"], None, [BAD, ODD]),
        (None, ["LLM80"], [BAD, ODD]),
        (["E501", "X"], ["LLM77777"], [BAD]),
    ],
)
def test_explicit_codes_switch_off_rules_on(
    tree: Tree,
    stand_ins: StandIns,
    select: list[str] | None,
    extend_select: list[str] | None,
    expected: list[str],
) -> None:
    """What flake8 then shows is flake8's business: the plugin yields what is active."""
    tree(FILES)
    parse(".", select=select, extend_select=extend_select)
    assert sorted(text for _, _, text in lint("b.py")) == expected


def test_the_minimum_stands_in_the_configuration(tree: Tree, stand_ins: StandIns) -> None:
    tree({**FILES, "llmlint.toml": "extend-select = ['LLM802']\nmin-confidence = 'medium'\n"})
    parse(".")
    assert [text for _, _, text in lint("b.py")] == [BAD]


def test_noqa_is_left_to_flake8_and_our_own_form_is_not(tree: Tree, stand_ins: StandIns) -> None:
    tree({"a.py": "import openai\nBAD = 1  # noqa\nBAD = 2  # llmlint: ignore\n"})
    assert lint("a.py") == [(2, 0, BAD)]


def test_an_exception_becomes_a_finding(
    tree: Tree, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree(FILES)

    def fail(*arguments: object, **options: object) -> Iterator[object]:
        raise LookupError("a mistake of ours\nin two lines")

    monkeypatch.setattr(memo, "analyse", fail)
    assert lint("a.py") == [
        (1, 0, "LLM000 llmlint failed on this file with `LookupError`, everything else was checked")
    ]
    streams = capsys.readouterr()
    assert (streams.out, streams.err) == ("", "")


def test_no_text_can_break_flake8s_lines(
    tree: Tree, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree({"llmlint.toml": '"a\\nb\\u202e" = 1\n', "a.py": ""})
    ((line, column, text),) = lint("a.py")
    assert (line, column) == (1, 0)
    assert text.startswith("LLM001 llmlint.toml:1 is no valid configuration (unknown key `a\\nb\\u202e`")


def test_strange_options_do_not_break_flake8(tree: Tree, stand_ins: StandIns) -> None:
    tree(FILES)
    Plugin.parse_options(argparse.Namespace())
    assert lint("a.py") == [(2, 4, BAD)]
    Plugin.parse_options(argparse.Namespace(filenames=7, select=3))
    assert lint("a.py") == [(2, 4, BAD)]


@pytest.mark.parametrize(
    "name", ["a\nb.py", "\udcff.py", "x" * 5000 + ".py", "a/../../../../../../x.py", "", "."]
)
def test_hostile_display_names(tree: Tree, stand_ins: StandIns, name: str) -> None:
    tree(FILES)
    parse("-")
    found = lint(name, "import openai\nBAD = 1\n")
    assert [text[:6] for _, _, text in found] in (["LLM801"], ["LLM000"])
