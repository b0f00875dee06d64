"""What each kind of statement becomes, and in which order."""

from __future__ import annotations

import pytest

from llmlint.facts.extractor import extract
from llmlint.facts.model import ClassDef, If
from tests.facts.facts_of import body_shape, function, shape

A, B, C = ("Name", "a"), ("Name", "b"), ("Name", "c")
PASS = (("Simple", "pass"),)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b = c", ("Assign", (A, B), C, None)),
        ("a: b", ("Assign", (A,), None, B)),
        ("a: b = c", ("Assign", (A,), C, B)),
        ("a //= b", ("AugAssign", A, "//=", B)),
        ("type a[T: b] = c", ("Assign", (A,), C, None)),
        ("a", ("ExprStmt", A)),
        ("raise", ("Raise", None, None)),
        ("raise a from b", ("Raise", A, B)),
        ("assert a, b", ("Assert", A, B)),
        ("del a, b", ("Delete", (A, B))),
        ("del (a, b)", ("Delete", (("Seq", "tuple", (A, B)),))),
        ("pass", ("Simple", "pass")),
        ("global a, b", ("ScopeDecl", "global", ("a", "b"))),
        ("import a.b as c, d.e", ("Import", (("a.b", "c"), ("d.e", None)))),
        ("from .. import a", ("ImportFrom", "", 2, (("a", None),))),
        ("from ...a.b import (c as d, e,)", ("ImportFrom", "a.b", 3, (("c", "d"), ("e", None)))),
        ("from a import *", ("ImportFrom", "a", 0, (("*", None),))),
        ("while a: pass\nelse: b", ("While", A, PASS, (("ExprStmt", B),))),
        ("for a in b: pass\nelse: c", ("For", A, B, PASS, (("ExprStmt", C),), False)),
        (
            "with a as b, c: pass",
            ("With", (("WithItem", A, B), ("WithItem", C, None)), PASS, False),
        ),
        ("with (a as b, c,): pass", ("With", (("WithItem", A, B), ("WithItem", C, None)), PASS, False)),
        ("with (a): pass", ("With", (("WithItem", A, None),), PASS, False)),
        (
            "try: pass\nexcept (a, b) as e: a\nexcept: b\nelse: c\nfinally: pass",
            (
                "Try",
                PASS,
                (
                    ("Handler", ("Seq", "tuple", (A, B)), "e", (("ExprStmt", A),)),
                    ("Handler", None, None, (("ExprStmt", B),)),
                ),
                (("ExprStmt", C),),
                PASS,
            ),
        ),
        ("try: pass\nexcept* a: b", ("Try", PASS, (("Handler", A, None, (("ExprStmt", B),)),), (), ())),
        (
            "if a: pass\nelif b: a\nelse: c",
            ("If", A, PASS, (("If", B, (("ExprStmt", A),), (("ExprStmt", C),)),)),
        ),
    ],
)
def test_statement(text: str, expected: object) -> None:
    assert body_shape(text + "\n") == (expected,)


@pytest.mark.parametrize(
    ("pattern", "captures", "values"),
    [
        ("_", (), ()),
        ("x", ("x",), ()),
        ("'shell' | a.B | None", (), (("Text", "shell", 1), ("Attr", A, "B"), ("Const", None))),
        ("[-1, *rest]", ("rest",), (("Const", -1),)),
        ("(x, _)", ("x",), ()),
        ("x, *_", ("x",), ()),
        ("{'k': v, **rest}", ("v", "rest"), (("Text", "k", 1),)),
        ("a(1, key=x) as whole", ("x", "whole"), (A, ("Const", 1))),
        ("(((b.c)))", (), (("Attr", B, "c"),)),
    ],
)
def test_case(pattern: str, captures: tuple[str, ...], values: tuple[object, ...]) -> None:
    text = f"match a:\n    case {pattern} if b:\n        pass\n"
    assert body_shape(text) == (("Match", A, (("Case", captures, values, B, PASS),)),)
    assert extract("m.py", text).functions[0].bound == captures


def test_statements_on_one_line_and_in_one_line_blocks_keep_their_order() -> None:
    assert body_shape("a; b;\nif c: a; b\nc\n") == (
        ("ExprStmt", A),
        ("ExprStmt", B),
        ("If", C, (("ExprStmt", A), ("ExprStmt", B)), ()),
        ("ExprStmt", C),
    )


def test_async_statements() -> None:
    text = "async def f():\n  async for a in b: pass\n  async with a: pass\n  return await c\n"
    found = function(text, "f")
    assert found.is_async
    assert shape(found.body) == (
        ("For", A, B, PASS, (), True),
        ("With", (("WithItem", A, None),), PASS, True),
        ("Return", ("Await", C)),
    )


def test_parameters() -> None:
    found = function("def f(a, /, b: c = 1, *args: a, k, **kw) -> b: pass\n", "f")
    assert shape(found.params) == (
        ("Param", "a", "positional", None, None),
        ("Param", "b", "positional", C, ("Const", 1)),
        ("Param", "args", "*", A, None),
        ("Param", "k", "keyword", None, None),
        ("Param", "kw", "**", None, None),
    )
    assert shape(found.returns) == B


def test_keyword_only_marker_is_no_parameter() -> None:
    found = function("def f(*, k): pass\n", "f")
    assert shape(found.params) == (("Param", "k", "keyword", None, None),)


def test_class() -> None:
    text = (
        "@a\nclass K(b, *c, metaclass=a, **c):\n    'doc'\n    x = 1\n"
        "    def m(self): pass\n    if a:\n        def m(self): pass\n"
        "    class N:\n        def n(self): pass\n"
    )
    facts = extract("m.py", text)
    outer, inner = facts.classes
    assert (outer.name, outer.qualname, outer.docstring) == ("K", "K", "doc")
    assert shape(outer.decorators) == (A,)
    assert shape(outer.bases) == (B, C)
    assert shape(outer.keywords) == (("Arg", A, "metaclass", ""), ("Arg", C, None, "**"))
    assert [(name, facts.functions[index].qualname) for name, index in outer.methods] == [("m", "K.m")] * 2
    assert outer.methods[0][1] < outer.methods[1][1]
    assert inner.qualname == "K.N"
    assert isinstance(facts.functions[0].body[0], ClassDef)

    body = facts.functions[outer.body]
    assert (body.kind, body.qualname, body.class_index, body.bound) == ("class", "K", 0, ("x", "m", "N"))
    method = facts.functions[inner.methods[0][1]]
    assert (method.qualname, method.class_index, method.parent) == ("K.N.n", 1, inner.body)


def test_type_parameters_are_passed_over() -> None:
    found = function("def f[T: (int, str) = int, *Ts = *a, **P](a: T) -> T: pass\nclass K[T](b): pass\n", "f")
    assert found.bound == ("a",)


def test_long_elif_chain_keeps_every_branch() -> None:
    text = "if a == 0: n0\n" + "".join(f"elif a == {n}: n{n}\n" for n in range(1, 1500)) + "else: last\n"
    pending = list(extract("m.py", text).functions[0].body)
    names = []
    deepest = 0
    while pending:
        branch = pending.pop(0)
        if isinstance(branch, If):
            names.append(branch.body[0].value.id)  # type: ignore[union-attr]
            deepest += len(branch.orelse) == 1
            pending = [*branch.orelse, *pending]
        else:
            names.append(branch.value.id)  # type: ignore[union-attr]
    assert names == [f"n{n}" for n in range(1500)] + ["last"]
    assert deepest < 60
