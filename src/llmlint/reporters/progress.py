"""A progress bar on standard error, for runs that take long enough to wonder."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds without a bar: most runs are over by then, and rich is not even imported."""


class ProgressBar:
    """Shows how far the run is, on a terminal, after ``PATIENCE``. Use as a context manager."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._start = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """The engine's progress callback."""
        if not self._enabled or time.monotonic() - self._start < PATIENCE:
            return
        if self._progress is None:
            self._open()
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=what, completed=done, total=total)

    def _open(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(file=sys.stderr), transient=True)
        self._progress.start()
        self._task = self._progress.add_task("", total=None)
