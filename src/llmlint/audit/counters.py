"""Counters of usage that are kept for a user, a tenant, a project or a feature."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.saying import words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk


def keyed_counters(subject: Subject) -> tuple[Evidence, ...]:
    """Where usage is added to a counter that is found by whose it is, once per function."""
    words = read("cost", CostFile).words
    used, keyed = re.compile(words.used), re.compile(f"{words.whose}|{words.keyed}")
    found = []
    for func in subject.once(LlmPath).functions:
        known = any(keyed.search(words_of(param)) for param in func.params)
        for stmt in func.statements:
            if isinstance(stmt, m.AugAssign) and isinstance(stmt.target, m.Sub):
                names = list(map(words_of, _names(stmt.target)))
                by = known or any(keyed.search(name) for name in names)
                if by and any(used.search(name) for name in names):
                    found.append(subject.at(func, stmt.span, f"`{func.qualname}` counts usage"))
                    break
    return one_per_line(found)


def _names(expr: m.Expr) -> Iterator[str]:
    for node in walk.expressions(expr):
        match node:
            case m.Name(id=name) | m.Attr(name=name) | m.Text(value=name):
                yield name
            case _:
                pass
