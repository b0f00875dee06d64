"""What each kind of expression becomes."""

from __future__ import annotations

from typing import Any

import pytest

from llmlint.facts.extractor import extract
from llmlint.facts.model import TEXT_LIMIT, BinOp, Name, Template, Text
from tests.facts.facts_of import expression, shape

A, B, C = ("Name", "a"), ("Name", "b"), ("Name", "c")


def const(value: object) -> tuple[str, object]:
    return ("Const", value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("None", const(None)),
        ("True", const(True)),
        ("0x_ff", const(255)),
        ("-1", const(-1)),
        ("- 1.5", const(-1.5)),
        ("9223372036854775807", const(2**63 - 1)),
        ("9223372036854775808", ("Other", "int")),
        ("1" * 5000, ("Other", "int")),
        ("2j", ("Other", "complex")),
        ("...", ("Other", "...")),
        ("b'x' b'\\x41'", ("Bytes", "xA")),
        ("a.b", ("Attr", A, "b")),
        ("a[b]", ("Sub", A, B)),
        ("a[b, c]", ("Sub", A, ("Seq", "tuple", (B, C)))),
        ("a[b,]", ("Sub", A, ("Seq", "tuple", (B,)))),
        ("a[*b]", ("Sub", A, ("Star", B))),
        ("a[1:b:]", ("Sub", A, ("Slice", const(1), B, None))),
        ("a[::c]", ("Sub", A, ("Slice", None, None, C))),
        ("a - b - c", ("BinOp", "-", ("BinOp", "-", A, B), C)),
        ("a - (b - c)", ("BinOp", "-", A, ("BinOp", "-", B, C))),
        ("a ** b", ("BinOp", "**", A, B)),
        ("a or b and c", ("BoolOp", "or", A, ("BoolOp", "and", B, C))),
        ("not a", ("Unary", "not", A)),
        ("-a", ("Unary", "-", A)),
        ("-True", ("Unary", "-", const(True))),
        ("a < b <= c", ("Compare", A, ("<", "<="), (B, C))),
        ("a is  not b", ("Compare", A, ("is not",), (B,))),
        ("a not \\\n in b", ("Compare", A, ("not in",), (B,))),
        ("a if b else c", ("IfExp", B, A, C)),
        ("(a, *b)", ("Seq", "tuple", (A, ("Star", B)))),
        ("a,", ("Seq", "tuple", (A,))),
        ("()", ("Seq", "tuple", ())),
        ("[a, b]", ("Seq", "list", (A, B))),
        ("{a, b}", ("Seq", "set", (A, B))),
        ("{a: b, **c}", ("DictDisplay", ((A, B), (None, C)))),
        ("(a := b)", ("Walrus", A, B)),
        ("[a for b in c]", ("Comp", "list", A, None, (("Clause", B, C, (), False),))),
        ("{a for b in c if a if b}", ("Comp", "set", A, None, (("Clause", B, C, (A, B), False),))),
        ("{a: b async for c in a}", ("Comp", "dict", A, B, (("Clause", C, A, (), True),))),
        (
            "(a for b in c for c in b)",
            ("Comp", "generator", A, None, (("Clause", B, C, (), False), ("Clause", C, B, (), False))),
        ),
    ],
)
def test_expression(text: str, expected: object) -> None:
    assert shape(expression(text)) == expected


def test_call_arguments_keep_order_and_stars() -> None:
    assert shape(expression("a.b(c, *a, k=b, **c)")) == (
        "Call",
        ("Attr", A, "b"),
        (("Arg", C, None, ""), ("Arg", A, None, "*"), ("Arg", B, "k", ""), ("Arg", C, None, "**")),
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"'a\n\x41\u0042\101\N{DIGIT ONE}\q'", "a\nABA1\\q"),
        (r"r'a\n'", r"a\n"),
        ("'a' \"b\" '''c'''", "abc"),
        ("('a'\n # comment, with 'quotes'\n 'b')", "ab"),
        ("'''a\\\nb\r\nc\rd'''", "ab\nc\nd"),
        ("''", ""),
        ('""""quoted\\""""', '"quoted"'),
        (r"'\ud800'", "\ufffd"),
        (r"'\U00110000'", r"\U00110000"),
    ],
)
def test_text_is_decoded(text: str, value: str) -> None:
    found = expression(text)
    assert isinstance(found, Text)
    assert found.value == value


def test_long_text_is_cut_but_its_words_are_counted() -> None:
    found = expression(repr("word " * 5000))
    assert isinstance(found, Text)
    assert (len(found.value), found.words) == (TEXT_LIMIT, 5000)


def template_parts(text: str) -> list[Any]:
    found = expression(text)
    assert isinstance(found, Template)
    return [part.value if isinstance(part, Text) else shape(part) for part in found.parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("f'x {a} y'", ["x ", A, " y"]),
        ("'x ' f'{a}' 'y' 'z'", ["x ", A, "yz"]),
        ("f'plain'", ["plain"]),
        ("f''", []),
        ("f'{{{a}}}'", ["{", A, "}"]),
        ("f'{a!r:>{b}} {c}'", [A, " ", C]),
        ("f'{a = }'", ["a = ", A]),
        ("f'{a:,}'", [A]),
        (r"f'\n{a}'", ["\n", A]),
        (r"rf'\n{a}'", [r"\n", A]),
        ("f'''{\na\n}'''", [A]),
    ],
)
def test_template(text: str, parts: list[object]) -> None:
    assert template_parts(text) == parts


def test_lambda_is_a_function_with_one_return() -> None:
    facts = extract("m.py", "f = lambda a, *, b=1: a + b\n")
    found = facts.functions[1]
    assert (found.kind, found.name, found.qualname, found.bound) == (
        "lambda",
        "<lambda>",
        "<lambda>",
        ("a", "b"),
    )
    assert shape(found.params) == (
        ("Param", "a", "positional", None, None),
        ("Param", "b", "keyword", None, const(1)),
    )
    assert shape(found.body) == (("Return", ("BinOp", "+", A, B)),)


def test_a_short_chain_leans_left_and_a_long_one_is_shallow_and_complete() -> None:
    assert shape(expression("a + b + c")) == ("BinOp", "+", ("BinOp", "+", A, B), C)

    def walk(node: object, depth: int) -> tuple[list[str], int]:
        if isinstance(node, Name):
            return [node.id], depth
        assert isinstance(node, BinOp)
        left, left_depth = walk(node.left, depth + 1)
        right, right_depth = walk(node.right, depth + 1)
        return left + right, max(left_depth, right_depth)

    names, depth = walk(expression(" + ".join(f"n{number}" for number in range(3000))), 0)
    assert names == [f"n{number}" for number in range(3000)]
    assert depth <= 13
