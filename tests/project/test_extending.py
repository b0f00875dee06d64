"""A project with its tests, linked on top of the project without them, says the same as if linked at once."""

from __future__ import annotations

import textwrap

from llmlint.catalogue.lookup import load
from llmlint.facts.extractor import extract
from llmlint.project.project import Project
from tests.project.building import callees, project_of

APP = {
    "app/llm.py": """
        from openai import OpenAI

        client = OpenAI()
        STEPS = []

        def ask(question, ask_with=None):
            if ask_with is not None:
                return ask_with(question)
            return client.chat.completions.create(model="m", messages=[question])

        class Agent:
            def run(self):
                return ask("hello")
        """,
    "app/main.py": """
        from app.llm import Agent

        def main():
            return Agent().run()
        """,
}
TESTS = {
    "tests/test_app.py": """
        from app.llm import Agent, ask

        def answer(question):
            return "42"

        def test_agent():
            assert Agent().run()

        def test_ask():
            assert ask("six by nine", answer) == "42"
        """,
}


def _extended(files: dict[str, str], more: dict[str, str]) -> Project:
    catalogue = load()
    facts = {path: extract(path, textwrap.dedent(text)) for path, text in {**files, **more}.items()}
    smaller = Project.build([facts[path] for path in files], catalogue)
    assert list(smaller.llm_calls)
    return Project.build(list(facts.values()), catalogue, smaller=smaller)


def _edges(project: Project) -> set[tuple[str, str, int, str, str]]:
    return {
        (func.path, func.qualname, edge.site.call.span.line, edge.target.path, edge.target.qualname)
        for func, edges in project.graph.edges.items()
        for edge in edges
    }


def test_what_is_new_calls_what_was_known_and_is_called_by_it() -> None:
    extended = _extended(APP, TESTS)
    assert callees(extended, "tests/test_app.py", "test_agent") == ["app/llm.py:Agent.run"]
    assert callees(extended, "app/llm.py", "ask") == ["tests/test_app.py:answer"]
    assert callees(extended, "app/main.py", "main") == ["app/llm.py:Agent.run"]


def test_it_is_the_same_graph_as_of_a_project_linked_at_once() -> None:
    extended, at_once = _extended(APP, TESTS), project_of({**APP, **TESTS})
    assert _edges(extended) == _edges(at_once)
    assert [call.site.func.path for call in extended.llm_calls] == [
        call.site.func.path for call in at_once.llm_calls
    ]


def test_an_import_that_only_the_larger_project_can_follow_is_followed() -> None:
    files = {**APP, "app/demo.py": "from examples.cases import case\n\ndef demo():\n    return case()\n"}
    more = {"examples/cases.py": "from app.llm import ask\n\ndef case():\n    return ask('hi')\n"}
    extended = _extended(files, more)
    assert callees(extended, "app/demo.py", "demo") == ["examples/cases.py:case"]
    assert callees(extended, "examples/cases.py", "case") == ["app/llm.py:ask"]


def test_a_submodule_that_only_the_larger_project_has_is_found() -> None:
    files = {
        **APP,
        "app/__init__.py": "",
        "app/demo.py": "from app import fakes\n\ndef demo():\n    return fakes.case()\n",
    }
    extended = _extended(files, {"app/fakes.py": "def case():\n    return 1\n"})
    assert callees(extended, "app/demo.py", "demo") == ["app/fakes.py:case"]
