"""The comment grammar itself."""

from __future__ import annotations

import pytest

from .annotations import AnnotationError, parse


def said(text: str, path: str = "app/x.py") -> list[str]:
    return [str(annotation) for annotation in parse(path, text).annotations]


def test_comment_at_the_end_speaks_of_its_line() -> None:
    assert said("a = 1\nb = 2  # error: [LLM301]\n") == ["app/x.py:2 error [LLM301]"]


def test_comment_alone_speaks_of_the_next_line() -> None:
    assert said('# error: [LLM301] "text"\na = 1\n') == ['app/x.py:2 error [LLM301] "text"']


def test_comments_alone_stack() -> None:
    text = '    # step: [LLM501] "here"\n    # error: [LLM501]\n    a = 1\n'
    assert said("if True:\n" + text) == ['app/x.py:4 step [LLM501] "here"', "app/x.py:4 error [LLM501]"]


def test_two_annotations_in_one_comment() -> None:
    text = 'a = 1  # error: [LLM301, LLM303]  # step: [LLM501] "x"\n'
    assert said(text) == ["app/x.py:1 error [LLM301, LLM303]", 'app/x.py:1 step [LLM501] "x"']


def test_text_that_only_looks_like_a_comment_is_none() -> None:
    assert said('a = "# error: [LLM301]"\n') == []


def test_settings_of_the_file() -> None:
    text = "# fixture: Two calls\n# fixture-path: tests/test_x.py\n# fixture-lives: no-alias, no-noqa\n"
    assert parse("x.py", text).settings == {
        "fixture": "Two calls",
        "fixture-path": "tests/test_x.py",
        "fixture-lives": "no-alias, no-noqa",
    }


def test_toml_and_broken_python_are_read_by_lines() -> None:
    assert said("a = 1\nb = 2  # error: [LLM001]\n", "pyproject.toml") == ["pyproject.toml:2 error [LLM001]"]
    assert said("def f(:  # error: [LLM002]\n") == ["app/x.py:1 error [LLM002]"]


@pytest.mark.parametrize(
    "comment",
    [
        "# error: LLM301",
        "# error [LLM301]",
        "# errors: [LLM301]",
        "#error: [LLM301]",
        "# Error: [LLM301]",
        "# error: [LLM31]",
        "# error: [LLM301,LLM302]",
        "# error: [LLM301] swallowed",
        '# error: [LLM301, LLM302] "one text for two"',
        '# error: [LLM301] ""',
        "# todo: [LLM301]",
        "# todo_error: [LLM301]",
        "# fixture-name: x",
        "# fixture-lives: no-sleep",
        "# LLM301",
        "# error: [LLM301]  # step: LLM301",
    ],
)
def test_malformed_annotation_names_the_line(comment: str) -> None:
    with pytest.raises(AnnotationError, match=r"app/x\.py(:2)?: "):
        parse("app/x.py", f"a = 1\nb = 2  {comment}\n")


def test_other_comments_are_left_alone() -> None:
    text = "# TODO: tidy up\na = 1  # noqa: LLM301\nb = 2  # llmlint: ignore[LLM301] -- why\n# step by step\n"
    assert said(text) == []
