"""Whatever the text: facts or ``UnparsableError``, soon, and the process lives."""

from __future__ import annotations

import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmlint.facts.extractor import extract
from llmlint.facts.unparsable import UnparsableError


def problem(text: str) -> UnparsableError:
    with pytest.raises(UnparsableError) as caught:
        extract("m.py", text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("x = 1\nprint 'hello'\n", 2, 0),
        ("def f(:\n", 1, 6),
        ("x = 1\ny = '\x00'\n", 2, 5),
        ("x = '\ud800'\n", 1, 0),
        ("x = 1\nx = (\n", 2, 4),
        ("\\\n", 1, 1),
        ("if x:\n\ty\n        z\n", 3, 0),
    ],
)
def test_place(text: str, line: int, column: int) -> None:
    found = problem(text)
    assert (found.line, found.column) == (line, column)
    assert found.message


@pytest.mark.parametrize("text", ["", "\n", "# only\n# comments", "\ufeff", "\x0c\n", "   \t"])
def test_nothing_to_see(text: str) -> None:
    facts = extract("m.py", text)
    assert len(facts.functions) == 1
    assert facts.functions[0].body == ()


BOMBS = {
    "parentheses": "(" * 100_000 + ")" * 100_000,
    "open brackets": "[" * 100_000,
    "brackets in an f-string": 'f"{' + "(" * 100_000 + ")" * 100_000 + '}"',
    "f-strings": 'f"{' * 100_000 + "1" + '}"' * 100_000,
    "sum in an f-string with its own quotes": 'f"{' + 'a["x"] + ' * 100_000 + '1}"',
    "brackets between an f-string's own quotes": 'f"{a["x"] + '
    + ("(" * 300 + '"x" + ') * 100
    + "1"
    + ")" * 30_000
    + '}"',
    "format specifications": 'f"' + "{x:" * 100_000 + "}" * 100_000 + '"',
    "sum": "+".join("a" * 100_000),
    "sum in an f-string": 'f"{' + "+".join("a" * 100_000) + '}"',
    "or": "1or " * 100_000 + "1",
    "not": "not " * 100_000 + "a",
    "minus": "-" * 100_000 + "a",
    "attributes": "a" + ".b" * 100_000,
    "calls": "a" + ".b()" * 10_000,
    "subscripts": "a" + "[0]" * 10_000,
    "nested calls": "f(" * 10_000 + ")" * 10_000,
    "lambdas": "lambda: " * 100_000 + "1",
    "lambdas with parameters": "lambda a, b=" * 10_000 + "1" + ": 1" * 10_000,
    "conditionals": "1 if a else " * 100_000 + "1",
    "clauses": "[1 " + "for a, b in c " * 100_000 + "]",
    "elif": "if a: pass\n" + "elif a: pass\n" * 100_000,
    "indentation": "".join(" " * n + "if a:\n" for n in range(500)) + " " * 500 + "pass",
    "patterns": "match x:\n case " + "{1: " * 40 + "x" + "}" * 40 + ": pass",
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_nested_too_deeply(text: str) -> None:
    assert problem(text + "\n").line >= 1


LONG = {
    "sum of strings": "x = (" + "\n  + ".join(['"line"'] * 1000) + ")",
    "mixed operators": " - a + ".join(["b"] * 600),
    "or": " or ".join("a" * 3000),
    "adjacent strings": "x = (" + "\n".join(['"line"'] * 3000) + ")",
    "comparison": "<".join("a" * 3000),
    "elif": "if a: pass\n" + "elif a: pass\n" * 1500,
    "list": "x = [" + "f(a.b), " * 3000 + "]",
    "dict of conditionals": "x = {" + "a: b if c else -d, " * 2000 + "}",
    "list of lambdas": "x = [" + "lambda a, b: a.b, " * 2000 + "]",
    "many short branches": "if a: pass\nelif b: pass\n" * 2500,
    "brackets in a string": "x = '" + "(" * 3000 + "'",
    "brackets": "[" * 190 + "]" * 190,
    "nested calls": "f(" * 100 + ")" * 100,
    "method chain": "a" + ".b(c)" * 100,
    "long f-string": "x = f'''" + "a.b-c/d {e} if and or\n" * 3000 + "'''",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_long_but_legal(text: str) -> None:
    assert extract("m.py", text + "\n").functions[0].body


def test_a_small_stack_is_enough() -> None:
    """Deep texts are parsed on a stack of their own, so that of the caller does not matter."""
    problems: list[BaseException] = []

    def work() -> None:
        try:
            extract("m.py", "[" * 190 + "]" * 190 + "\n" + " or ".join("a" * 3000) + "\n")
        except BaseException as problem:
            problems.append(problem)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert problems == []


def test_little_recursion_left_is_no_crash() -> None:
    def deeper(levels: int) -> None:
        if levels:
            deeper(levels - 1)
        else:
            extract("m.py", "x = " + "f(" * 100 + ")" * 100 + "\n")

    frame, used = sys._getframe(), 0
    while frame is not None:
        frame, used = frame.f_back, used + 1  # type: ignore[assignment]
    with pytest.raises(UnparsableError, match="nested too deeply"):
        deeper(sys.getrecursionlimit() - used - 150)


@given(st.text())
def test_any_text(text: str) -> None:
    try:
        facts = extract("m.py", text)
    except UnparsableError as found:
        assert found.line >= 1
        assert found.column >= 0
        assert found.message
    else:
        assert facts.functions[0].kind == "module"


@given(st.lists(st.sampled_from([*"()[]{}'\"\\\n\r\t ,;:=.#*-ab1f", "if ", "def ", "lambda ", '"""', "in "])))
def test_any_python_like_text(pieces: list[str]) -> None:
    try:
        facts = extract("m.py", "".join(pieces))
    except UnparsableError as found:
        assert found.message
        assert "\n" not in found.message
    else:
        assert facts.functions[0].kind == "module"
