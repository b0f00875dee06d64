"""Spans are those of CPython's ``ast``: on awkward texts, on the standard library, on generated programs."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

import hypothesmith
import pytest
from hypothesis import HealthCheck, given, settings

from llmlint.facts.extractor import extract
from llmlint.facts.model import If, Span, Try
from llmlint.facts.unparsable import UnparsableError
from tests.facts.ast_oracle import expected_bindings, expected_rows, found_bindings, found_rows

AWKWARD = {
    "decorated": "@d(1)\n@e\nasync def f(\n    a=g(),\n): pass\n\n@d\nclass K(B): pass\n",
    "parenthesised calls": "x = ((f))(1)\ny = (f(x))\n(a.b)(c)[0](d)\nz = ( # why\n  f\n)(2)\n",
    "multi-line call": "x = f(\n    a,  # one\n    b=[1,\n       2],\n).g(\n)\n",
    "non-ASCII": "é = 'ü' + f('日本', k=\"💥\"); g(é, 'x')\n",
    "tabs": "if x:\n\tf( 'a' )\n\tif y:\n\t\tg(\th\t)\n",
    "form feeds": "f(1)\n\x0c\ndef g():\n    h('\x0c')\n\x0c    i()\n",
    "CRLF": "if x:\r\n    f('''a\r\nb''', 1)\r\n    g()\r\n",
    "lone CR": "if x:\r    f('''a\rb''', 1)\r    g()\r",
    "mixed line ends": "f(1)\rg(2)\r\nh(3)\ni(4)\n\rj(5)",
    "line continuation": "x = f \\\n  (1, \\\n   2) \\\n  .g\nassert x, \\\n  'm'\n",
    "no newline at the end": "f(1)  # done",
    "other separators": "x = 'a\u2028b'; f(x)\ny = 'a\x0bb\x1c'; g()\n",
    "adjacent strings": "x = ('a'\n     f'b{c}'\n     'd')\ny = 'a' 'b' \\\n  'c'\n",
    "commas at the end": "x = 1,\ny = f(1), # c\nreturn_ = (1,)\nfor a in b, c,: f(1,)\n",
    "semicolons": "f(1); g(2) ;h(3);\n",
    "odd quotes": "x = ''; y = ''''a'''; z = '\\''; f(\"#\", '\\\\', r'\\'')\n",
    "comments like code": "f( # g(1), 'x'\n  2 # )\n)\n",
    "elif and else": "if a: f()\nelif b: g()\nelse:\n    if c: h()\n",
    "handlers": "try:\n    f()\nexcept (A, B) as e: g()\nexcept: h()\nelse: i()\nfinally: j()\n",
    "lambdas": "x = lambda: f(1)\ny = [lambda a, *b: (a, b)]\n",
    "dicts": "x = {'a': {}, **{1: f()}}\n",
}


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_text(text: str) -> None:
    expected = expected_rows(text)
    assert expected
    assert found_rows(extract("m.py", text)) == expected


def test_byte_order_mark_takes_no_column() -> None:
    assert found_rows(extract("m.py", "\ufefff('a')\n")) == expected_rows("f('a')\n")


def test_a_header_ends_behind_its_colon() -> None:
    text = "if (a and\n    b): pass\ntry : f()\nexcept E  as e :\n    g()\n"
    branch, attempt = extract("m.py", text).functions[0].body
    assert isinstance(branch, If)
    assert isinstance(attempt, Try)
    assert branch.span == Span(1, 0, 2, 7)
    assert attempt.span == Span(3, 0, 3, 5)
    assert attempt.handlers[0].span == Span(4, 0, 4, 16)


def test_definitions_begin_at_their_keyword() -> None:
    facts = extract("m.py", "@d\n\nasync def f(a,\n  b): pass\n@d\nclass K: pass\n")
    assert facts.functions[1].span == Span(3, 0, 4, 5)
    assert facts.classes[0].span == Span(6, 0, 6, 8)


def test_a_template_spans_all_its_literals() -> None:
    (row,) = [
        row for row in found_rows(extract("m.py", "x = ('a'\n  f'{b}'\n 'c')\n")) if row[0] == "Template"
    ]
    assert row == ("Template", 1, 5, 3, 4, "")


STANDARD_LIBRARY = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::8]


@pytest.mark.parametrize("file", STANDARD_LIBRARY, ids=lambda file: file.name)
def test_standard_library(file: Path) -> None:
    text = file.read_bytes().decode("utf-8-sig")
    facts = extract(file.name, text)
    assert found_rows(facts) == expected_rows(text)
    if sys.version_info < (3, 12):  # since then comprehensions are part of their function's table
        assert found_bindings(facts) == expected_bindings(text)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(hypothesmith.from_grammar())
def test_generated_program(text: str) -> None:
    try:
        facts = extract("m.py", text)
    except UnparsableError:
        return
    try:
        expected = expected_rows(text)
    except (SyntaxError, ValueError):
        return  # the native parser takes more than CPython does
    assert found_rows(facts) == expected
