"""Trouble of llmlint's own, turned into findings so that a run ends with an answer."""

from __future__ import annotations

import ast
import traceback
import warnings
from pathlib import Path

from llmlint.model.finding import Finding
from llmlint.model.location import Location
from llmlint.source.document import Document, unparsable

NOT_USED = "this catalogue is not used: "


def internal(error: Exception, path: str, where: str) -> Finding:
    """LLM000: llmlint failed, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Finding(
        code="LLM000",
        message=f"llmlint failed {where} with `{type(error).__name__}`, everything else was checked",
        location=Location(path, 1, 0, 1, 1),
        help=f"This is a bug in llmlint: {_short(str(error), 200)}{place}.",
    )


def does_not_parse(path: str, message: str, line: int, column: int) -> Finding:
    """LLM002: the parser's words, shortened, at the parser's place."""
    reason = f"does not parse ({_short(message, 40)})"
    return unparsable(path, reason, max(line, 1), max(column, 0))


def syntax_error(document: Document) -> Finding | None:
    """LLM002 when Python itself would refuse the text. Nothing is executed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(document.text, document.path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return does_not_parse(document.path, error.msg, error.lineno or 1, (error.offset or 1) - 1)
    except (ValueError, RecursionError, MemoryError) as error:
        return does_not_parse(document.path, str(error), 1, 0)
    return None


def _short(text: str, limit: int) -> str:
    line = text.strip().partition("\n")[0]
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def catalogue(path: str, line: int, message: str) -> Finding:
    """LLM001: what the project adds to the catalogue cannot be used, and where."""
    return Finding(
        code="LLM001",
        message=_short(f"{NOT_USED}{message}", 100),
        location=Location(path, line),
        help="Mend this line. Everything else was checked without the tables of this file.",
    )


def configuration(path: str, file: Path, line: int, message: str) -> Finding:
    """LLM001: the configuration that applies to this file cannot be used."""
    return Finding(
        code="LLM001",
        message=f"{file.name}:{line} is no valid configuration ({message})",
        location=Location(path, 1, 0, 1, 1),
        help=f"Mend line {line} of {file}.",
    )


def environment(path: str, variable: str, message: str) -> Finding:
    """LLM001: a variable of the environment cannot be used."""
    return Finding(
        code="LLM001",
        message=_short(message, 100),
        location=Location(path, 1, 0, 1, 1),
        help=f"Set {variable} right, or not at all.",
    )
