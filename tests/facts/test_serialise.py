"""Facts survive storage."""

from __future__ import annotations

import msgspec
import pytest

from llmlint.facts.extractor import extract
from llmlint.facts.model import ModuleFacts
from tests.facts.test_spans import AWKWARD
from tests.facts.test_unparsable import LONG

ALL_KINDS = '''"""Doc."""
import a.b as c
from . import d
@deco(1)
class K(Base, metaclass=M):
    x: int = -1
    async def m(self, *args, k=None, **kw) -> str:
        nonlocal y
        async with a as b, c: pass
        async for i in j:
            yield await z
        return [i async for i in j if i]
def f(g=lambda x: (x, *y)):
    """Doc."""
    global h
    try:
        while True: break
    except* E as e:
        raise X(f"{e!r} {1.5} {'é'}") from e
    finally:
        del q[1:2, ...], w
    match s:
        case {"k": v, **r} if v: n += 1
        case _: assert (u := {1, b"x", 2j}) is not {"a": not v, **o}, "m"
    for t in (yield from p): continue
    if a < b <= c and d or e: x = y if z else {k: v for k, v in w}
    return {s for s in t}, (g for g in h), 99999999999999999999, "\\ud800"
'''


@pytest.mark.parametrize("text", [ALL_KINDS, *AWKWARD.values(), *LONG.values()])
def test_round_trip(text: str) -> None:
    facts = extract("pkg/m.py", text + "\n")
    stored = msgspec.msgpack.encode(facts)
    again = msgspec.msgpack.decode(stored, type=ModuleFacts)
    assert msgspec.to_builtins(again) == msgspec.to_builtins(facts)
    assert again.path == "pkg/m.py"


def test_same_text_same_facts() -> None:
    first, second = (msgspec.msgpack.encode(extract("m.py", ALL_KINDS)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "opening,closing", [("[", "]"), ("f(", ")"), ("-", ""), ("lambda: ", ""), ("a.b.", "c")]
)
def test_what_can_be_extracted_can_be_stored(opening: str, closing: str) -> None:
    """However deep: lowering needs more recursion for a level than storing it does."""
    for levels in range(100, 200, 33):
        facts = extract(
            "m.py",
            opening * levels
            + ("" if opening == "a.b." else "1")
            + closing * (1 if opening == "a.b." else levels)
            + "\n",
        )
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts).path == "m.py"
