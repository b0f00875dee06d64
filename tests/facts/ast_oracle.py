"""What CPython's own parser and symbol table say of a file, in a form that facts can be compared with.

Both sides become lists of ``(kind, line, column, end line, end column, detail)``. Headers (``if``, ``def``,
``except`` …) have no end in ``ast``, so only their beginnings are compared. Before Python 3.12 ``ast`` places
the inside of f-strings wrongly, so nothing inside one is compared there.
"""

from __future__ import annotations

import ast
import re
import symtable
import sys
import warnings
from collections.abc import Iterator

import msgspec

from llmlint.facts.model import (
    TEXT_LIMIT,
    ClassDef,
    Function,
    FunctionDef,
    Lambda,
    ModuleFacts,
    Return,
    Span,
    Template,
    Text,
)

Row = tuple[str, int, int, int, int, str]

_PLACES_INSIDE_TEMPLATES = sys.version_info >= (3, 12)
_HEADERS = {
    ast.If: "If",
    ast.While: "While",
    ast.For: "For",
    ast.AsyncFor: "For",
    ast.With: "With",
    ast.AsyncWith: "With",
    ast.Try: "Try",
    ast.TryStar: "Try",
    ast.ExceptHandler: "Handler",
    ast.Match: "Match",
    ast.ClassDef: "Class",
    ast.FunctionDef: "function",
    ast.AsyncFunctionDef: "function",
}
_WHOLE = {
    ast.Call: "Call",
    ast.Dict: "DictDisplay",
    ast.JoinedStr: "Template",
    ast.Lambda: "lambda",
    ast.Expr: "ExprStmt",
    ast.Assign: "Assign",
    ast.AnnAssign: "Assign",
    ast.AugAssign: "AugAssign",
    ast.Return: "Return",
    ast.Raise: "Raise",
    ast.Assert: "Assert",
    ast.Pass: "Simple",
    ast.Break: "Simple",
    ast.Continue: "Simple",
    ast.Import: "Import",
    ast.ImportFrom: "ImportFrom",
}


def parse(text: str) -> ast.Module:
    """``ast.parse`` without the warnings about the code's style."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def expected_rows(text: str) -> list[Row]:
    """What ``ast`` says, sorted."""
    lines = [line.encode() for line in re.split(r"\r\n|\r|\n", text)]

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1][:offset].decode())

    rows: list[Row] = []
    pending: list[ast.AST] = [parse(text)]
    while pending:
        node = pending.pop()
        kind, detail, is_whole = _classify(node)
        if kind and isinstance(node, ast.stmt | ast.expr | ast.excepthandler):
            start = (node.lineno, column(node.lineno, node.col_offset))
            assert node.end_lineno is not None and node.end_col_offset is not None
            end = (node.end_lineno, column(node.end_lineno, node.end_col_offset)) if is_whole else (0, 0)
            rows.append((kind, *start, *end, detail))
        elif kind:
            rows.append((kind, 0, 0, 0, 0, detail))
        pending.extend(_children(node))
    return sorted(rows)


def _classify(node: ast.AST) -> tuple[str, str, bool]:
    """Kind, detail, and whether the end is comparable."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return "Text", re.sub("[\ud800-\udfff]", "\ufffd", node.value)[:TEXT_LIMIT], True
    if isinstance(node, ast.Constant) and isinstance(node.value, bytes):
        return "Bytes", "", True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return _HEADERS[type(node)], node.name, False
    if type(node) in _HEADERS:
        return _HEADERS[type(node)], "", False
    return _WHOLE.get(type(node), ""), "", True


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        if _PLACES_INSIDE_TEMPLATES:  # not the literal pieces, not the format specifications
            yield from (part.value for part in node.values if isinstance(part, ast.FormattedValue))
        return
    for name, value in ast.iter_fields(node):
        if name == "type_params":
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, ast.AST))


def found_rows(facts: ModuleFacts) -> list[Row]:
    """What the facts say, sorted."""
    rows: list[Row] = []
    pending: list[object] = [facts.functions[0].body]
    headers = set(_HEADERS.values())
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending.extend(node)
            continue
        if not isinstance(node, msgspec.Struct) or isinstance(node, Span):
            continue
        if isinstance(node, FunctionDef | Lambda):
            node = facts.functions[node.function]
            if node.kind == "lambda":  # its ``Return`` is not in the source
                pending.append(tuple(item.value for item in node.body if isinstance(item, Return)))
                pending.append(node.params)
                rows.append(_row("lambda", node.span, "", True))
                continue
        elif isinstance(node, ClassDef):
            node = facts.classes[node.index]
            pending.append(facts.functions[node.body].body)
        span = getattr(node, "span", None)
        if span is not None:
            kind = node.kind if isinstance(node, Function) else type(node).__name__
            detail = (
                node.value
                if isinstance(node, Text)
                else getattr(node, "name", "")
                if kind in ("Class", "function")
                else ""
            )
            rows.append(_row(kind, span, detail, kind not in headers))
        if isinstance(node, Template):
            if _PLACES_INSIDE_TEMPLATES:
                pending.extend(part for part in node.parts if not isinstance(part, Text))
            continue
        pending.extend(getattr(node, field) for field in node.__struct_fields__)
    return sorted(rows)


def _row(kind: str, span: Span, detail: str, is_whole: bool) -> Row:
    end = (span.end_line, span.end_column) if is_whole else (0, 0)
    return (kind, span.line, span.column, *end, detail)


def expected_bindings(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Kind, name and sorted bound names of every scope, as the symbol table says."""
    result: list[tuple[str, str, tuple[str, ...]]] = []
    pending = [symtable.symtable(text, "corpus", "exec")]
    while pending:
        table = pending.pop()
        pending.extend(table.get_children())
        name = table.get_name()
        if name in {"listcomp", "setcomp", "dictcomp", "genexpr"}:
            continue
        bound = sorted(
            _plain(symbol.get_name())
            for symbol in table.get_symbols()
            if (symbol.is_assigned() or symbol.is_parameter() or symbol.is_imported())
            and (table.get_type() == "module" or not (symbol.is_declared_global() or symbol.is_free()))
        )
        result.append((str(table.get_type()), name, tuple(bound)))
    return sorted(result)


def _plain(name: str) -> str:
    """Without the class that the symbol table puts before a private name; facts have names as written."""
    return name if name.endswith("__") else re.sub(r"^_[^_]\w*?(?=__)", "", name)


def found_bindings(facts: ModuleFacts) -> list[tuple[str, str, tuple[str, ...]]]:
    """The same from the facts."""
    result = []
    for item in facts.functions:
        kind = item.kind if item.kind in {"module", "class"} else "function"
        result.append(
            (
                kind,
                {"": "top", "<lambda>": "lambda"}.get(item.name, item.name),
                tuple(sorted(map(_plain, item.bound))),
            )
        )
    return sorted(result)
