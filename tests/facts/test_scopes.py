"""Which names each scope binds, and what else a scope knows of itself."""

from __future__ import annotations

import pytest

from llmlint.facts.extractor import extract
from tests.facts.facts_of import function


@pytest.mark.parametrize(
    ("code", "bound"),
    [
        ("a = b = 1", ("a", "b")),
        ("(a, [b, *c]), d.e, f[0] = x", ("a", "b", "c")),
        ("a: int", ("a",)),
        ("a += 1", ("a",)),
        ("for a, b in c: pass", ("a", "b")),
        ("with x as (a, b): pass", ("a", "b")),
        ("try: pass\n  except E as a: pass", ("a",)),
        ("import a.b, c.d as e", ("a", "e")),
        ("from m import a as b, c", ("b", "c")),
        ("from m import *", ()),
        ("def a(b=(c := 1)): d = 1", ("c", "a")),
        ("class a: b = 1", ("a",)),
        ("[a for a in b]", ()),
        ("[(a := x) for x in b if (c := x)]", ("a", "c")),
        ("lambda a: (b := a)", ()),
        ("lambda a=(b := 1): a", ("b",)),
        ("del a", ("a",)),
        ("f'{(a := 1)}'", ("a",)),
        ("global a; a = 1; b = 2", ("b",)),
        ("nonlocal a; a = 1", ()),
        ("type a = b", ("a",)),
    ],
)
def test_bound(code: str, bound: tuple[str, ...]) -> None:
    if code == "from m import *":  # not allowed in a function, but the parser takes it
        assert extract("m.py", code).functions[0].bound == bound
    assert function(f"def outer():\n  {code}\n", "outer").bound == bound


def test_parameters_are_bound_first() -> None:
    assert function("def f(a, /, b, *c, d, **e): x = 1\n", "f").bound == ("a", "b", "c", "d", "e", "x")


def test_scope_names() -> None:
    found = function("def f():\n  global a, b\n  nonlocal c\n", "f")
    assert found.scope_names == (("a", "global"), ("b", "global"), ("c", "nonlocal"))


@pytest.mark.parametrize(
    ("body", "is_generator"),
    [
        ("yield 1", True),
        ("x = yield from y", True),
        ("return 1", False),
        ("lambda: (yield)", False),
        ("def g(): yield 1", False),
    ],
)
def test_is_generator(body: str, is_generator: bool) -> None:
    assert function(
        f"def f(): {body}\n" if "def" not in body else f"def f():\n  {body}\n", "f"
    ).is_generator is (is_generator)


@pytest.mark.parametrize(
    ("body", "docstring"),
    [
        ("'''Adds.\n\n  More.'''", "Adds.\n\n  More."),
        ("'a' 'b'", "ab"),
        ("f'a'", None),
        ("b'a'", None),
        ("x = 'a'", None),
        (f"'{'x' * 3000}'", "x" * 2000),
    ],
)
def test_docstring(body: str, docstring: str | None) -> None:
    assert function(f"def f():\n  {body}\n  pass\n", "f").docstring == docstring
    assert extract("m.py", body + "\n").functions[0].docstring == docstring


def test_tree_of_scopes() -> None:
    text = "class K:\n  def m(self):\n    def inner(): return lambda: 1\n    return inner\nf = lambda: 2\n"
    facts = extract("m.py", text)
    found = [(f.kind, f.qualname, f.parent, f.class_index) for f in facts.functions]
    assert found == [
        ("module", "", None, None),
        ("class", "K", 0, 0),
        ("function", "K.m", 1, 0),
        ("function", "K.m.inner", 2, None),
        ("lambda", "K.m.inner.<lambda>", 3, None),
        ("lambda", "<lambda>", 0, None),
    ]


def test_decorators_defaults_and_annotations_belong_to_the_enclosing_scope() -> None:
    facts = extract("m.py", "@d(lambda: 1)\ndef f(a: (b := int) = lambda: 2): pass\n")
    assert [(f.kind, f.parent) for f in facts.functions] == [
        ("module", None),
        ("lambda", 0),
        ("lambda", 0),
        ("function", 0),
    ]
    assert facts.functions[0].bound == ("b", "f")
