"""Rule pages, rendered for a terminal."""

from __future__ import annotations

from typing import IO

from rich.markdown import Markdown

from llmlint.reporters.console import terminal


def write(markdown: str, stream: IO[str], *, color: bool) -> None:
    """Writes a Markdown page with headings, lists and code set off."""
    terminal(stream, color=color).print(Markdown(markdown, hyperlinks=False), soft_wrap=False)
