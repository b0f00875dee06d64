from __future__ import annotations

import sys

import pytest

from llmlint import registry
from llmlint.model.rule import Confidence, Severity
from llmlint.registry import Layer, Selection, UnknownRule
from tests.conftest import StandIns, Tree, run


def active(*layers: Layer, off: frozenset[str] = frozenset()) -> list[str]:
    return [rule.code for rule in registry.select(Selection(layers, off))]


OWN = ["LLM000", "LLM001", "LLM002", "LLM003"]


@pytest.mark.parametrize(
    ("layers", "codes"),
    [
        ((), [*OWN, "LLM801"]),
        ((Layer(select=("LLM8",)),), ["LLM000", "LLM001", "LLM002", "LLM801"]),
        ((Layer(select=("LLM",)),), [*OWN, "LLM801"]),
        ((Layer(select=("LLM80",)),), ["LLM000", "LLM001", "LLM002", "LLM801", "LLM802"]),
        ((Layer(select=()),), ["LLM000", "LLM001", "LLM002"]),
        ((Layer(extend_select=("LLM802",)),), [*OWN, "LLM801", "LLM802"]),
        ((Layer(extend_select=("LLM8",)),), [*OWN, "LLM801"]),
        ((Layer(ignore=("LLM8",)),), OWN),
        ((Layer(select=("LLM801",), ignore=("LLM8",)),), ["LLM000", "LLM001", "LLM002", "LLM801"]),
        ((Layer(select=("LLM8",), ignore=("LLM8",)),), ["LLM000", "LLM001", "LLM002"]),
        ((Layer(ignore=("LLM",)),), ["LLM000", "LLM001", "LLM002"]),
        ((Layer(ignore=("LLM002",)),), ["LLM000", "LLM001", "LLM003", "LLM801"]),
        ((Layer(ignore=("LLM801",)), Layer(select=("LLM801",))), ["LLM000", "LLM001", "LLM002", "LLM801"]),
        ((Layer(select=("LLM802",)), Layer(ignore=("LLM8",))), ["LLM000", "LLM001", "LLM002"]),
        (
            (Layer(select=("LLM802",)), Layer(extend_select=("LLM8",))),
            ["LLM000", "LLM001", "LLM002", "LLM801", "LLM802"],
        ),
    ],
)
def test_selection(stand_ins: StandIns, layers: tuple[Layer, ...], codes: list[str]) -> None:
    assert active(*layers) == codes


def test_a_front_door_may_switch_off(stand_ins: StandIns) -> None:
    off = frozenset(["LLM003"])
    assert "LLM003" not in active(off=off)
    assert "LLM003" not in active(Layer(select=("LLM",)), off=off)
    assert "LLM003" in active(Layer(extend_select=("LLM003",)), off=off)
    assert registry.own_codes(Selection((), off)) == {"LLM000", "LLM001", "LLM002"}


def test_a_rule_that_is_not_selected_is_not_imported(tree: Tree) -> None:
    code = (
        "import sys; from llmlint import registry as r;"
        "r.select(r.Selection((r.Layer(select=('LLM003',)),)));"
        "r.names(); print([m for m in sys.modules if m.startswith('llmlint.rules.')])"
    )
    done = run("timeit", "-n1", "-r1", code, cwd=tree({}))
    assert done.stdout.startswith(b"[]\n"), done.stderr


def test_every_module_is_a_rule_of_its_code_and_name() -> None:
    for code, module in registry.modules().items():
        rule = registry.rule(code)
        assert (rule.code, rule.name) == (code, registry.names()[code])
        assert f"llmlint.rules.{module}" in sys.modules
    assert list(registry.names()) == [rule.code for rule in registry.all_rules()]


@pytest.mark.parametrize("code", ["", "E501", "LLM9", "LLM3011", "llm301", "LLM099", "LLM 3"])
def test_codes_that_name_no_rule(code: str) -> None:
    with pytest.raises(UnknownRule):
        registry.check_code(code)


@pytest.mark.parametrize("code", ["LLM", "LLM0", "LLM8", "LLM00", "LLM003"])
def test_codes_that_name_rules(code: str) -> None:
    registry.check_code(code)
    assert registry.PREFIX.fullmatch(code)


def test_an_unknown_code_comes_with_a_suggestion() -> None:
    assert str(UnknownRule("LLM0033")) == "`LLM0033` names no rule, did you mean `LLM003`?"
    assert str(UnknownRule("whatever")) == "`whatever` names no rule"


def test_pages_are_found_by_code() -> None:
    page = registry.page("LLM301")
    assert page is not None
    assert page.name == "LLM301-swallowed-llm-error.md"
    assert registry.page("LLM999") is None
    assert registry.docs_url("LLM301") == "https://llmlint.readthedocs.io/rules/LLM301"


BOTH = Layer(extend_select=("LLM802",))


@pytest.mark.parametrize(
    ("layer", "run", "left_out"),
    [
        (Layer(), [*OWN, "LLM801", "LLM802"], []),
        (Layer(min_severity=Severity.ADVICE, min_confidence=Confidence.LOW), [*OWN, "LLM801", "LLM802"], []),
        (Layer(min_severity=Severity.WARNING), [*OWN[:3], "LLM801"], ["LLM003", "LLM802"]),
        (Layer(min_confidence=Confidence.MEDIUM), [*OWN, "LLM801"], ["LLM802"]),
        (Layer(select=("LLM802",), min_severity=Severity.ERROR), OWN[:3], ["LLM802"]),
        (Layer(select=("LLM801",), min_severity=Severity.ERROR), [*OWN[:3], "LLM801"], []),
    ],
)
def test_what_is_below_the_minimum_is_left_out_and_known(
    stand_ins: StandIns, layer: Layer, run: list[str], left_out: list[str]
) -> None:
    selection = Selection((BOTH, layer))
    assert [rule.code for rule in registry.select(selection)] == run
    assert [rule.code for rule in registry.left_out(selection)] == left_out
    assert registry.own_codes(selection) == {*OWN} & {*run}


def test_the_last_minimum_counts_whichever_way_it_goes(stand_ins: StandIns) -> None:
    strict, loose = Layer(min_severity=Severity.ERROR), Layer(min_severity=Severity.ADVICE)
    assert active(BOTH, strict, loose) == [*OWN, "LLM801", "LLM802"]
    assert active(BOTH, loose, strict) == [*OWN[:3], "LLM801"]
    assert active(BOTH, strict, Layer()) == [*OWN[:3], "LLM801"]


def test_words_are_in_their_order() -> None:
    assert [s.at_least(Severity.WARNING) for s in Severity] == [True, True, False]
    assert [c.at_least(Confidence.HIGH) for c in Confidence] == [True, False, False]
