"""Prompts that code holds without anybody being able to follow them to a call: by how they speak."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.literals import Literal, literals
from llmlint.audit.model import Evidence
from llmlint.audit.promptfiles import is_aside, is_long
from llmlint.audit.prose import words_in
from llmlint.audit.subject import Subject
from llmlint.audit.tables.rollback import RollbackFile
from llmlint.facts import model as m

_SHORT = 4
"""Words from which on a sentence to a model is an instruction, if a short one."""
_GREETING = 20
"""Characters before it that may be a mark, an indentation or a greeting."""


def in_logic(subject: Subject) -> Iterator[Evidence]:
    """Long texts in functions that speak to a model, and what signatures of classes tell it."""
    for func, span, text in subject.once(_spoken):
        if func.facts.kind in ("function", "lambda") and is_long(text):
            yield subject.at(func, span, f"a prompt of {words_in(text)} words in code")
    yield from _signatures(subject)


def constants(subject: Subject) -> Iterator[Evidence]:
    """The same among the constants of modules and classes that are not made for prompts."""
    for func, span, text in subject.once(_spoken):
        if func.facts.kind in ("module", "class") and is_long(text):
            yield subject.at(func, span, f"a prompt of {words_in(text)} words")


def short(subject: Subject) -> Iterator[Evidence]:
    """Sentences to a model that are no long instruction: the default of a system prompt."""
    for func, span, text in subject.once(_spoken):
        if not is_long(text) and words_in(text) >= _SHORT:
            yield subject.at(func, span, f"`{' '.join(text.split())[:50]}`")


def _spoken(subject: Subject) -> tuple[Literal, ...]:
    """Literals of production code, outside of modules made for prompts, that begin to speak to a model.

    Those that are followed to a call are part of its prompt, which is counted once.
    """
    addresses = re.compile(read("rollback", RollbackFile).words.addresses, re.IGNORECASE | re.MULTILINE)
    followed = subject.once(_followed)
    paths = (mod.path for mod in subject.project.modules)
    code = {path for path in paths if not (is_aside(path) or subject.project.prompt_module(path))}
    return tuple(
        (func, span, text)
        for func, span, text in literals(subject)
        if func.path in code
        and (func.path, span.line, span.column) not in followed
        and any(_is_first(text, match.start()) for match in addresses.finditer(text))
    )


def _is_first(text: str, start: int) -> bool:
    """Whether a line, or the whole text, begins there: in the middle, a person may be told something."""
    return start - text.rfind("\n", 0, start) <= _GREETING or len(text[:start].strip()) <= _GREETING


def _followed(subject: Subject) -> frozenset[tuple[str, int, int]]:
    """Where the literals are written that calls are seen to send."""
    return frozenset(
        (piece.func.path, piece.span.line, piece.span.column)
        for prompt in subject.project.prompts.all()
        for piece in prompt.pieces
    )


def _signatures(subject: Subject) -> Iterator[Evidence]:
    """Classes whose docstring a library sends as the instruction."""
    bases = read("rollback", RollbackFile).words.signatures
    hierarchy = subject.project.evaluator.hierarchy
    for mod in subject.project.modules:
        if not mod.production or not subject.within(mod.path) or subject.project.prompt_module(mod.path):
            continue
        for cls in mod.classes:
            first = next(iter(cls.body.facts.body), None)
            if isinstance(first, m.ExprStmt) and isinstance(first.value, m.Text):
                if not set(hierarchy.external_bases(cls)).isdisjoint(bases):
                    yield subject.at(cls.body, first.value.span, f"the instruction of `{cls.facts.name}`")
