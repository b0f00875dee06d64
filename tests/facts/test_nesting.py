"""What a few passes over the bytes find is never less than what the scan finds token by token."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from llmlint.facts.bounds import bounds
from llmlint.facts.nesting import NestedTooDeeplyError, _scan, is_flat

PIECES = [
    *"()[]{}'\"\\\n\r ,;:=.#*-ab1f",
    "if ",
    " or ",
    "not ",
    "for ",
    "lambda ",
    '"""',
    "in ",
    "(a.b)",
    "f'{",
]


@given(st.lists(st.sampled_from(PIECES)))
def test_never_too_little(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = bounds(text.encode())
    assume(found is not None)
    assert found is not None
    depth, chain = _scan(text)
    assert found[0] >= depth
    assert found[1] >= chain


@pytest.mark.parametrize(
    "text",
    [
        "x = [\n" + "    f(a.b - c),\n" * 99 + "]\n",
        "x = '" + "(a.b - c) " * 999 + "'\n",
        "# " + "(a.b - c) " * 999 + "\n",
        'def f():\n    """' + "a.b\n" * 999 + '"""\n',
        "a.b(c).d - e\n" * 999,
    ],
    ids=["list", "string", "comment", "docstring", "lines"],
)
def test_usual_code_needs_no_scan(text: str) -> None:
    found = bounds(text.encode())
    assert found is not None
    assert is_flat(*found)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "a + " * 999 + "b",
        "(" * 50 + ")" * 50,
        "x = (\n" + "a\n+ " * 999 + "b)",
        "a \\\n.b" * 999,
        "(",
    ],
    ids=["sum", "brackets", "sum over lines", "continued lines", "open bracket"],
)
def test_what_is_deep_is_seen(text: str) -> None:
    found = bounds(text.encode())
    assert found is None or not is_flat(*found)


def test_the_scan_refuses_what_is_too_deep() -> None:
    with pytest.raises(NestedTooDeeplyError):
        _scan("(" * 201 + ")" * 201)
