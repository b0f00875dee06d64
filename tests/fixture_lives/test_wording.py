"""The form of findings is really looked at."""

from __future__ import annotations

import pytest

from llmlint.model.finding import Finding, Step
from llmlint.model.location import Location

from .wording import complaints

PLACE = Location("a.py", 1)
GOOD = Finding(
    "LLM301", "`x` fails, so nobody knows", PLACE, (Step(PLACE, "`x` is called here"),), "Let it raise."
)


def finding(**changes: str) -> Finding:
    step = changes.get("step", GOOD.steps[0].message)
    return Finding(
        "LLM301",
        changes.get("message", GOOD.message),
        PLACE,
        (Step(PLACE, step),),
        changes.get("help", GOOD.help),
    )


def test_a_good_finding_has_no_complaints() -> None:
    assert list(complaints(GOOD)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"message": "`x` fails."},
        {"message": "you should mend `x`"},
        {"message": "x" * 101},
        {"message": "a.py:1:2: fails"},
        {"message": "`x fails"},
        {"message": ""},
        {"message": "two\nlines"},
        {"step": "The model chooses it"},
        {"step": "the model chooses it."},
        {"step": "consider this"},
        {"step": "s" * 101},
        {"help": ""},
        {"help": "let it raise."},
        {"help": "Let it raise"},
        {"help": "Please let it raise."},
        {"help": "H" * 140 + "."},
    ],
)
def test_a_bad_one_has(changes: dict[str, str]) -> None:
    assert list(complaints(finding(**changes)))
