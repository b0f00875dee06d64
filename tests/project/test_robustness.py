"""Whatever the code, the project layer answers, and in reasonable time."""

from __future__ import annotations

import inspect
import sys
import time

import pytest

from llmlint.project.project import Project
from tests.project.building import meaning, project_of, scope_of

HEAD = "import os\nimport openai\nclient = openai.OpenAI()\n"
ASK = (
    'client.chat.completions.create(model="m", messages=[{"role": "user", "content": x}]).choices[0].message'
)
SECONDS = 10


def _function(*lines: str) -> str:
    """A function that asks a model (``r``) and then does something."""
    return HEAD + "".join(
        f"{line}\n" for line in ("def f(x):", f"    r = {ASK}", *(f"    {s}" for s in lines))
    )


def _nested(header: str, levels: int, inner: str) -> str:
    blocks = "".join(f"{'    ' * n}{header.format(n)}\n" for n in range(1, levels + 1))
    return f"{HEAD}def f(x):\n{blocks}{'    ' * (levels + 1)}{inner}\n"


REACHES = {
    "3000 terms": _function("os.system(" + " + ".join(["r"] * 3000) + ")"),
    "attributes": _function("os.system(r" + ".content" * 190 + ")"),
    "methods": _function("os.system(r" + ".strip()" * 190 + ")"),
    "calls inside each other": HEAD
    + "def same(x):\n    return x\n"
    + _function("os.system(" + "same(" * 60 + "r" + ")" * 60 + ")").removeprefix(HEAD),
    "3000 branches": _function(
        "if x == 0:",
        "    pass",
        *(line for n in range(3000) for line in (f"elif x == {n}:", "    os.system(r)")),
    ),
    "3000 conditions": _function("if " + " and ".join(["x"] * 3000) + ":", "    os.system(r)"),
    "3000 types": HEAD
    + f"def f(x: {' | '.join(f'A{n}' for n in range(3000))}):\n    r = {ASK}\n    os.system(r)\n",
    "conditional expressions": _function("os.system(" + "r if x else " * 150 + "r)"),
    "comprehensions inside each other": _function(
        "os.system(" + "[i for i in " * 60 + "r" + "]" * 60 + "[0])"
    ),
    "for inside for": _nested("for i{0} in x:", 18, f"os.system({ASK})"),
    "while inside while": _nested("while x:", 18, f"os.system({ASK})"),
    "if inside if": _nested("if x:", 90, f"os.system({ASK})"),
    "with inside with": _nested("with open(x) as i{0}:", 18, f"os.system({ASK})"),
}


def _linked(text: str) -> Project:
    project = project_of({"app/main.py": text})
    assert project.llm_calls, "the situation is about nothing"
    return project


@pytest.mark.parametrize("situation", REACHES)
def test_flows_are_found_however_deep(situation: str) -> None:
    project = _linked(REACHES[situation])
    start = time.process_time()
    kinds = {(flow.origin.kind, flow.hit.use.kind) for flow in project.flows.flows()}
    assert ("model", "shell") in kinds
    assert time.process_time() - start < SECONDS


def test_hundreds_of_functions_calling_each_other() -> None:
    chain = "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(1500))
    ends = f"def f1500(x):\n    return {ASK}\nos.system(f0(1))\nos.system(f1497(1))\n"
    project = _linked(f"{HEAD}{chain}{ends}")
    # A way of fifteen hundred steps is not followed, one of a few is.
    last = 3 + 2 * 1501 + 2
    assert [flow.hit.place.span.line for flow in project.flows.flows()] == [last]
    assert project.reach.reaches(scope_of(project, "app/main.py", "f0"))


def test_long_chain_of_classes() -> None:
    classes = "".join(f"class C{n + 1}(C{n}):\n    pass\n" for n in range(1200))
    project = project_of(
        {"app/main.py": f"class C0:\n    def run(self):\n        return 1\n{classes}found = C1200().run()\n"}
    )
    assert meaning(project, "app/main.py", "found") == ["data 1"]


def test_long_chain_of_names_is_unknown_at_worst() -> None:
    names = "".join(f"a{n + 1} = a{n}\n" for n in range(2000))
    project = project_of({"app/main.py": f"{HEAD}a0 = client\n{names}"})
    assert meaning(project, "app/main.py", "a20") == ["client openai.OpenAI"]
    assert set(meaning(project, "app/main.py", "a2000")) <= {"client openai.OpenAI", "unknown"}


CYCLES = {
    "a list that holds itself": "x = []\nx = [*x, x]\nx += [x]\nfor found in x:\n    found(*x)\n",
    "classes that inherit from each other": "class A(B):\n    x = 1\nclass B(A):\n    y = 2\nfound = A().y\n",
    "a class that inherits from itself": "class A(A):\n    pass\nfound = A().missing\n",
    "functions that return each other": (
        "def a():\n    return b()\ndef b():\n    return a() or b()()\nfound = a()\n"
    ),
    "a decorator that decorates itself": "@d\ndef d(f):\n    return d(f)\n@d\ndef found():\n    pass\n",
    "a name bound to itself": "found = found or found.found\n",
    "a dict of itself": "d = {}\nd = {'a': d, **d}\nfound = d['a']['a']\n",
    "an attribute of itself": (
        "class A:\n    def __init__(self):\n        self.a = self.a.a\nfound = A().a.a\n"
    ),
    "settings spread into themselves": "def f(**k):\n    return f(**k)\nk = dict(**k)\nfound = f(**k)\n",
}


@pytest.mark.parametrize("situation", CYCLES)
def test_cycles_end(situation: str) -> None:
    project = project_of({"app/main.py": HEAD + CYCLES[situation] + f"x = 1\n{ASK}\n"})
    assert isinstance(meaning(project, "app/main.py", "found"), list)
    assert list(project.flows.flows()) == []


def test_import_cycles_end() -> None:
    project = project_of(
        {
            "a.py": "from b import *\nfrom b import x\n",
            "b.py": "from c import *\nfrom c import x\n",
            "c.py": "from a import *\nfrom a import x\n",
        }
    )
    assert meaning(project, "a.py", "x") == []
    assert meaning(project, "a.py", "missing") == ["external builtins.missing"]


def test_more_alternatives_than_anyone_means_are_unknown() -> None:
    lines = "".join(f"def f{n}():\n    pass\n" for n in range(300)) + "g = None\n"
    lines += "".join(f"if g:\n    g = f{n}\n" for n in range(300))
    assert meaning(project_of({"a.py": lines}), "a.py", "g") == ["unknown"]


@pytest.mark.parametrize("situation", ["methods", "if inside if", "calls inside each other"])
def test_nothing_is_raised_where_the_stack_is_almost_used_up(situation: str) -> None:
    project = _linked(REACHES[situation])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        flows = list(project.flows.flows())
    finally:
        sys.setrecursionlimit(limit)
    assert len(flows) <= 1
