"""How much the taint solver does: counted, not timed."""

from __future__ import annotations

import pytest

from llmlint.project import shapes
from llmlint.project.callees import _substitute
from llmlint.project.environments import PROVEN, merge
from llmlint.project.flow import FunctionFlow
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, Mark, Origin, Shape, join
from llmlint.project.summaries import Summary
from tests.project.building import project_of

CALLED = "def called(question, answer):\n    return question\n"
NESTED = """
def outer():
    def a():
        return lambda: 1

    def b():
        pass


def other():
    pass
"""
LATE = """
from openai import OpenAI

client = OpenAI()


def ask(question):
    reply = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": question}])
    return reply.choices[0].message.content


def shout(text):
    return text.upper()


FIRST = shout(ask("Who are you?"))


def first():
    return shout(FIRST)
"""


def _function(name: str) -> Func:
    project = project_of({"app.py": CALLED})
    return next(func for func in project.functions if func.name == name)


def test_what_is_equal_is_one_object() -> None:
    func = _function("called")
    one = Shape({Origin("param", func, "question"): Mark()}, {"text": CLEAN})
    other = Shape({Origin("param", func, "question"): Mark()}, {"text": CLEAN})
    assert one is other
    assert join((one, Shape({Origin("param", func, "answer"): Mark()}))) is join(
        (other, Shape({Origin("param", func, "answer"): Mark()}))
    )
    shapes.forget()
    assert Shape({}) is CLEAN


def test_a_part_in_many_places_is_substituted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    func = _function("called")
    shape = Shape({Origin("param", func, "question"): Mark()})
    for _ in range(3):
        shape = Shape({}, {f"field{n}": shape for n in range(24)})
    given = {"question": Shape({Origin("user", func, "question"): Mark()})}
    joins = 0
    real = shapes.join

    def counting(*args: object) -> Shape:
        nonlocal joins
        joins += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("llmlint.project.callees.join", counting)
    result = _substitute(shape, func, given)
    assert {origin.kind for origin in result.whole()} == {"user"}
    assert joins == 4, "one for each level, not one for each of 24 * 24 * 24 places"


def test_a_function_that_names_no_changed_variable_is_interpreted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs: list[str] = []
    real = FunctionFlow.run

    def counting(flow: FunctionFlow) -> Summary:
        runs.append(flow.func.name)
        return real(flow)

    monkeypatch.setattr(FunctionFlow, "run", counting)
    assert list(project_of({"app.py": LATE}).flows.flows()) == []
    assert runs.count("shout") == 1


def test_what_is_proven_after_a_branch_is_what_every_way_proves() -> None:
    func = _function("called")
    one, other = (Shape({Origin("user", func, name): Mark()}) for name in ("question", "answer"))
    env = {"a": one}
    merge(
        env,
        [
            {"a": one, "b": one, f"{PROVEN}url:a": CLEAN, f"{PROVEN}path:a": CLEAN},
            {"a": one, "b": other, f"{PROVEN}url:a": CLEAN, "c": other},
        ],
    )
    assert env == {"a": one, "b": join((one, other)), f"{PROVEN}url:a": CLEAN, "c": other}


def test_functions_inside_a_function_are_found_at_any_depth_in_order() -> None:
    project = project_of({"app.py": NESTED})
    outer = next(func for func in project.functions if func.name == "outer")
    assert [inner.name for inner in outer.inner] == ["a", "<lambda>", "b"]
