"""Models that judge: prompts that ask one how good answers are, wherever the code lies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from llmlint.audit.evals import Evals
from llmlint.audit.harnesses import Harnesses
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.prompts import Piece
from llmlint.project.scopes import Func


def judging(subject: Subject) -> Iterator[Evidence]:
    """What scores answers by asking a model; prompts that speak of judging an answer and want a verdict."""
    words = subject.once(Evals).table.harness
    about, mark = (re.compile("|".join(each), re.IGNORECASE) for each in (words.judged, words.marks))
    for harness in subject.once(Harnesses).all:
        for func in harness.judges:
            yield subject.at(func, func.facts.span, f"`{func.name}` asks a model how good an answer is")
    for prompt in subject.project.prompts.all():
        if prompt.func.mod.production and subject.within(prompt.func.path):
            texts = [(piece.func, piece.span, _text(piece)) for piece in prompt.pieces]
            if mark.search("\n".join(text for _, _, text in texts)):
                yield from _first(texts, about)
    evals = subject.once(Evals)
    for script in (*evals.running, *evals.frameworks):
        if not script.mod.production and subject.within(script.path):
            for func in script.mod.functions:
                yield from _written(func, about, mark)


def _written(func: Func, about: re.Pattern[str], mark: re.Pattern[str]) -> Iterator[Evidence]:
    """In evals, what stands in the code is enough: to follow every value through them takes too long."""
    said = {stmt.value for stmt in func.statements if isinstance(stmt, m.ExprStmt)}
    texts = [(func, n.span, n.value) for n in func.nodes if isinstance(n, m.Text) and n not in said]
    if func is func.mod.body:  # constants that have nothing to do with each other
        for one in texts:
            if mark.search(one[2]):
                yield from _first([one], about)
    elif mark.search("\n".join(text for _, _, text in texts)):
        yield from _first(texts, about)


def _first(texts: Iterable[tuple[Func, m.Span, str]], about: re.Pattern[str]) -> Iterator[Evidence]:
    for func, span, text in texts:
        if found := about.search(text):
            yield Subject.at(func, span, f"a prompt: `{' '.join(found[0].split())[:60]}`")
            return


def _text(piece: Piece) -> str:
    """The literal text at its place: of a template or a concatenation, all that is literal."""
    for node in piece.func.nodes:
        if isinstance(node, m.Text | m.Template) and node.span == piece.span:
            return " ".join(n.value for n in walk.expressions(node) if isinstance(n, m.Text))
    return ""
