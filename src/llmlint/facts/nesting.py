"""How deeply a text is nested, found out before the parser sees it.

The native parser is recursive: a few thousand brackets overflow the stack and end the whole process, which
no ``except`` can prevent, and long chains of operators cost it quadratic time. A count of bytes clears small
files, ``bounds`` almost all others; the rest are looked at token by token. All of these may see too much
depth, but not too little.
"""

from __future__ import annotations

import re
from itertools import islice

from llmlint.facts.bounds import HARMLESS, LONG, MARK, STRING, WORDS, bounds, look_inside
from llmlint.facts.templates import opened

BRACKET_LIMIT = 200
"""Brackets inside each other; CPython itself allows no more."""

CHAIN_LIMIT = 3300
"""Operators in one expression, not counting what is in brackets."""

POSTFIX_LIMIT = 1000
"""Attributes, calls and subscripts of one another: ``a.b().c[0]`` has four."""

NESTED_LIMIT = 1000
"""Lambdas, conditional expressions and clauses of a comprehension in one expression."""

FEW = 300
"""Operators in a row that fit into any stack."""

ELIF_LIMIT = 4000
"""``elif`` branches of one ``if``."""

PATTERN_LIMIT = 9
"""Brackets inside each other in a ``case``: the parser's time doubles (or triples) with each."""

_BRACKETS = bytes.maketrans(b"[{]}", b"(())")
_NO_BRACKET = bytes(set(range(256)) - set(b"()[]{}"))
_NO_OPERATOR = bytes(set(range(256)) - set(b"+-~*/%@&|^.(["))
_NESTING = frozenset(("lambda", "if", "else", "for"))
_PENDING = frozenset(("lambda", "for"))
_RESOLVING = frozenset((":", "in"))
_TEMPLATE_PREFIX = frozenset("fFtT")
_TOKENS = re.compile(
    rf"((?:[fFtT][rR]?|[rR][fFtT])?(?:{STRING})|{MARK})|[^\W\d]\w*|#[^\r\n]*|\\[\r\n]+", re.DOTALL
)
_TEMPLATE = re.compile(r"[fFtT][rR]?['\"]")
_CASE = re.compile(r"(?:^|[\r\n])[ \t\f]*case\b")
_BRANCHES = re.compile(r"(?:^|[\r\n])([ \t\f]*)(if|elif)\b")


class NestedTooDeeplyError(Exception):
    """The text is nested more deeply than the parser can bear; ``offset`` says where."""

    def __init__(self, offset: int) -> None:
        super().__init__("nested too deeply")
        self.offset = offset


def levels(text: str) -> tuple[int, int]:
    """Upper bounds: brackets in each other, operators in a row. Raises ``NestedTooDeeplyError``."""
    data = text.encode()
    depth = _bracket_levels(data)
    chain = len(data.translate(None, _NO_OPERATOR)) + sum(map(data.count, WORDS))
    if not is_flat(depth, chain):
        if _TEMPLATE.search(text):
            text = opened(text)
            data = text.encode()
        depth, chain = bounds(data) or (HARMLESS + 1, chain)
        if not is_flat(depth, chain):
            depth, chain = _scan(text)
    if b"case" in data:
        _check_patterns(text)
    branches = data.count(b"elif")
    if branches > POSTFIX_LIMIT:
        branches = _longest_elif(text)
    return depth, max(chain, branches)


def is_flat(depth: int, chain: int) -> bool:
    """Whether such a text can be parsed on any stack."""
    return depth <= HARMLESS and chain <= FEW


def _bracket_levels(data: bytes) -> int:
    """Levels of brackets, counting those in strings and comments too; exact only up to ``HARMLESS``."""
    brackets = data.translate(_BRACKETS, _NO_BRACKET)
    for rounds in range(HARMLESS + 1):
        rest = brackets.replace(b"()", b"")
        if len(rest) == len(brackets):
            return rounds + rest.count(b"(")
        brackets = rest
    return HARMLESS + 1


class _Chain:
    """What has been seen since the last separator on one level of brackets."""

    __slots__ = ("nested", "operators", "pending", "postfixes")

    def __init__(self) -> None:
        self.operators = self.postfixes = self.nested = 0
        self.pending = 0
        """Lambdas before their colon and clauses before their ``in``: commas there separate nothing."""

    def separate(self) -> None:
        """A comma or semicolon: the next expression begins."""
        if not self.pending:
            self.operators = self.postfixes = self.nested = 0

    def resolve(self) -> None:
        """A colon or ``in``."""
        if self.pending:
            self.pending -= 1


def _scan(text: str) -> tuple[int, int]:
    """Levels of brackets and length of the longest chain of operators."""
    deepest = longest = 0
    here = _Chain()
    outer: list[_Chain] = []
    long = LONG if _TEMPLATE.search(text) else len(text)
    for number, token in enumerate(_TOKENS.findall(text)):
        if not token:
            continue
        if token in "([{":
            here.postfixes += 1
            outer.append(here)
            here = _Chain()
            deepest = max(deepest, len(outer))
        elif token in ")]}":
            here = outer.pop() if outer else _Chain()
        elif token in ",;":
            here.separate()
        elif token in _RESOLVING:
            here.resolve()
        elif token in "\r\n":
            if not outer:
                here = _Chain()
        elif token == ".":
            here.postfixes += 1
        elif token in _NESTING:
            here.nested += 1
            here.pending += token in _PENDING
        elif len(token) <= 6 and token[-1] not in "'\"":
            here.operators += 1
            here.postfixes = 0
        elif len(token) > long:
            inner_depth, inner_chain = look_inside(token)
            deepest = max(deepest, inner_depth)
            if not _TEMPLATE_PREFIX.isdisjoint(token[:2]):
                longest = max(longest, inner_chain)
        longest = max(longest, here.operators, here.postfixes, here.nested)
        if (
            deepest > BRACKET_LIMIT
            or longest > CHAIN_LIMIT
            or here.postfixes > POSTFIX_LIMIT
            or here.nested > NESTED_LIMIT
        ):
            raise NestedTooDeeplyError(next(islice(_TOKENS.finditer(text), number, None)).start())
    return deepest, longest


def _check_patterns(text: str) -> None:
    """Refuse a ``case`` whose brackets would keep the parser busy for minutes."""
    for case in _CASE.finditer(text):
        depth = 0
        for match in _TOKENS.finditer(text, case.end()):
            token = match[1]
            if not token:
                continue
            if token in "([{":
                depth += 1
            elif token in ")]}":
                depth -= 1
            elif depth <= 0 and token in ":=\r\n":
                break
            if depth > PATTERN_LIMIT:
                raise NestedTooDeeplyError(match.start(1))


def _longest_elif(text: str) -> int:
    """The most ``elif`` branches of one ``if``."""
    longest = 0
    branches: dict[str, int] = {}
    for match in _BRANCHES.finditer(text):
        indent, keyword = match.groups()
        branches[indent] = branches.get(indent, 0) + 1 if keyword == "elif" else 0
        longest = max(longest, branches[indent])
        if longest > ELIF_LIMIT:
            raise NestedTooDeeplyError(match.start(2))
    return longest
