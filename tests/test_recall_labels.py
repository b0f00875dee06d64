"""What counts as found in ``corpus/recall.py``: one finding never stands for two, and a trap stays a trap."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
if not CORPUS.is_dir():
    pytest.skip("the corpus is not part of a source distribution", allow_module_level=True)
sys.path.insert(0, str(CORPUS))
try:
    recall_labels = importlib.import_module("recall_labels")
finally:
    sys.path.remove(str(CORPUS))

FILE = ("tree", "a.py")
TEXT = "x = 1\n" * 9 + "y = call(\n    1,\n)\n" + "x = 1\n" * 30


def label(line: int, verdict: str = "clear", also: tuple[int, ...] = (), code: str = "LLM514") -> Any:
    return recall_labels.Label("tree", "a.py", line, code, verdict, "why", also)


def met(labels: list[Any], *lines: int, code: str = "LLM514") -> dict[int, int | None]:
    """Line of each finding to the line of the label it was given to."""
    found = recall_labels.meet(labels, [(FILE, line, code) for line in lines], {FILE: TEXT})
    return {line: given.line if given else None for given, _, line, _ in found.pairs}


@pytest.mark.parametrize("away", [-2, -1, 0, 1, 2])
def test_a_clear_label_is_met_two_lines_away(away: int) -> None:
    assert met([label(20)], 20 + away) == {20 + away: 20}


@pytest.mark.parametrize("away", [-3, 3])
def test_and_no_further(away: int) -> None:
    assert met([label(20)], 20 + away) == {20 + away: None}


def test_a_label_of_another_code_is_not_met() -> None:
    assert met([label(20)], 20, code="LLM301") == {20: None}


def test_one_finding_stands_for_one_of_two_neighbours() -> None:
    assert met([label(20), label(21)], 21) == {21: 21}
    assert met([label(20), label(22)], 21) == {21: 20}


def test_two_findings_stand_for_two_neighbours() -> None:
    assert met([label(20), label(22)], 20, 21) == {20: 20, 21: 22}


def test_a_trap_is_hit_on_its_line_only() -> None:
    assert met([label(20, "trap")], 20, 21) == {20: 20, 21: None}


def test_a_trap_is_hit_one_line_away_in_the_same_statement() -> None:
    assert met([label(10, "trap")], 11) == {11: 10}
    assert met([label(10, "trap")], 12) == {12: None}
    assert met([label(10, "trap")], 9) == {9: None}


def test_a_finding_on_a_trap_does_not_meet_the_clear_label_beside_it() -> None:
    assert met([label(20), label(21, "trap")], 21) == {21: 21}


def test_the_call_of_a_client_stands_for_its_construction() -> None:
    labels = [label(20, also=(30,)), label(30, "unclear")]
    assert met(labels, 30) == {30: 20}
    assert met(labels, 20, 30) == {20: 20, 30: 20}


def test_what_is_unclear_is_not_unlabelled() -> None:
    assert met([label(20, "unclear")], 20, 22, 23) == {20: 20, 22: 20, 23: None}


def test_statements_span_their_lines() -> None:
    assert recall_labels.statements("a = 1\n\n# said\nf(\n  2,\n)\n") == {1: 1, 4: 4, 5: 4, 6: 4}
    assert recall_labels.statements("f(\n") == {}


def test_every_label_is_about_a_file_that_was_drawn_and_read() -> None:
    files, labels = recall_labels.read()
    assert files == set(recall_labels.drawn())
    assert {(one.tree, one.path) for one in labels} <= files
