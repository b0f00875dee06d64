"""Deadlines around calls, however long the chain of callers."""

from __future__ import annotations

from llmlint.catalogue.lookup import load
from llmlint.facts.extractor import extract
from llmlint.project.project import Project

HEAD = "import asyncio\nfrom openai import AsyncOpenAI\n\nclient = AsyncOpenAI()\n\n"


def states(text: str) -> list[str]:
    project = Project.build([extract("m.py", text)], load())
    return [project.deadlines.at_call(call).state for call in project.llm_calls]


def test_a_deadline_two_callers_up() -> None:
    text = HEAD + (
        "async def ask(q):\n    return await client.responses.create(input=q)\n\n"
        "async def middle(q):\n    return await ask(q)\n\n"
        "async def top(q):\n    async with asyncio.timeout(9):\n        return await middle(q)\n"
    )
    assert states(text) == ["given"]


def test_one_caller_without_is_enough() -> None:
    text = HEAD + (
        "async def ask(q):\n    return await client.responses.create(input=q)\n\n"
        "async def hurried(q):\n    return await asyncio.wait_for(ask(q), 9)\n\n"
        "async def patient(q):\n    return await ask(q)\n"
    )
    assert states(text) == ["absent"]


def test_a_very_long_chain_of_callers() -> None:
    links = [f"async def f{n}(q):\n    return await f{n + 1}(q)\n" for n in range(1500)]
    text = (
        HEAD + "\n".join(links) + "\nasync def f1500(q):\n    return await client.responses.create(input=q)\n"
    )
    assert states(text) == ["absent"]
