"""Cases of evals: how many a file holds, and which of them say what may go wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from llmlint.audit.tables.evals import EvalWords
from llmlint.repository.files import Repository
from llmlint.repository.tree import Node

_INSIDE = ("metadata", "vars", "meta")
"""Where cases keep what is not for the model."""


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of one file."""

    path: str
    line: int
    """Of the first case."""
    number: int
    tagged: int = 0
    """How many carry a tag that names what may go wrong."""
    tag_line: int = 0
    labelled: int = 0
    """How many carry the label of a person."""
    shaped: int = 0
    """How many have something that is asked, and something that is expected."""


def cases_of_file(repository: Repository, path: str, words: EvalWords, shaped: bool = False) -> Cases:
    """The cases in a file of data or of a tool's configuration.

    ``shaped``: nothing but their keys shows that they are cases, so they need something that is asked and
    something that is expected.
    """
    found = _found(repository, path, words)
    return Cases(path, 1, 0) if shaped and 2 * found.shaped < found.number else found


def _found(repository: Repository, path: str, words: EvalWords) -> Cases:
    if path.endswith((".csv", ".tsv")):
        return _table(path, repository.text(path), words)
    trees = repository.trees(path)
    if path.endswith((".jsonl", ".ndjson")):
        return _counted(path, trees, words)
    for tree in trees[:1]:
        listed = tree if isinstance(tree.value, list) else _under(tree, words.case_keys)
        if listed is not None and isinstance(listed.value, list):
            return _counted(path, listed.value, words)
    return Cases(path, 1, 0)


def indexed(repository: Repository, path: str, endings: tuple[str, ...]) -> list[str]:
    """The files of data that an index of data sets names, below its folder; the path itself if it is none.

    An index has no more entries than files: cases that each go with a file stay cases.
    """
    if not path.endswith((".json", ".yaml", ".yml")):
        return [path]
    texts = [node.text for tree in repository.trees(path)[:1] for _, node in tree.walk()]
    named = {text.removeprefix("./") for text in texts if text.lower().endswith(endings) and "\n" not in text}
    if not named:
        return [path]
    folder = path[: path.rfind("/") + 1]
    below = [one for one in repository.paths if one.startswith(folder) and one != path]
    found = [one for one in below if any(f"/{one}".endswith(f"/{name}") for name in named)]
    entries = max(
        len(tree.value) for tree in repository.trees(path)[:1] if isinstance(tree.value, list | dict)
    )
    return found if len(found) >= entries else [path]


def _under(tree: Node, keys: Iterable[str]) -> Node | None:
    found = (tree.get(key) for key in keys)
    return next((node for node in found if node is not None and isinstance(node.value, list)), None)


def _counted(path: str, nodes: Iterable[Node], words: EvalWords) -> Cases:
    cases = list(nodes)
    tagged = [node for node in cases if _has(node, words.tags)]
    labelled = sum(_has(node, words.human) for node in cases)
    shaped = sum(words.make_a_case(key for key, _ in node.items()) for node in cases)
    first = cases[0].line if cases else 1
    return Cases(path, first, len(cases), len(tagged), tagged[0].line if tagged else 0, labelled, shaped)


def _has(case: Node, keys: Iterable[str]) -> bool:
    wanted = set(keys)
    for node in (case, *(case.get(key) for key in _INSIDE)):
        for key, value in node.items() if node is not None else ():
            if key.lower() in wanted and value.value not in (None, "", [], {}):
                return True
    return False


def _table(path: str, text: str, words: EvalWords) -> Cases:
    reader = csv.reader(io.StringIO(text), delimiter="\t" if path.endswith(".tsv") else ",")
    try:
        heading = [name.strip().lower() for name in next(reader, [])]
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        return Cases(path, 1, 0)

    def filled(names: Iterable[str]) -> int:
        columns = [at for at, name in enumerate(heading) if name in names]
        return sum(any(at < len(row) and row[at].strip() for at in columns) for row in rows)

    shaped = len(rows) if words.make_a_case(heading) else 0
    return Cases(path, 2, len(rows), filled(words.tags), 1, filled(words.human), shaped)
