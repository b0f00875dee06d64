from __future__ import annotations

import argparse
import ast

import pytest
from flake8 import defaults
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given, settings
from hypothesis import strategies as st

from llmlint.source.document import from_text
from llmlint.source.suppressions import NOQA_FILE, NOQA_INLINE, Suppressions, find_suppressions


def read(text: str) -> Suppressions:
    return find_suppressions(from_text("a.py", text))


def covered(text: str, code: str) -> list[int]:
    """The lines on which our own form covers a finding of this code."""
    own = read(text).own
    return [n for n in range(1, text.count("\n") + 2) if any(one.covers(code, n) for one in own)]


def test_the_patterns_are_those_of_flake8() -> None:
    assert NOQA_INLINE.pattern == defaults.NOQA_INLINE_REGEXP.pattern
    assert NOQA_INLINE.flags == defaults.NOQA_INLINE_REGEXP.flags
    assert NOQA_FILE.pattern == defaults.NOQA_FILE.pattern
    assert NOQA_FILE.flags == defaults.NOQA_FILE.flags


LINES = st.sampled_from(
    [
        "x = 1  # noqa",
        "x = 1  # NOQA: LLM301",
        "x = 1  # noqa:LLM3,E501",
        "x = 1  # noqa: LLM301 LLM5 and words",
        "x = 1  # noqa: llm301",
        "x = 1  # noqa : LLM301",
        "x = 1  #noqa",
        "x = '# noqa'",
        "x = '''one",
        "two  # noqa: LLM501",
        "'''",
        "x = (1,",
        "  2,  # noqa",
        ")  # noqa",
        "x = 1 + \\",
        "  # noqa: LLM301",
        "2  # noqa",
        "# noqa",
        "if x:",
        "    pass",
        "",
        "# flake8: noqa",
        "x = 1  # flake8: noqa",
        "\x0c",
    ]
)


def by_flake8(text: str, code: str) -> list[int] | None:
    """The lines on which flake8 drops a finding, by its own classes; None when it cannot parse the file."""
    options = argparse.Namespace(
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
        disable_noqa=False,
    )
    lines = [f"{line}\n" for line in text.split("\n")]
    if lines[-1] == "\n":
        lines.pop()
    processor = FileProcessor("a.py", options, lines)
    try:
        ast.parse("".join(lines))
    except SyntaxError:
        return None
    if processor.should_ignore_file():
        return list(range(1, len(lines) + 1))
    dropped = []
    for number in range(1, len(lines) + 1):
        line = processor.noqa_line_for(number)
        violation = Violation(code, "a.py", number, 1, "text", "" if line is None else line)
        if violation.is_inline_ignored(disable_noqa=False):
            dropped.append(number)
    return dropped


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=8), st.sampled_from(["LLM301", "LLM501", "LLM002"]))
def test_noqa_means_what_it_means_to_flake8(chosen: list[str], code: str) -> None:
    text = "".join(f"{line}\n" for line in chosen)
    expected = by_flake8(text, code)
    if expected is not None:
        found = read(text)
        assert [n for n in range(1, len(chosen) + 1) if found.by_noqa(code, n)] == expected


@pytest.mark.parametrize(
    ("text", "code", "lines"),
    [
        ("x = 1  # llmlint: ignore\n", "LLM301", [1]),
        ("x = 1  # llmlint: ignore[LLM301]\n", "LLM301", [1]),
        ("x = 1  # llmlint: ignore[LLM301]\n", "LLM302", []),
        ("x = 1  # llmlint: ignore[LLM302, LLM3]\n", "LLM301", [1]),
        ("x = 1  # llmlint:ignore[LLM301] -- why\n", "LLM301", [1]),
        ("x = 1  # noqa: E501 # llmlint: ignore[LLM301] -- why # more\n", "LLM301", [1]),
        ("x = '# llmlint: ignore[LLM301]'\n", "LLM301", []),
        ("x = '''\n# llmlint: ignore\n'''\n", "LLM301", []),
        ("# llmlint: ignore\nx = 1\n", "LLM301", [1]),
        ("x = (\n    1,\n)  # llmlint: ignore\n", "LLM301", [3]),
        ("x = '''a\nb\n'''  # llmlint: ignore\n", "LLM703", [1, 2, 3]),
        ("# llmlint: ignore-file[LLM703]\nx = 1\n", "LLM703", [1, 2, 3]),
        ('#!/bin/sh\n"""Doc."""\n# llmlint: ignore-file\nx = 1\n', "LLM703", [1, 2, 3, 4, 5]),
        ("x = 1\n# llmlint: ignore-file\n", "LLM703", []),
        ("x = (  # llmlint: ignore[LLM301]\n", "LLM301", [1]),
    ],
)
def test_own_form(text: str, code: str, lines: list[int]) -> None:
    assert covered(text, code) == lines


def test_the_reason_is_kept() -> None:
    (one,) = read("x = 1  # llmlint: ignore[LLM301] -- the caller knows -- really\n").own
    assert one.reason == "the caller knows -- really"
    assert one.codes == ("LLM301",)
    assert (one.location.line, one.location.column) == (1, 7)


@pytest.mark.parametrize(
    "comment",
    [
        "# llmlint: disable",
        "# llmlint: ignore LLM301",
        "# llmlint: ignore[LLM301",
        "# llmlint: ignore[]",
        "# llmlint: ignore[swallowed-llm-error]",
        "# llmlint: ignore[llm301]",
        "# llmlint: ignore[LLM3011]",
        "# llmlint: ignorefile[LLM301]",
        "# llmlint: " + "very " * 30 + "long",
    ],
)
def test_what_looks_like_ours_and_is_not_is_reported(comment: str) -> None:
    found = read(f"x = 1  {comment}\n")
    assert found.own == ()
    (malformed,) = found.malformed
    assert "suppresses nothing" in malformed.message
    assert len(malformed.message) <= 100


def test_ignore_file_below_the_first_statement_is_reported() -> None:
    found = read("x = 1\n# llmlint: ignore-file[LLM703]\n")
    assert [m.location.line for m in found.malformed] == [2]
