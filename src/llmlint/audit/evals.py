"""The evals of a package: configurations of tools, Python files, and their cases."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.catalogue import read
from llmlint.audit.evalcases import Cases, cases_of_file, indexed
from llmlint.audit.evalframeworks import is_only_offered
from llmlint.audit.harnesses import Harness, Harnesses
from llmlint.audit.liveevals import LiveEval, LiveEvals
from llmlint.audit.model import Evidence
from llmlint.audit.reading import is_eval
from llmlint.audit.scoring import name_of
from llmlint.audit.subject import Subject, Use
from llmlint.audit.tables.evals import EvalsFile, EvalTool
from llmlint.audit.writtencases import cases_of_python
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Func, Mod
from llmlint.repository.tree import Node

DATA = (".jsonl", ".ndjson", ".csv", ".tsv", ".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True, eq=False)
class Config:
    """A file that a tool for evals reads."""

    path: str
    tool: EvalTool
    tree: Node

    def found(self, *names: str) -> Iterator[Node]:
        """Everything in it under one of these keys, and every text that is one of them."""
        for keys, node in self.tree.walk():
            if (keys and keys[-1] in names) or node.text in names:
                yield node


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """A Python file that is an eval: it uses a tool, or its place says so and it asks a model."""

    mod: Mod
    uses: tuple[tuple[EvalTool, Use], ...]
    asks: tuple[Func, ...]
    """Its functions that reach a model."""
    score: tuple[Func, m.Span] | None = None
    """Where answers are scored: a tool is used, or something with the name of a score is computed."""
    harness: Harness | None = None
    """Set where neither a tool nor the place makes it an eval: other code may be in the file."""
    benchmark: bool = False
    """Its place does not say whether answers are measured; what it computes does."""
    live: tuple[LiveEval, ...] = ()
    """Tests in it that ask a real model; whatever else is in the file is no eval."""

    @property
    def functions(self) -> tuple[Func, ...]:
        """What is the eval's own in the file."""
        if self.live:
            return self.asks
        if self.harness is None:
            return self.mod.functions
        return tuple(func for func in self.harness.functions if func.mod is self.mod)

    @property
    def may_be_barred_elsewhere(self) -> bool:
        """Whether a command line or a service may hold the bar."""
        return any(tool.runs for tool, _ in self.uses)

    @property
    def path(self) -> str:
        """Where it is."""
        return self.mod.path

    @property
    def is_eval(self) -> bool:
        """Whether it runs something, not only lies where evals do."""
        return bool(self.uses or self.asks)

    @property
    def evidence(self) -> Evidence:
        """The first place that makes it one."""
        if self.uses:
            tool, use = min(self.uses, key=lambda one: one[1].span.line)
            return Evidence(self.path, use.span.line, f"{tool.name}: `{use.name}`")
        if self.live:
            test, what = self.live[0], "asks a real model and compares the answer"
            return Evidence(self.path, test.span.line, f"`{test.func.qualname}` {what}")
        if self.harness is not None:
            func, scored = self.harness.func, f"{self.harness.where.path}:{self.harness.span.line}"
            what = f"`{func.qualname or self.path}` asks about each case; {scored} scores the answer"
            return Evidence(self.path, func.facts.span.line, what)
        if self.asks:
            # The module's own code is named only where no function of it asks.
            func = min(self.asks, key=lambda func: (func.facts.kind == "module", func.facts.span.line))
            return Evidence(self.path, func.facts.span.line, f"`{func.qualname or self.path}` asks the model")
        return Evidence(self.path, 1, "a file where evals are")


