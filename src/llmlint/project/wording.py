"""How code is named in messages: short, and as it is written."""

from __future__ import annotations

from llmlint.facts import model as m

MESSAGE_LIMIT = 100
"""Characters of a message."""


def callee(call: m.Call, limit: int = 40) -> str:
    """How a call is written, for messages: ``client.chat.completions.create(...)`` without arguments."""
    text = source(call.func)
    if len(text) > limit:
        text = "…" + text[-(limit - 1) :]
    return f"{text}(...)"


def short(name: str, limit: int) -> str:
    """A name cut from the left, for messages."""
    return name if len(name) <= limit else "…" + name[1 - limit :]


def fitting(head: str, call: m.Call, tail: str, spare: str = "") -> str:
    """A message of at most 100 characters around the name of a call.

    ``spare`` ends the sentence where there is room for it; the name is cut from the left before the
    sentence gets too long.
    """
    name = source(call.func)
    whole = f"{head} `{name}(...)`{tail}{spare}".strip()
    if len(whole) <= MESSAGE_LIMIT:
        return whole
    room = MESSAGE_LIMIT - len(f"{head} `(...)`{tail}".strip()) - 1
    return f"{head} `{callee(call, max(room, 12))}`{tail}".strip()


def source(expr: m.Expr) -> str:
    """An expression roughly as written: names and attributes exactly, the rest as ``…``."""
    match expr:
        case m.Name(id=name):
            return name
        case m.Attr(value=value, name=name):
            return f"{source(value)}.{name}"
        case m.Call(func=func):
            return f"{source(func)}(…)"
        case m.Sub(value=value, index=m.Text(value=text)) if len(text) < 24:
            return f'{source(value)}["{text}"]'
        case m.Sub(value=value):
            return f"{source(value)}[…]"
        case m.Await(value=value):
            return source(value)
        case _:
            return "…"
