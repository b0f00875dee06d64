"""Models that judge: prompts that ask one how good answers are, wherever the code lies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from llmlint.audit.evals import Evals
from llmlint.audit.harnesses import Harnesses
from llmlint.audit.model import Evidence
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.prompts import Piece, Prompt
from llmlint.project.scopes import Mod


def judging(subject: Subject) -> Iterator[Evidence]:
    """What scores answers by asking a model; prompts that speak of judging an answer and want a verdict."""
    words = subject.once(Evals).table.harness
    about, mark = (re.compile("|".join(each), re.IGNORECASE) for each in (words.judged, words.marks))
    for harness in subject.once(Harnesses).all:
        for func in harness.judges:
            yield subject.at(func, func.facts.span, f"`{func.name}` asks a model how good an answer is")
    for prompt in _prompts(subject, about):
        texts = [(piece, _text(piece)) for piece in prompt.pieces]
        if mark.search("\n".join(text for _, text in texts)):
            for piece, text in texts:
                if found := about.search(text):
                    what = f"a prompt: `{' '.join(found[0].split())[:60]}`"
                    yield subject.at(piece.func, piece.span, what)
                    break


def _prompts(subject: Subject, about: re.Pattern[str]) -> Iterator[Prompt]:
    """Those of production code and of evals; values are followed in evals only where one may judge."""
    evals = subject.once(Evals)
    for prompt in subject.project.prompts.all():
        if prompt.func.mod.production and subject.within(prompt.func.path):
            yield prompt
    ours = {script.mod for script in (*evals.running, *evals.frameworks) if not script.mod.production}
    if any(_speaks(mod, about) for mod in ours):
        for prompt in subject.with_tests.prompts.all():
            if prompt.func.mod in ours and subject.within(prompt.func.path):
                yield prompt


def _speaks(mod: Mod, about: re.Pattern[str]) -> bool:
    texts = (node for func in mod.functions for node in func.nodes if isinstance(node, m.Text))
    return any(about.search(text.value) for text in texts)


def _text(piece: Piece) -> str:
    """The literal text at its place: of a template or a concatenation, all that is literal."""
    for node in piece.func.nodes:
        if isinstance(node, m.Text | m.Template) and node.span == piece.span:
            return " ".join(n.value for n in walk.expressions(node) if isinstance(n, m.Text))
    return ""
