"""The labels of the files read before llmlint ran on them, and what counts as having met one.

A label says of one line and code: ``clear`` (the finding is expected), ``unclear`` (could be argued either
way) or ``trap`` (looks like it and must stay silent). Every finding in a file that was read is given to one
label of its code, in this order:

1. a label on its very line; for LLM302 and LLM303 ``also`` names further lines, the calls of the same
   client, and comes before a label of those lines;
2. a trap one line away, when both lines belong to one statement that is written over several lines;
3. the nearest clear label at most two lines away that has no finding yet;
4. an unclear label at most two lines away.

What is left is unlabelled: nobody has said anything about it. Findings met in 1 may share a label, those of
3 may not, so that one finding does not stand for two neighbours.
"""

from __future__ import annotations

import collections
import dataclasses
import io
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

RECALL = Path(__file__).resolve().parent / "recall"
VERDICTS = ("clear", "unclear", "trap")
NEAR = 2
SAME_CLIENT = ("LLM302", "LLM303")
"""One client without a deadline is one finding, at its construction or at its call."""

File = tuple[str, str]
"""Tree and path."""


@dataclasses.dataclass(frozen=True)
class Label:
    """What a reader expects of one line."""

    tree: str
    path: str
    line: int
    code: str
    verdict: str
    why: str
    also: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.tree}/{self.path}:{self.line} {self.code}"


@dataclasses.dataclass(frozen=True)
class Met:
    """The findings of some files, each with the label it was given to, or None."""

    pairs: tuple[tuple[Label | None, File, int, str], ...]

    def labels(self, verdict: str) -> set[Label]:
        """The labels of a verdict that a finding met."""
        return {label for label, *_ in self.pairs if label and label.verdict == verdict}

    def unlabelled(self) -> list[tuple[File, int, str]]:
        """The findings without a label."""
        return [(file, line, code) for label, file, line, code in self.pairs if label is None]


def drawn() -> list[File]:
    """The files that were drawn."""
    table = tomllib.loads((RECALL / "files.toml").read_text(encoding="utf-8"))
    return [(entry["tree"], entry["path"]) for entry in table["file"]]


def read() -> tuple[set[File], list[Label]]:
    """The files somebody has read, and all labels; exits on a label that cannot be meant."""
    files: set[File] = set()
    labels = []
    for place in sorted(RECALL.glob("labels-*.toml")):
        table = tomllib.loads(place.read_text(encoding="utf-8"))
        files |= {(entry["tree"], entry["path"]) for entry in table["read"]}
        labels += [Label(**entry | {"also": tuple(entry.get("also", ()))}) for entry in table["label"]]
    for label in labels:
        if label.verdict not in VERDICTS or (label.tree, label.path) not in files:
            raise SystemExit(f"{label}: verdict {label.verdict!r}, or a file that was not read")
        if label.also and label.code not in SAME_CLIENT:
            raise SystemExit(f"{label}: `also` is for {' and '.join(SAME_CLIENT)}")
    twice = [place for place, n in collections.Counter(map(str, labels)).items() if n > 1]
    if twice:
        raise SystemExit(f"labelled twice: {', '.join(twice)}")
    return files, labels


def statements(text: str) -> dict[int, int]:
    """Line to first line of the statement it belongs to; a text that cannot be read has one per line."""
    found: dict[int, int] = {}
    first = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT):
                continue
            first = first or token.start[0]
            if token.type == tokenize.NEWLINE:
                found |= dict.fromkeys(range(first, token.start[0] + 1), first)
                first = 0
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found


def meet(labels: Iterable[Label], found: Iterable[tuple[File, int, str]], texts: Mapping[File, str]) -> Met:
    """Give every finding to the label it meets."""
    known: dict[tuple[File, str], list[Label]] = collections.defaultdict(list)
    lines: dict[tuple[File, str], list[int]] = collections.defaultdict(list)
    for label in labels:
        known[(label.tree, label.path), label.code].append(label)
    for file, line, code in sorted(found):
        lines[file, code].append(line)
    pairs: list[tuple[Label | None, File, int, str]] = []
    for (file, code), here in lines.items():
        given = dict(_give(known[file, code], here, statements(texts[file])))
        pairs += [(given.get(line), file, line, code) for line in here]
    return Met(tuple(sorted(pairs, key=lambda pair: pair[1:])))


def _give(
    labels: Sequence[Label], lines: Sequence[int], starts: Mapping[int, int]
) -> Iterator[tuple[int, Label]]:
    """Line of a finding and label, for one file and one code."""
    exact = {label.line: label for label in labels} | {line: label for label in labels for line in label.also}
    yield from ((line, exact[line]) for line in lines if line in exact)
    left = []
    for line in (line for line in lines if line not in exact):
        trap = [
            label
            for label in labels
            if label.verdict == "trap"
            and abs(label.line - line) == 1
            and starts.get(label.line, -1) == starts.get(line, -2)
        ]
        if trap:
            yield line, trap[0]
        else:
            left.append(line)
    free = [label for label in labels if label.verdict == "clear"]
    free = [label for label in free if not {label.line, *label.also} & set(lines)]
    for distance in range(1, NEAR + 1):
        for line in list(left):
            near = [label for label in free if abs(label.line - line) == distance]
            if near:
                yield line, near[0]
                free.remove(near[0])
                left.remove(line)
    for line in left:
        unclear = [label for label in labels if label.verdict == "unclear" and abs(label.line - line) <= NEAR]
        if unclear:
            yield line, unclear[0]
