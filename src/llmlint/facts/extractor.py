"""From the text of one file to its facts: one native parse, one visitor pass."""

from __future__ import annotations

import ast
import re
import warnings

from libcst import ParserSyntaxError

from llmlint.facts.definitions import ModuleVisitor
from llmlint.facts.expressions import HANDLERS
from llmlint.facts.lowering import Lowering
from llmlint.facts.model import ModuleFacts
from llmlint.facts.nesting import NestedTooDeeplyError
from llmlint.facts.parsing import parse
from llmlint.facts.positions import PositionsLostError, place
from llmlint.facts.unparsable import UnparsableError

_PLACE = re.compile(r"error at (\d+):(\d+)")


def extract(path: str, text: str) -> ModuleFacts:
    """The facts of the module with this text; ``path`` is only recorded."""
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if "\0" in text:  # the native parser takes it in a string, CPython nowhere
        raise UnparsableError(*place(text, text.index("\0")), "null byte")
    try:
        module = parse(text)
        low = Lowering(text, HANDLERS)
        ModuleVisitor(low).on_visit(module)
    except ParserSyntaxError as error:
        raise _syntax_error(text, error) from None
    except RecursionError:
        raise UnparsableError(1, 0, "nested too deeply") from None
    except UnicodeEncodeError as error:
        raise UnparsableError(1, 0, f"not encodable: {error.reason}") from None
    except (NestedTooDeeplyError, PositionsLostError) as error:
        line, column = place(text, error.offset)
        raise UnparsableError(line, column, str(error)) from None
    return ModuleFacts(path, low.functions(), low.classes())


def _syntax_error(text: str, error: ParserSyntaxError) -> UnparsableError:
    """CPython names place and cause better than the native parser, if it minds the same file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<module>", "exec", ast.PyCF_ONLY_AST)
    except SyntaxError as cause:
        return UnparsableError(max(cause.lineno or 1, 1), max((cause.offset or 1) - 1, 0), cause.msg)
    except (ValueError, RecursionError, MemoryError):
        pass
    found = _PLACE.search(error.message)
    line, column = (int(found[1]), int(found[2]) - 1) if found else (error.raw_line, error.raw_column)
    return UnparsableError(line, max(column, 0), "syntax that the parser does not know")
