"""Every rule is produced by a fixture: a code that none announces could be dead and nobody would see."""

from __future__ import annotations

from llmlint import registry

from .fixture_lives.situations import situations

EXEMPT = {
    "LLM000": "a failure of llmlint itself: tests/fixture_lives/test_internal_problem.py makes rules fail",
}


def announced() -> set[str]:
    """The codes of which a fixture announces a finding; the fixture tests hold the rules to it."""
    return {
        code
        for situation in situations()
        for annotation in situation.annotations
        if annotation.kind == "error"
        for code in annotation.codes
    }


def test_every_rule_has_a_fixture_that_produces_it() -> None:
    assert sorted(registry.names().keys() - announced() - EXEMPT.keys()) == []


def test_every_fixture_announces_a_rule_there_is() -> None:
    assert sorted(announced() - registry.names().keys()) == []


def test_no_rule_is_exempt_that_has_a_fixture_or_is_gone() -> None:
    assert sorted(EXEMPT.keys() & announced()) == []
    assert sorted(EXEMPT.keys() - registry.names().keys()) == []
