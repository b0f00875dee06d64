"""HTML in which nothing is markup that was not made here."""

from __future__ import annotations

import html
from typing import NewType

from llmlint.reporters.display import printable

Html = NewType("Html", str)
"""Markup. A ``str`` that is none is escaped before it becomes one."""
_EMPTY = frozenset({"input", "meta"})


def words(text: str) -> Html:
    """Text of anybody's: on one line, no control character, no bidi override, no markup; ASCII alone."""
    plain = html.escape(printable(text), quote=True)
    return Html(plain.encode("ascii", "xmlcharrefreplace").decode("ascii"))


def element(name: str, /, *inside: Html, **attributes: str) -> Html:
    """``element("a", words("there"), href="…")``; ``class_`` is ``class``, ``data_axis`` is ``data-axis``."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{words(value)}"' for key, value in attributes.items()
    )
    if name in _EMPTY:
        return Html(f"<{name}{given}>")
    return Html(f"<{name}{given}>{joined(*inside)}</{name}>")


def joined(*parts: Html) -> Html:
    """One after the other."""
    return Html("".join(parts))
