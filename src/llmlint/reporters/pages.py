"""Rule pages, rendered for a terminal."""

from __future__ import annotations

from typing import IO

from rich.console import Console
from rich.markdown import Markdown


def write(markdown: str, stream: IO[str], *, color: bool) -> None:
    """Writes a Markdown page with headings, lists and code set off."""
    Console(file=stream, no_color=not color).print(Markdown(markdown, hyperlinks=False))
