"""Keys of providers that are written into the code."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func, Mod

_ALPHABETS = (re.compile("[A-Z]"), re.compile("[a-z]"), re.compile("[0-9]"))
_REPEATED = re.compile(r"(.)\1{4}|(..)\2{3}|(...)\3{2}")
"""Nothing random: five times the same, or one piece again and again."""
_RUN = 6
"""So many characters one after the other in their alphabet are no chance."""


@dataclass(frozen=True, slots=True, eq=False)
class WrittenKey:
    """A literal that is, or holds, a key."""

    func: Func
    span: m.Span
    key: s.Key


class Keys:
    """Looks at every literal of every file, tests included."""

    def __init__(self, modules: Iterable[Mod], catalogue: Catalogue) -> None:
        self._modules = tuple(modules)
        self._placeholders = tuple(sorted(catalogue.key_placeholders))
        self._prefixes = tuple({prefix for key in catalogue.keys for prefix in key.prefixes})
        # The longest prefix is the most exact: ``sk-ant-`` before ``sk-``.
        ordered = sorted(catalogue.keys, key=lambda key: -min(map(len, key.prefixes)))
        self._keys = [
            (re.compile(rf"(?<![A-Za-z0-9_-])(?:{key.pattern})(?![A-Za-z0-9_/+-])"), key) for key in ordered
        ]

    def written(self) -> Iterator[WrittenKey]:
        """The keys, one for each literal."""
        for mod in self._modules:
            for func in mod.functions:
                yield from self._in(func)

    def _in(self, func: Func) -> Iterator[WrittenKey]:
        inside: set[m.Expr] = set()
        for expr in _expressions(func):
            if type(expr) not in _LITERALS or expr in inside:
                continue
            span, text = _literal(expr)
            if span is None or not any(prefix in text for prefix in self._prefixes):
                continue
            inside.update(walk.expressions(expr))
            for key in self._found(text):
                if not key.beside or _mentions(func.mod, key.beside):
                    yield WrittenKey(func, span, key)
                    break

    def _found(self, text: str) -> Iterator[s.Key]:
        for pattern, key in self._keys:
            for match in pattern.finditer(text):
                if self._is_random(match.group(), key):
                    yield key
                    break

    def _is_random(self, found: str, key: s.Key) -> bool:
        prefix = max((p for p in key.prefixes if found.startswith(p)), key=len, default="")
        rest = found.removeprefix(prefix)
        small = rest.lower()
        return (
            sum(alphabet.search(rest) is not None for alphabet in _ALPHABETS) >= key.alphabets
            and _entropy(rest) >= key.entropy
            and not any(word in small for word in self._placeholders)
            and _REPEATED.search(small) is None
            and not _has_run(small)
        )


_LITERALS = frozenset({m.Text, m.Bytes, m.Template, m.BinOp})
"""Expressions that may be literals."""


def _expressions(func: Func) -> Iterator[m.Expr]:
    """Every expression written in a scope, parents before their children."""
    yield from func.nodes
    heads = [*func.facts.decorators]
    for param in func.facts.params:
        heads += [expr for expr in (param.default, param.annotation) if expr is not None]
    heads += [stmt.annotation for stmt in func.statements if isinstance(stmt, m.Assign) and stmt.annotation]
    if func.facts.kind == "class" and func.cls is not None:
        heads += [*func.cls.facts.decorators, *(keyword.value for keyword in func.cls.facts.keywords)]
    for head in heads:
        yield from walk.expressions(head)


def _literal(expr: m.Expr) -> tuple[m.Span | None, str]:
    """Where a literal stands and what it says; a hole of a template ends a key."""
    match expr:
        case m.Text(value=text, span=span) | m.Bytes(value=text, span=span):
            return span, text
        case m.Template(parts=parts, span=span):
            return span, "\n".join(part.value for part in parts if isinstance(part, m.Text))
        case m.BinOp(op="+"):
            pieces = [_literal(operand) for operand in walk.operands(expr)]
            first = next((span for span, _ in pieces if span is not None), None)
            return first, "".join(text if span is not None else "\n" for span, text in pieces)
        case _:
            return None, ""


def _mentions(mod: Mod, words: tuple[str, ...]) -> bool:
    """Whether a name, an import or a text of a file holds one of these words."""
    for func in mod.functions:
        said = [*func.bindings, *(b.module for found in func.bindings.values() for b in found)]
        for expr in _expressions(func):
            match expr:
                case m.Name(id=text) | m.Attr(name=text) | m.Text(value=text):
                    said.append(text)
                case m.Call(args=args):
                    said += [arg.keyword for arg in args if arg.keyword]
                case _:
                    pass
        if any(word in text.lower() for text in said for word in words):
            return True
    return False


def _entropy(text: str) -> float:
    """Bits per character."""
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts) if text else 0.0


def _has_run(text: str) -> bool:
    """``abcdef`` or ``987654``."""
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(text)]
    return any(steps[at : at + _RUN - 1] in ([1] * (_RUN - 1), [-1] * (_RUN - 1)) for at in range(len(steps)))
