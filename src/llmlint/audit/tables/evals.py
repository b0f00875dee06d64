"""``evals.toml``: tools for evals, and the conventions that belong to none."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from llmlint.audit.catalogue import Fact, Table

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


@functools.lru_cache(maxsize=4096)
def words_in_name(name: str) -> frozenset[str]:
    """The words of a name in lower case: ``gold_answer``, ``goldAnswer``."""
    return frozenset(part.lower() for part in _WORDS.findall(name))


class EvalTool(Fact, frozen=True, kw_only=True, eq=False):
    """A tool for evals, and by what its use shows."""

    name: str
    files: tuple[str, ...] = ()
    """Patterns of files that only this tool reads."""
    keys: tuple[str, ...] = ()
    """Keys one of which must be at the top of such a file (YAML, JSON); empty: any file counts."""
    calls: tuple[str, ...] = ()
    """Dotted functions, classes, decorators (``module.*`` for all below) whose use makes a file an eval."""
    runs: tuple[str, ...] = ()
    """Regular expressions of commands that run its evals."""
    gates: tuple[str, ...] = ()
    """Dotted names whose use, or keys of its files, by which a number can fail the run."""
    judges: tuple[str, ...] = ()
    """Dotted names, or values in its files, by which a model is the judge."""
    actions: tuple[str, ...] = ()
    """Beginnings of actions and images of pipelines that run its evals."""


class EvalWords(Fact, frozen=True, kw_only=True, eq=False):
    """Conventions. Lists are of lower-case words unless said otherwise."""

    places: tuple[str, ...]
    """Patterns of Python files that are evals by their place or name."""
    benchmarks: tuple[str, ...]
    """Patterns of those that measure speed, or how good answers are."""
    other_languages: tuple[str, ...]
    """Patterns of evals in languages that are not read."""
    about_models: str
    """Regular expression that something about models makes of them."""
    measures: tuple[str, ...]
    """Words in the names of what such a file computes when it is about answers."""
    data: tuple[str, ...]
    """Patterns of data of evals."""
    named_data: tuple[str, ...]
    """Patterns of data that may as well be what another program should write: its keys decide."""
    case_keys: tuple[str, ...]
    """Keys below which a file lists its cases."""
    asked: tuple[str, ...]
    """Whole words in the keys of a case: what is asked."""
    expects: tuple[str, ...]
    """The same for what an answer has to be."""
    case_makers: tuple[str, ...]
    """Whole words in the names of what makes a case."""
    roles: tuple[str, ...]
    """First elements of pairs that are messages."""
    tags: tuple[str, ...]
    """Keys and columns of a case that name what may go wrong."""
    thresholds: tuple[str, ...]
    """Whole words in names of numbers that are a bar."""
    plumbing: tuple[str, ...]
    """Names of numbers and texts that come with an answer and say nothing of what it is worth."""
    failures: tuple[str, ...]
    """The same of numbers that fail a run unless they are zero."""
    scores: tuple[str, ...]
    """Parts of names of numbers that are a result."""
    judges: tuple[str, ...]
    """Parts of names of functions in which a model is the judge."""
    judging: str
    """Regular expression of prompts that make a model the judge of something."""
    verdicts: tuple[str, ...]
    """Regular expressions of prompts that judge without a mark: it is right, or it is not."""
    marking: str
    """Regular expression of what such a prompt asks for as well: a mark."""
    agreement: tuple[str, ...]
    """Words for how far a judge and people agree."""
    human: tuple[str, ...]
    """Keys and columns with labels of people."""
    data_headings: tuple[str, ...]
    """Words of headings under which data is spoken of: of evals where the section says so as well."""
    hosts: tuple[str, ...]
    """Hosts of documents where cases are kept that are not kept here."""
    documents: tuple[str, ...]
    """Patterns of documents in which a target is written down."""
    headings: tuple[str, ...]
    """Words of headings of such documents."""
    bars: tuple[str, ...]
    """Regular expressions of a bar in prose."""
    runners: str
    """Regular expression of commands that run a file which they name."""
    readers: str
    """Regular expression of commands that only look at the files which they name."""
    passive_bases: tuple[str, ...]
    """Beginnings of dotted classes that call nothing of the classes which are made of them."""
    clients: tuple[str, ...]
    """Names of what tests ask a whole program with."""
    floor: int
    """Fewer cases than this are none."""
    enough: int
    harm: tuple[str, ...]
    """Regular expressions of the cost of a bad output in prose."""

    def is_of_a_case(self, key: str) -> bool:
        """Whether a key says what is asked or what is expected."""
        return bool(words_in_name(key) & {*self.asked, *self.expects})

    def make_a_case(self, keys: Iterable[str]) -> bool:
        """Whether one of these keys says what is asked, and another one what is expected."""
        found = [words_in_name(key) for key in keys]
        expects = {at for at, words in enumerate(found) if words & set(self.expects)}
        return bool(expects) and any(at not in expects and w & set(self.asked) for at, w in enumerate(found))


class HarnessWords(Fact, frozen=True, kw_only=True, eq=False):
    """Code that scores answers without a tool: whole words of names (``gt_answer`` has two), and prompts."""

    scorers: tuple[str, ...]
    """Of functions that say how good an answer is."""
    metrics: tuple[str, ...]
    """Of what a score is kept in."""
    expected: tuple[str, ...]
    """Of what an answer is scored against."""
    truths: tuple[str, ...]
    """Those of them that mean nothing else."""
    judged: tuple[str, ...]
    """Regular expressions of prompts that speak of judging an answer."""
    marks: tuple[str, ...]
    """Regular expressions of what makes that a verdict: a mark on a scale, the better one of two."""
    aside: tuple[str, ...]
    """Of files of data that hold no cases, though an eval names them."""


class LiveWords(Fact, frozen=True, kw_only=True, eq=False):
    """By what people show that tests ask a real model."""

    says: tuple[str, ...]
    """Regular expressions of a page or of the first lines of a file."""
    denies: str
    """Regular expression of what makes the opposite of such a sentence."""
    pages: tuple[str, ...]
    """Names of pages about the tests of a folder."""
    markers: tuple[str, ...]
    """Whole words in the names of markers."""
    keys: tuple[str, ...]
    """Ends of names in the environment without which such tests are skipped."""
    secrets: str
    """Regular expression of what hands a job the secret that such tests need."""
    assertions: tuple[str, ...]
    """Methods of ``unittest`` that compare something."""
    enough: int
    """Fewer cases than this are a smoke test."""


class PytestWords(Fact, frozen=True, kw_only=True, eq=False):
    """What pytest runs when a command or its settings say so."""

    command: str
    """Regular expression of a command that runs it; ``rest`` is what it is given."""
    with_value: tuple[str, ...]
    """Options after which a value stands as a word of its own."""
    selecting: tuple[str, ...]
    """Beginnings of options that leave tests out."""
    settings: tuple[tuple[str, str], ...]
    """Files and sections that hold its settings; the first that is there counts."""


class EvalsFile(Table, frozen=True, kw_only=True):
    """The whole file."""

    tool: tuple[EvalTool, ...]
    words: EvalWords
    harness: HarnessWords
    live: LiveWords
    pytest: PytestWords
