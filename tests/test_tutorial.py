"""docs/tutorial.md is true: every step does for its axis what the page says, and is shown as it is."""

from __future__ import annotations

import re

import pytest

from llmlint.audit.model import BLOCKING
from llmlint.model.rule import AXES
from support import tutorial
from support.tutorial import COMMAND, PAGE, Step, done, steps

LAST = {step.axis: step.number for step in steps()}
"""The step after which nothing of an axis blocks."""


def test_what_is_printed_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert tutorial.rewritten(page) == page, f"docs/tutorial.md is out of date: run `{COMMAND}`"


def test_every_step_is_on_the_page_in_order() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [int(number) for _, number, _ in tutorial.PRINTED.findall(page)] == [one.number for one in done()]
    headings = re.findall(r"^## (\d+)\. (.*)$", page, re.MULTILINE)
    assert headings == [(str(step.number), step.title) for step in steps()]


def test_every_axis_has_its_step() -> None:
    assert LAST.keys() == AXES.keys() - {0}


@pytest.mark.parametrize("axis", LAST)
def test_an_axis_blocks_before_its_step_and_not_after(axis: int) -> None:
    """An axis of which nothing is judged yet says nothing."""
    before, after = done()[0].levels[axis], done()[LAST[axis]].levels[axis]
    assert before is None or before <= BLOCKING
    assert after is None or after > BLOCKING


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.folder.name)
def test_no_step_takes_a_level_away(step: Step) -> None:
    before, after = done()[step.number - 1].levels, done()[step.number].levels
    assert [axis for axis in after if (after[axis] or 0) < (before[axis] or 0)] == []


@pytest.mark.parametrize("step", steps(), ids=lambda step: step.folder.name)
def test_a_step_moves_its_axis(step: Step) -> None:
    """In its level or in what is met: a step that changes nothing is no step."""

    def met(number: int) -> set[str]:
        of_axis = done()[number].report.axes[step.axis - 1].criteria
        return {one.criterion.id for one in of_axis if one.result.verdict.value in ("met", "attested")}

    if done()[step.number].levels[step.axis] is not None:
        assert met(step.number - 1) < met(step.number)


def test_in_the_end_nothing_blocks_and_nothing_is_wrong() -> None:
    last = done()[-1].report
    assert last.blockers == () and last.below == () and last.notes == () and last.problems == ()
    assert last.next_step is None


def test_all_of_it_is_python() -> None:
    for step in steps():
        for name in step.files:
            if name.endswith(".py"):
                compile((step.folder / name).read_text(encoding="utf-8"), name, "exec")
