"""The rich console that reports are written to."""

from __future__ import annotations

from typing import IO

from rich.console import Console


def terminal(stream: IO[str], *, color: bool) -> Console:
    """A console that colours or writes plain text, obeys no markup and never wraps what it is given."""
    if not color:
        return Console(file=stream, color_system=None, force_terminal=False, highlight=False, soft_wrap=True)
    return Console(file=stream, force_terminal=True, highlight=False, soft_wrap=True)
