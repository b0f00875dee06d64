from __future__ import annotations

import random

import pytest

from llmlint.source.texts import Texts


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"https://api.openai.com/v1", True),
        (b"the host is api.x.ai", True),
        (b"api.openai.org and api.x.io", False),
        (b"a.b", True),
        (b"a-b", False),
        (b"", False),
    ],
)
def test_finds_any_of_them(data: bytes, found: bool) -> None:
    assert Texts([b"api.openai.com", b"api.x.ai", b"a.b", b""]).any_in(data) is found


def test_agrees_with_looking_for_each() -> None:
    chance = random.Random(7)

    def some(length: int) -> bytes:
        return bytes(chance.choice(b"ab.") for _ in range(length))

    for _ in range(300):
        texts = [some(chance.randrange(1, 9)) for _ in range(chance.randrange(5))]
        data = some(12)
        assert Texts(texts).any_in(data) is any(text in data for text in texts), (texts, data)
