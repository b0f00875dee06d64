"""Words of attackers that a program holds to find them in what it is given."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence, one_per_line
from llmlint.audit.prose import either
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile
from llmlint.facts import model as m

_SEVERAL = 2
"""Fewer words are an example, not a list to look through."""
_LONGEST = 80
"""Characters: more is a prompt or prose that speaks of them."""


def screens(subject: Subject) -> tuple[Evidence, ...]:
    """Expressions that find attacks, whatever the language; lists of what attackers write, in Python."""
    return one_per_line([*_expressions(subject), *_lists(subject)])


def _expressions(subject: Subject) -> Iterator[Evidence]:
    words, repository = read("security", SecurityFile).words, subject.repository
    pattern = either(words.screens)
    aside = frozenset(repository.matching(words.not_screen_files))
    for path in repository.matching(words.screen_files):
        for hit in repository.search(path, pattern) if path not in aside else ():
            yield Evidence(path, hit.line, f"`{hit.match[0][:60]}`")
            break


def _lists(subject: Subject) -> Iterator[Evidence]:
    attack = either(read("security", SecurityFile).words.attack_texts)
    for func in subject.project.functions:
        if func.mod.production and subject.within(func.path):
            for node in func.nodes:
                if isinstance(node, m.Seq) and len(node.items) >= _SEVERAL:
                    texts = [item for item in node.items if isinstance(item, m.Text)]
                    if len(texts) == len(node.items) and all(len(one.value) <= _LONGEST for one in texts):
                        found = next((one for one in texts if attack.search(one.value)), None)
                        if found is not None:
                            yield Evidence(func.path, found.span.line, f"“{found.value[:60]}”")
