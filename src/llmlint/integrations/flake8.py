"""The flake8 plugin: the same engine, the same findings, flake8's ways of selecting and showing.

flake8 hands over one file at a time, may do so in several processes, and in an editor may do so for
days in one process. So a project is analysed once per process and kept while its files stay as
they are; the file in flake8's hands replaces what is on disk when the two differ.

flake8 applies ``noqa``; this module never does. An exception here would end the whole flake8 run,
so every one becomes a finding.
"""

from __future__ import annotations

import argparse
import ast
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from llmlint import __version__
from llmlint.integrations.quick import Place, Recollection

if TYPE_CHECKING:
    from llmlint.integrations.memo import ProjectMemo

Item = tuple[int, int, str, type[Any]]
_AXIS = len("LLM3")


class Plugin:
    """What flake8 calls, once per file."""

    name = "llmlint"
    version = __version__
    passed: ClassVar[tuple[Path, ...]] = ()
    codes: ClassVar[tuple[str, ...]] = ()
    """Rules that this flake8 run names in full."""
    recollection: ClassVar[Recollection] = Recollection()
    memo: ClassVar[ProjectMemo | None] = None

    def __init__(self, tree: ast.AST, filename: str = "stdin", lines: Sequence[str] = ()) -> None:
        """``tree`` is what makes flake8 treat this as a plugin for whole files; it is not used."""
        self._filename = filename
        self._lines = lines

    @classmethod
    def add_options(cls, manager: object) -> None:
        """No options of our own: ``[tool.llmlint]`` decides, so that all front doors agree."""

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Called at the start of each flake8 run."""
        cls.recollection.new_run()
        if cls.memo is not None:
            cls.memo.new_run()
        try:
            explicit = [
                *(getattr(options, "select", None) or ()),
                *(getattr(options, "extend_select", None) or ()),
            ]
            cls.codes = _known([code for code in explicit if len(code) > _AXIS and code.startswith("LLM")])
            names = getattr(options, "filenames", None) or (".",)
            cls.passed = tuple(Path(os.path.abspath(name)) for name in names if name != "-")
        except Exception:  # without options the defaults still find most of it
            cls.codes, cls.passed = (), ()

    def run(self) -> Iterator[Item]:
        """The findings in this file."""
        for line, column, text in self._places():
            yield max(line, 1), max(column, 0), text, type(self)

    def _places(self) -> Sequence[Place]:
        try:
            known = self.recollection.of(self._filename, self._lines, self.passed, self.codes)
        except Exception:  # a cache is never in the way
            known = None
        return self._found_out() if known is None else known

    def _found_out(self) -> Sequence[Place]:
        """Only now the engine is imported."""
        from llmlint.integrations.memo import ProjectMemo, contained

        if Plugin.memo is None:
            Plugin.memo = ProjectMemo()
        return contained(Plugin.memo, self._filename, self._lines, self.passed, self.codes)


def _known(codes: Sequence[str]) -> tuple[str, ...]:
    if not codes:
        return ()
    from llmlint.registry import names

    return tuple(code for code in codes if any(known.startswith(code) for known in names()))
