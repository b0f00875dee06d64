"""What is kept of a run is what the run found, and is used only while nothing has changed."""

from __future__ import annotations

import datetime
import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from llmlint import engine, stages
from llmlint.engine import analyse
from llmlint.model.finding import Status
from llmlint.registry import Layer
from llmlint.request import Report, Request
from llmlint.settings import Settings, load
from tests.conftest import StandIns, Tree

FILES = {
    ".git/HEAD": "",
    "a.py": "import openai\nx = BAD\n",
    "b.py": "import a\nODD = BAD = 1\n",
    "c.py": "import a\nBAD = 1  # llmlint: ignore[LLM801] -- known\n",
    "d.py": "y = 1  # llmlint: ignore[LLM801]\n",
}


@pytest.fixture
def project(tree: Tree, stand_ins: StandIns) -> Path:
    """A project whose files are older than any run."""
    root = tree(FILES)
    for path in root.rglob("*"):
        os.utime(path, (time.time() - 100, time.time() - 100))
    return root


def said(report: Report) -> list[tuple[str, str, int, Status, str]]:
    return [(f.code, f.location.path, f.location.line, f.status, f.reason) for f in report.findings]


def test_an_unchanged_project_is_not_looked_at_again(
    project: Path, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(project, cache=True)
    first = analyse(request)
    assert {code for code, *_ in said(first)} == {"LLM003", "LLM801"}
    monkeypatch.setattr(engine, "_find_out", None)
    again = analyse(request)
    assert (said(again), again.files, again.parsed) == (said(first), first.files, first.parsed)


@pytest.mark.parametrize(
    "change",
    [
        {"layers": (Layer(extend_select=("LLM802",)),)},
        {"off": frozenset(["LLM003"])},
        {"today": datetime.date(2030, 1, 1)},
        {"settings": Settings(exclude=("b.py",))},
        {"named": frozenset(["notes.txt"])},
        {"cache": False},
    ],
)
def test_another_question_is_another_run(project: Path, change: dict[str, object]) -> None:
    (project / "notes.txt").write_text("import openai\nBAD = 1\n")
    request = Request(project, cache=True)
    analyse(request)
    asked = replace(request, **change)  # type: ignore[arg-type]
    assert said(analyse(asked)) == said(analyse(replace(asked, cache=False)))


def test_what_is_shown_is_asked_of_the_same_outcome(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse(Request(project, cache=True))
    part = Request(project, cache=True, named=frozenset(["b.py"]), shows=lambda path: path == "b.py")
    expected = said(analyse(replace(part, cache=False)))
    monkeypatch.setattr(engine, "_find_out", None)
    assert said(analyse(part)) == expected == [("LLM801", "b.py", 2, Status.REPORTED, "")]


def test_an_editors_text_is_never_taken_for_the_file(project: Path) -> None:
    from llmlint.source.document import from_text

    analyse(Request(project, cache=True))
    edited = {"b.py": from_text("b.py", "import a\n\n\nBAD = 1\n")}
    report = analyse(Request(project, cache=True, texts=edited, shows=lambda path: path == "b.py"))
    assert said(report) == [("LLM801", "b.py", 4, Status.REPORTED, "")]
    report = analyse(Request(project, cache=True, shows=lambda path: path == "b.py"))
    assert said(report) == [("LLM801", "b.py", 2, Status.REPORTED, "")]


def test_a_run_that_failed_in_part_is_not_kept(
    project: Path, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(project, cache=True)
    with monkeypatch.context() as patch:
        patch.setattr(stages.Projects, "_link", lambda *_: 1 / 0)
        assert "LLM000" in {code for code, *_ in said(analyse(request))}
    assert "LLM000" not in {code for code, *_ in said(analyse(request))}


def test_names_that_are_no_text_are_no_error(tree: Tree, stand_ins: StandIns) -> None:
    root = tree({".git/HEAD": "", "\udcff.py": "import openai\nBAD = 1\n"})
    for path in root.rglob("*"):
        os.utime(path, (time.time() - 100, time.time() - 100))
    runs = [said(analyse(Request(root, load(root), cache=True))) for _ in range(2)]
    assert runs[0] == runs[1] == [("LLM801", "\udcff.py", 2, Status.REPORTED, "")]
