"""Literal texts in code that are there to do something."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.scopes import Func

Literal = tuple[Func, m.Span, str]


def literals(subject: Subject) -> tuple[Literal, ...]:
    """Every literal of production code of the package; an f-string is one, without what is put into it.

    Docstrings, and other texts that are statements by themselves, are none.
    """
    return subject.once(_all)


def _all(subject: Subject) -> tuple[Literal, ...]:
    return tuple(_each(subject))


def _each(subject: Subject) -> Iterator[Literal]:
    for func in subject.project.functions:
        if not func.mod.production or not subject.within(func.path):
            continue
        inside: set[m.Expr] = {s.value for s in func.statements if isinstance(s, m.ExprStmt)}
        for node in func.nodes:
            if isinstance(node, m.Template):
                inside.update(node.parts)
                yield func, node.span, "".join(p.value for p in node.parts if isinstance(p, m.Text))
            elif isinstance(node, m.Text) and node not in inside:
                yield func, node.span, node.value
