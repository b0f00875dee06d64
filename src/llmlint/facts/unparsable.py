"""What is wrong with a text that is no Python. It is not told by the extractor, which imports libcst."""

from __future__ import annotations


class UnparsableError(Exception):
    """The file is no Python that can be read; ``line`` is 1-based, ``column`` 0-based in characters."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(f"{line}:{column}: {message}")
        self.line = line
        self.column = column
        self.message = message