class Evals:
    """Answers about the evals of one package; made once per subject (``subject.once(Evals)``)."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.table = read("evals", EvalsFile)

    @functools.cached_property
    def configs(self) -> tuple[Config, ...]:
        """Configurations with what their tool needs; a file of the right name alone is none."""
        return tuple(config for config in self._named if self._has_keys(config))

    @functools.cached_property
    def empty_configs(self) -> tuple[Config, ...]:
        """Those that hold no case."""
        return tuple(config for config in self._named if not self._has_keys(config))

    @functools.cached_property
    def _named(self) -> tuple[Config, ...]:
        repository = self.subject.repository
        return tuple(
            Config(path, tool, tree)
            for tool in self.table.tool
            for path in repository.matching(tool.files)
            for tree in repository.trees(path)[:1]
        )

    @staticmethod
    def _has_keys(config: Config) -> bool:
        return not config.tool.keys or any(
            (node := config.tree.get(key)) is not None and bool(node.value) for key in config.tool.keys
        )

    @functools.cached_property
    def scripts(self) -> tuple[Script, ...]:
        """Python files that use a tool for evals, or lie where evals do."""
        project = self.subject.with_tests
        uses: dict[Mod, list[tuple[EvalTool, Use]]] = {}
        for tool in self.table.tool:
            for use in self.subject.uses(*tool.calls):
                uses.setdefault(use.func.mod, []).append((tool, use))
        found = []
        for mod in project.modules:
            if mod in uses or (is_eval(mod.path) and not mod.production):
                asks = tuple(
                    f for f in mod.functions if f.facts.kind != "lambda" and project.reach.reaches(f)
                )
                of_mod = tuple(uses.get(mod, ()))
                found.append(Script(mod, of_mod, asks, self._score(mod, of_mod)))
        found += self._benchmarks({script.mod for script in found})
        known = {script.mod for script in found if script.is_eval}
        for one in self.subject.once(Harnesses).all:
            if one.compared and one.func.mod not in known:
                known.add(one.func.mod)
                found.append(Script(one.func.mod, (), (one.func,), (one.where, one.span), one))
        for mod, live in self.subject.once(LiveEvals).by_module.items():
            if mod not in known:
                found.append(Script(mod, (), tuple(one.func for one in live), live=tuple(live)))
        return tuple(found)

    def _benchmarks(self, known: set[Mod]) -> Iterator[Script]:
        """Files where benchmarks are that ask a model and compute which share of its answers is good."""
        project, words = self.subject.with_tests, self.table.words
        paths = set(self.subject.repository.matching(words.benchmarks))
        for mod in project.modules:
            if mod.path not in paths or mod in known or not self.subject.within(mod.path):
                continue
            asks = tuple(f for f in mod.functions if f.facts.kind == "function" and project.reach.reaches(f))
            score = next(self._shares(mod), None)
            if asks and score is not None:
                yield Script(mod, (), asks, score, benchmark=True)

    def _shares(self, mod: Mod) -> Iterator[tuple[Func, m.Span]]:
        """``pass_rate = passed / len(cases)``."""
        for func in mod.functions:
            for stmt in func.statements:
                if isinstance(stmt, m.Assign) and stmt.value is not None:
                    divided = (isinstance(n, m.BinOp) and n.op == "/" for n in walk.expressions(stmt.value))
                    if any(map(self.measures, stmt.targets)) and any(divided):
                        yield func, stmt.span

    def measures(self, expr: m.Expr) -> bool:
        """Whether something has the name of what a benchmark of answers computes."""
        return not set(name_of(expr).lower().split("_")).isdisjoint(self.table.words.measures)

    @functools.cached_property
    def scoring(self) -> tuple[Harness, ...]:
        """Code that asks about each of some cases kept here and averages scores, by what is not seen."""
        return tuple(
            one
            for one in self.subject.once(Harnesses).all
            if not one.compared and any(cases.number for cases in self._of_files(self._named_by(one.texts)))
        )

    def _score(self, mod: Mod, uses: tuple[tuple[EvalTool, Use], ...]) -> tuple[Func, m.Span] | None:
        for func in mod.functions:
            for stmt in func.statements:
                if isinstance(stmt, m.Assign) and any(
                    isinstance(name, m.Name) and self.is_score(name.id) for name in stmt.targets
                ):
                    return func, stmt.span
            if func.facts.kind == "function" and self.is_score(func.name):
                return func, func.facts.span
        return next(((use.func, use.span) for _, use in uses), None)

    def is_score(self, name: str) -> bool:
        """Whether something of this name is a score (``pass_rate``, ``accuracy``)."""
        parts = name.lower().split("_")
        return any(part.startswith(word) for part in parts for word in self.table.words.scores)

    @functools.cached_property
    def running(self) -> tuple[Script, ...]:
        """The scripts that are evals."""
        return () if self.frameworks else self._possible

    @functools.cached_property
    def frameworks(self) -> tuple[Script, ...]:
        """Code for evals that others may write: nothing here runs it, and no case is kept for it."""
        scripts = self._possible
        if (
            self.configs
            or any(s.uses or s.harness or s.live for s in scripts)
            or any(self._cases_of(scripts))
        ):
            return ()
        asks = [func for script in scripts for func in script.asks]
        files = [script.mod for script in self.scripts]
        return scripts if is_only_offered(asks, files, self.subject.with_tests) else ()

    @functools.cached_property
    def _possible(self) -> tuple[Script, ...]:
        return tuple(script for script in self.scripts if script.is_eval)

    @property
    def suite(self) -> list[Evidence]:
        """Every eval, one place each."""
        configs = [Evidence(c.path, c.tree.line, f"{c.tool.name} configuration") for c in self.configs]
        return [*configs, *(script.evidence for script in self.running)]

    @functools.cached_property
    def unread(self) -> tuple[Evidence, ...]:
        """Files of evals in languages that are not read: what they do is not known."""
        words, repository = self.table.words, self.subject.repository
        about = re.compile(words.about_models, re.IGNORECASE)
        found = []
        for path in repository.matching(words.other_languages):
            for hit in repository.search(path, about):
                found.append(Evidence(path, hit.line, "evals in another language"))
                break
        return tuple(found)

    # -- cases ----------------------------------------------------------------------------------

    @functools.cached_property
    def cases(self) -> tuple[Cases, ...]:
        """What is in the data of the evals, file by file; files without a case are left out."""
        return tuple({cases.path: cases for cases in self._cases_of(self.running)}.values())

    def _cases_of(self, scripts: tuple[Script, ...]) -> Iterator[Cases]:
        words, repository = self.table.words, self.subject.repository
        paths = dict.fromkeys((*repository.matching(words.data), *self._mentioned(scripts)))
        found = [*self._of_files(paths)]
        found += [
            cases_of_file(repository, path, words, True) for path in repository.matching(words.named_data)
        ]
        found += [cases_of_file(repository, config.path, words) for config in self.configs]
        found += [cases_of_python(s.mod, words) for s in scripts if s.harness is None and not s.live]
        found += [
            Cases(s.path, s.live[0].func.facts.span.line, sum(one.number for one in s.live))
            for s in scripts
            if s.live
        ]
        found += [cases_of_python(s.mod, words, asks=False) for s in self.scripts if not s.is_eval]
        return (cases for cases in found if cases.number)

    def _of_files(self, named: Iterable[str]) -> Iterator[Cases]:
        repository = self.subject.repository
        paths = (path for name in named for path in indexed(repository, name, DATA))
        return (cases_of_file(repository, path, self.table.words) for path in dict.fromkeys(paths))

    def _mentioned(self, scripts: tuple[Script, ...]) -> Iterator[str]:
        """Files of data that evals name."""
        whole = [script.mod for script in scripts if script.harness is None and not script.live]
        texts = [text for mod in whole for text in _texts(mod)]
        texts += [node.text for config in self.configs for _, node in config.tree.walk()]
        yield from self._files(texts)
        harnesses = [script.harness for script in scripts if script.harness is not None]
        for harness in (*harnesses, *self.scoring):
            yield from self._named_by(harness.texts)

    def _named_by(self, texts: Iterable[str]) -> Iterator[str]:
        """The same of code that is an eval by what it does: without its results and settings."""
        aside = set(self.table.harness.aside)
        for path in self._files(texts):
            if aside.isdisjoint(re.split(r"[^a-z0-9]+", path.rsplit("/", 1)[-1].lower())):
                yield path

    def _files(self, texts: Iterable[str]) -> Iterator[str]:
        known = {name.rsplit("/", 1)[-1]: name for name in texts if name.lower().endswith(DATA)}
        for path in self.subject.repository.paths if known else ():
            name = known.get(path.rsplit("/", 1)[-1])
            if name is not None and f"/{path}".endswith("/" + name.removeprefix("file://").lstrip("./")):
                yield path


def _texts(mod: Mod) -> Iterator[str]:
    for func in mod.functions:
        for node in func.nodes:
            if isinstance(node, m.Text):
                yield node.value
