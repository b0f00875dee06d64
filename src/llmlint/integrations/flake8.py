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

from llmlint import __version__, registry
from llmlint.clock import VARIABLE, ClockError
from llmlint.integrations.memo import ProjectMemo
from llmlint.reporters.display import printable
from llmlint.settings import SettingsError
from llmlint.source import problems

if TYPE_CHECKING:
    from llmlint.model.finding import Finding

Item = tuple[int, int, str, type[Any]]
_AXIS = len("LLM3")


class Plugin:
    """What flake8 calls, once per file."""

    name = "llmlint"
    version = __version__
    passed: ClassVar[tuple[Path, ...]] = ()
    layer: ClassVar[registry.Layer] = registry.Layer()
    memo: ClassVar[ProjectMemo] = ProjectMemo()

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
        try:
            explicit = [
                *(getattr(options, "select", None) or ()),
                *(getattr(options, "extend_select", None) or ()),
            ]
            known = registry.names()
            codes = tuple(
                code for code in explicit if len(code) > _AXIS and any(k.startswith(code) for k in known)
            )
            cls.layer = registry.Layer(extend_select=codes)
            names = getattr(options, "filenames", None) or (".",)
            cls.passed = tuple(Path(os.path.abspath(name)) for name in names if name != "-")
            cls.memo.new_run()
        except Exception:  # without options the defaults still find most of it
            cls.layer, cls.passed = registry.Layer(), ()

    def run(self) -> Iterator[Item]:
        """The findings in this file."""
        for finding in self._findings():
            place = finding.location
            yield (
                max(place.line, 1),
                max(place.column, 0),
                f"{finding.code} {printable(finding.message)}",
                type(self),
            )

    def _findings(self) -> Sequence[Finding]:
        try:
            return self.memo.findings(self._filename, self._lines, self.passed, self.layer)
        except SettingsError as error:
            return [problems.configuration(self._filename, error.file, error.line, error.message)]
        except ClockError as error:
            return [problems.environment(self._filename, VARIABLE, str(error))]
        except Exception as error:
            return [problems.internal(error, self._filename, "on this file")]
