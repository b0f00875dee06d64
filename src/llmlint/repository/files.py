"""The files of a repository: which there are, and what is in them, in the form somebody asks for.

Paths are relative to the root of the project, with forward slashes. Where the project is a folder of a
larger repository, the files at the repository's top that speak for all of it (owners, workflows, deployment)
belong to it as well, as ``../../CODEOWNERS``.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from llmlint.model.finding import Finding
from llmlint.repository.tree import Node, UnreadableError
from llmlint.source.discovery import everything
from llmlint.source.document import plain, read_bytes
from llmlint.source.ignoring import patterns

if TYPE_CHECKING:
    from llmlint.repository.codeowners import CodeOwners
    from llmlint.repository.dockerfiles import Instruction
    from llmlint.repository.history import History
    from llmlint.repository.markdown import Markdown
    from llmlint.repository.pipelines import Pipeline
    from llmlint.repository.tasks import Tasks

T = TypeVar("T")
_UP = re.compile(r"^(?:\.\./)+")
_WILD = re.compile(r"\[[^]]*\]|[*?/\\]+")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A file that could be evidence and cannot be read."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A line in which something was found."""

    path: str
    line: int
    text: str
    match: re.Match[str]


class Repository:
    """Answers about the files of one project; nothing is read before it is asked for, nothing twice."""

    def __init__(self, root: Path, paths: Sequence[str] | Callable[[], Sequence[str]] = ()) -> None:
        """``paths``: every file that counts, or a function that looks for them when they are first needed."""
        self.root = root
        self._given = paths
        self._read: dict[str, str | None] = {}
        self._parsed: dict[tuple[str, str], object] = {}
        self._problems: dict[str, Problem] = {}
        self._asked: dict[tuple[str, ...], tuple[str, ...]] = {}

    @classmethod
    def at(cls, root: Path, exclude: Sequence[str] = ()) -> Repository:
        """The repository whose project has this root; ``exclude`` are patterns of what is left out."""
        return cls(root, lambda: everything(root, exclude))

    @functools.cached_property
    def paths(self) -> tuple[str, ...]:
        """Every file, whatever its type, in the order of their names."""
        found = self._given() if callable(self._given) else self._given
        return tuple(sorted(found))

    def part(self, belongs: Callable[[str], bool]) -> Repository:
        """The repository as one package of it sees it: the files that belong, read once for all packages."""
        found = Repository(self.root, lambda: [path for path in self.paths if belongs(path)])
        found._read, found._parsed, found._problems = self._read, self._parsed, self._problems
        found.__dict__["history"] = self.history
        return found

    def matching(self, globs: Iterable[str]) -> tuple[str, ...]:
        """The files that fit one of these patterns (as in ``.gitignore``, without ``!``), in order.

        A pattern with a slash in front begins at the root, or for the files above it at the top.
        """
        key = tuple(globs)
        if key not in self._asked:
            pieces = _pieces(key)
            likely = [path for path in self.paths if any(piece in path for piece in pieces)]
            fits = _compiled(key).match if likely else None
            self._asked[key] = tuple(path for path in likely if fits and fits(_UP.sub("", path)))
        return self._asked[key]

    def __contains__(self, path: str) -> bool:
        return path in self._set

    @functools.cached_property
    def _set(self) -> frozenset[str]:
        return frozenset(self.paths)

    def from_top(self, path: str) -> str:
        """The path as the repository's own files write it: relative to the top, not to the project's root."""
        full = posixpath.normpath(posixpath.join(self.prefix, path))
        return full

    @functools.cached_property
    def prefix(self) -> str:
        """The path of the project's root below the top of the repository; empty when they are the same."""
        for directory in (self.root, *self.root.parents):
            if (directory / ".git").exists():
                below = self.root.relative_to(directory).as_posix()
                return "" if below == "." else below
        return ""

    # -- what is in a file ----------------------------------------------------------------------

    def text(self, path: str) -> str:
        """The text of a file; empty when there is none, or none that can be read (then a problem)."""
        if path not in self._read:
            self._read[path] = self._decoded(path)
        return self._read[path] or ""

    def _decoded(self, path: str) -> str | None:
        data = read_bytes(self.root / path, path)
        if isinstance(data, Finding):
            self._trouble(path, 1, data.message.partition(", so ")[0])
            return None
        try:
            text = plain(data)
        except UnicodeDecodeError as error:
            self._trouble(
                path,
                data.count(b"\n", 0, error.start) + 1,
                f"this file is not valid {error.encoding.upper()}",
            )
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _trouble(self, path: str, line: int, message: str) -> None:
        self._problems.setdefault(path, Problem(path, line, " ".join(message.split())[:120]))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files that somebody asked for and that could not be read or parsed, so far."""
        return tuple(sorted(self._problems.values()))

    def search(self, path: str, pattern: re.Pattern[str]) -> Iterator[Hit]:
        """The lines in which the pattern is found, once per line."""
        text = self.text(path)
        for number, line in enumerate(text.splitlines(), 1) if pattern.search(text) else ():
            match = pattern.search(line)
            if match:
                yield Hit(path, number, line.strip(), match)

    # -- parsed ---------------------------------------------------------------------------------

    def _as(self, form: str, path: str, parse: Callable[[str], T], broken: T) -> T:
        key = (form, path)
        if key not in self._parsed:
            try:
                self._parsed[key] = parse(self.text(path))
            except UnreadableError as error:
                self._trouble(path, error.line, f"does not parse ({error.message})")
                self._parsed[key] = broken
        return self._parsed[key]  # type: ignore[return-value]

    def yaml(self, path: str) -> tuple[Node, ...]:
        """The documents of a YAML file."""
        from llmlint.repository import yaml

        return self._as("yaml", path, yaml.documents, ())

    def json(self, path: str) -> Node | None:
        """What a JSON file holds."""
        from llmlint.repository import json

        return self._as("json", path, json.document, None)

    def records(self, path: str) -> tuple[Node, ...]:
        """The objects of a file with one JSON text per line."""
        from llmlint.repository import json

        return self._as("records", path, lambda text: tuple(json.records(text)), ())

    def toml(self, path: str) -> Node | None:
        """What a TOML file holds."""
        from llmlint.repository import toml

        return self._as("toml", path, toml.document, None)

    def trees(self, path: str) -> tuple[Node, ...]:
        """What a YAML, JSON or TOML file holds, by its ending; nothing for other files."""
        ending = path.rsplit(".", 1)[-1].lower()
        if ending in ("yaml", "yml"):
            return self.yaml(path)
        if ending in ("jsonl", "ndjson"):
            return self.records(path)
        tree = self.json(path) if ending == "json" else self.toml(path) if ending == "toml" else None
        return () if tree is None else (tree,)

    def markdown(self, path: str) -> Markdown:
        """Sections and links of a document: Markdown, and as far as they are alike the other markups."""
        from llmlint.repository import markdown, markup

        empty = markdown.Markdown((), (), ())
        return self._as("markdown", path, lambda text: markdown.parse(markup.as_markdown(path, text)), empty)

    def dockerfile(self, path: str) -> tuple[Instruction, ...]:
        """The instructions of a Dockerfile."""
        from llmlint.repository import dockerfiles

        return self._as("dockerfile", path, dockerfiles.parse, ())

    # -- of the whole ---------------------------------------------------------------------------

    @functools.cached_property
    def owners(self) -> CodeOwners | None:
        """The file of owners that counts: the first of the places where hosts look."""
        from llmlint.repository.codeowners import PLACES, CodeOwners

        at = {_UP.sub("", path): path for path in reversed(self.matching([f"/{place}" for place in PLACES]))}
        path = next((at[place] for place in PLACES if place in at), None)
        return CodeOwners(path, self.text(path)) if path is not None else None

    @functools.cached_property
    def pipelines(self) -> tuple[Pipeline, ...]:
        """What continuous integration runs, by whatever service."""
        from llmlint.repository.pipelines import read

        return tuple(read(self))

    @functools.cached_property
    def tasks(self) -> Tasks:
        """What ``make evals`` and its like run."""
        from llmlint.repository.tasks import Tasks

        return Tasks(self)

    @functools.cached_property
    def history(self) -> History:
        """When files were changed, as git tells."""
        from llmlint.repository.history import History

        return History(self.root)


def _pieces(globs: Iterable[str]) -> list[str]:
    """What the paths that fit have in them, one text per pattern: looking for it is far cheaper."""
    return [max(_WILD.split(glob), key=len) for glob in globs]


@functools.lru_cache(maxsize=512)
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all patterns: thousands of files are asked for dozens of lists."""
    found = []
    for one in patterns(globs).patterns:
        expression = one.regex
        if expression is None or not one.include:
            raise ValueError(f"no pattern that names files: {globs}")
        found.append(re.sub(r"\(\?P<\w+>", "(?:", expression.pattern))
    return re.compile("|".join(f"(?:{one})" for one in found) or "(?!)")
