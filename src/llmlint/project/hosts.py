"""Whether a text decides which host a URL names, or only what comes after it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from llmlint.facts import model as m

_HOST_IS_GIVEN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+[/?#]|/(?!/)", re.IGNORECASE)
_UNKNOWN = "\0"
"""Stands for an untainted value in the beginning of a text: a base URL, as far as we know."""


def names_host(text: str) -> bool:
    """Whether text that begins so goes to a host (or to the client's own base URL) that is known by then."""
    return text.startswith(_UNKNOWN) or _HOST_IS_GIVEN.match(text) is not None


def host_is_fixed(
    parts: Iterable[m.Expr], tainted: Callable[[m.Expr], bool], constant: Callable[[m.Expr], str | None]
) -> bool:
    """Whether a text put together of ``parts`` names its host before the first tainted part.

    ``constant`` gives the text of an untainted part where it is known.
    """
    before = ""
    for part in parts:
        if isinstance(part, m.Text):
            before += part.value
        elif tainted(part):
            return names_host(before)
        else:
            before += constant(part) or _UNKNOWN
    return True
