"""What is known of literal models, and on which day it is said."""

from __future__ import annotations

import datetime

import pytest

from llmlint.catalogue.lookup import load
from llmlint.facts.extractor import extract
from llmlint.model.options import Options
from llmlint.project.project import Project
from llmlint.rules.llm702_retired_model import check

SPEECH = """\
from google import genai

client = genai.Client()
print(client.models.generate_content(model="models/gemini-3.1-flash-tts-preview", contents="Hello"))
"""
CHAT = """\
from openai import OpenAI

client = OpenAI(timeout=30)
print(client.chat.completions.create(model="gpt-4o", messages=[]))
"""


def said(text: str, today: datetime.date | None) -> list[tuple[str, str]]:
    project = Project.build([extract("app.py", text)], load(), options=Options(today=today))
    return [(finding.message, finding.help) for finding in check(project)]


def test_the_replacement_is_named_where_a_source_gives_one() -> None:
    ((message, help),) = said(SPEECH, datetime.date(2026, 12, 1))
    assert message.startswith("`models/gemini-3.1-flash-tts-preview` was retired on 2026-11-17")
    assert help == "Gemini API names `gemini-3.8-flash-lite-tts` as the replacement."


@pytest.mark.parametrize(
    ("today", "beginning"),
    [
        (datetime.date(2026, 11, 14), None),
        (datetime.date(2026, 11, 15), "`gpt-4o` retires on 2027-01-14"),
        (datetime.date(2027, 1, 13), "`gpt-4o` retires on 2027-01-14"),
        (datetime.date(2027, 1, 14), "`gpt-4o` was retired on 2027-01-14"),
        (None, None),
    ],
)
def test_sixty_days_before_and_the_day_itself(today: datetime.date | None, beginning: str | None) -> None:
    found = [message for message, _ in said(CHAT, today)]
    assert [message.startswith(beginning or "") for message in found] == ([True] if beginning else [])
