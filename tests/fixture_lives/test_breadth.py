"""Every rule is shown at work and shown to hold its tongue."""

from __future__ import annotations

import pytest

from .expectation import expected
from .situations import Situation, situations

ALL = situations()
CODES = sorted({situation.code for situation in ALL if not situation.code.startswith("LLM0")})


def producers(code: str) -> list[Situation]:
    return [s for s in ALL if s.code == code and any(place[2] == code for place in expected(s))]


def silent(code: str) -> list[Situation]:
    return [s for s in ALL if s.code == code and s.name.startswith("ok_")]


@pytest.mark.parametrize("code", CODES)
def test_at_least_eight_situations_each_way(code: str) -> None:
    assert len(producers(code)) >= 8, [s.name for s in producers(code)]
    assert len(silent(code)) >= 8, [s.name for s in silent(code)]


@pytest.mark.parametrize("code", CODES)
def test_one_producer_is_async(code: str) -> None:
    asynchronous = [s.name for s in producers(code) if any("async def" in t for t in s.files.values())]
    assert asynchronous, f"no finding of {code} in a project with `async def`"


@pytest.mark.parametrize("code", CODES)
def test_one_producer_spans_files(code: str) -> None:
    if code == "LLM402":
        pytest.skip("a literal in one call: nothing to follow")
    assert any(len(s.files) > 1 for s in producers(code))


@pytest.mark.parametrize("situation", ALL, ids=lambda situation: situation.id)
def test_name_says_whether_its_rule_speaks(situation: Situation) -> None:
    own = [a for a in situation.annotations if a.kind != "step" and situation.code in a.codes]
    assert situation.name.startswith("ok_") != bool(own)


@pytest.mark.parametrize("situation", ALL, ids=lambda situation: situation.id)
def test_fixture_parses(situation: Situation) -> None:
    if situation.code == "LLM002":
        pytest.skip("it is about files that do not parse")
    for path, text in situation.files.items():
        if path.endswith(".py"):
            compile(text, path, "exec", dont_inherit=True)
