"""Counters of usage that are kept for a user, a tenant, a project or a feature."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.filled import Entry, filled
from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.saying import Saying, words_of
from llmlint.audit.subject import Subject
from llmlint.audit.tables.cost import CostFile
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func


def keyed_counters(subject: Subject) -> tuple[Evidence, ...]:
    """Where usage is kept under whose it is: in a counter, as an entry, beside a name; once per function."""
    counters = _Counters(subject)
    found = []
    for func in subject.once(LlmPath).functions:
        place = next(counters.of(func), None)
        if place is not None:
            found.append(subject.at(func, place[0], f"`{func.qualname}` {place[1]}"))
    return one_per_line(found)


class _Counters:
    def __init__(self, subject: Subject) -> None:
        file = read("cost", CostFile)
        self._saying = subject.once(Saying)
        self._used = re.compile(file.words.used)
        self._keyed = re.compile(f"{file.words.whose}|{file.words.keyed}")
        self._ledger, self._stages = re.compile(file.attribution.ledger), re.compile(file.attribution.stages)
        self._features = re.compile(file.attribution.features)

    def of(self, func: Func) -> Iterator[tuple[m.Span, str]]:
        """Each place, and what is done there."""
        known = any(self._keyed.search(words_of(param)) for param in func.params)
        for stmt in func.statements:
            match stmt:
                case m.AugAssign(target=m.Sub() as target, span=span):
                    names = list(map(words_of, _names(target)))
                    by = known or any(self._keyed.search(name) for name in names)
                    if by and any(self._used.search(name) for name in names):
                        yield span, "counts usage"
                case m.Assign(targets=(m.Sub() as target,), span=span) if self._is_entry(target):
                    yield span, "keeps usage by what caused it"
                case _:
                    pass
        for name in sorted(func.names):
            held = list(filled(name, func))
            if any(self._says_whose(one) for one in held):
                used = (
                    span
                    for key, value, span in held
                    if self._ledger.search(words_of(key)) and not _is_fixed(value)
                )
                yield from ((span, "keeps usage beside whose it is") for span in used)

    def _is_entry(self, target: m.Sub) -> bool:
        """``cost[stage] = …``, ``log[self.stage]["usage"] = …``."""
        indexes: list[m.Expr] = []
        expr: m.Expr = target
        while isinstance(expr, m.Sub):
            indexes.append(expr.index)
            expr = expr.value
        name = expr.name if isinstance(expr, m.Attr) else expr.id if isinstance(expr, m.Name) else ""
        texts = [index.value for index in indexes if isinstance(index, m.Text)]
        keys = [one for index in indexes if isinstance(index, m.Name | m.Attr) for one in _names(index)]
        used = any(self._ledger.search(words_of(one)) for one in (name, *texts))
        return used and any(
            key == "__name__" or self._keyed.search(words_of(key)) or self._stages.search(words_of(key))
            for key in keys
        )

    def _says_whose(self, entry: Entry) -> bool:
        key, value, _ = entry
        said = self._saying.of_name(key) & {"user", "feature"} or self._features.search(words_of(key))
        return bool(said) and not _is_fixed(value)


def _is_fixed(expr: m.Expr) -> bool:
    return isinstance(expr, m.Const | m.Text)


def _names(expr: m.Expr) -> Iterator[str]:
    for node in walk.expressions(expr):
        match node:
            case m.Name(id=name) | m.Attr(name=name) | m.Text(value=name):
                yield name
            case _:
                pass
