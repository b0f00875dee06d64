"""Attacks that somebody tried on the program, and can try again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.evals import Evals
from llmlint.audit.model import CriterionResult, Evidence, met, missing, one_per_line, vague
from llmlint.audit.prose import either
from llmlint.audit.runs import runs
from llmlint.audit.subject import Subject
from llmlint.audit.tables.security import SecurityFile, SecurityTool
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.scopes import Mod
from llmlint.project.testing import Tests


def injection_tests(subject: Subject) -> CriterionResult:
    """A tool that attacks, tests with what attackers write, or cases of the evals."""
    tools = [tool for tool in read("security", SecurityFile).tool if tool.kind == "attack"]
    tests = [_AttackTest(subject, mod) for mod in _test_modules(subject)]
    firm = [place for tool in tools for place in _of_tool(subject, tool)]
    firm += [place for one in tests if one.asserts for place in one.prompts[:1]]
    run, idle = _data(subject, tests)
    firm += run
    if firm:
        return met(one_per_line(firm))
    unasserted = [place for one in tests for place in one.prompts[:1]]
    if unasserted:
        return vague(unasserted, "nothing is asserted about what comes of it")
    if idle:
        return vague(idle, "attacks that nothing runs")
    on_tools = [place for one in tests if one.asserts for place in one.arguments[:1]]
    if on_tools:
        return vague(on_tools, "attacks on tools, none on the model")
    named = [place for one in tests if one.asserts for place in one.named[:1]]
    return vague(named, "attacks by their name, without an attacker's words") if named else missing()


def _of_tool(subject: Subject, tool: SecurityTool) -> Iterator[Evidence]:
    for use in subject.uses(*tool.calls):
        yield Evidence(use.func.path, use.span.line, f"{tool.name}: `{use.name}`")
    for path in subject.repository.matching(tool.files):
        for tree in subject.repository.trees(path)[:1]:
            nodes = (tree.get(*key.split(".")) for key in tool.keys)
            for node in [one for one in nodes if one is not None and one.value][:1]:
                yield Evidence(path, node.line, f"{tool.name} configuration")
    for run in runs(subject.repository, tool.commands):
        yield Evidence(run.path, run.line, f"{tool.name}: `{run.text[:60]}`")


def _test_modules(subject: Subject) -> list[Mod]:
    project = subject.with_tests
    tests = Tests(project.modules, project.graph, project.evaluator, project.catalogue)
    scripts = {script.mod for script in subject.once(Evals).scripts}
    places = set(subject.repository.matching(read("security", SecurityFile).words.attack_places))
    return [
        mod
        for mod in project.modules
        if not mod.production
        and subject.within(mod.path)
        and (mod in scripts or mod.path in places or tests.is_test_file(mod.path))
    ]


class _AttackTest:
    """What one file of tests or evals tries."""

    def __init__(self, subject: Subject, mod: Mod) -> None:
        words = read("security", SecurityFile).words
        self.texts = list(_texts(mod))
        self.prompts = list(self._found(mod, either(words.attack_texts)))
        self.arguments = list(self._found(mod, either(words.tool_attacks)))
        self.named = [
            subject.at(func, func.facts.span, f"`{func.name}`")
            for func in mod.functions
            if func.name.startswith("test") and _is_attack(func.name, words.attack_names, words.not_attacks)
        ]
        self.asserts = any(_asserts(subject, mod))

    def _found(self, mod: Mod, pattern: re.Pattern[str]) -> Iterator[Evidence]:
        for text in self.texts:
            match = pattern.search(text.value)
            if match:
                line = text.span.line + text.value.count("\n", 0, match.start())
                yield Evidence(mod.path, line, f"“{' '.join(match[0].split())[:60]}”")


def _is_attack(name: str, parts: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return any(part in name for part in parts) and not any(part in name for part in others)


def _texts(mod: Mod) -> Iterator[m.Text]:
    """What is said in code; what is only said about it (docstrings) left out."""
    for func in mod.functions:
        said = {id(stmt.value) for stmt in func.statements if isinstance(stmt, m.ExprStmt)}
        yield from (n for n in func.nodes if isinstance(n, m.Text) and id(n) not in said)
        for decorator in func.facts.decorators:
            yield from (n for n in walk.expressions(decorator) if isinstance(n, m.Text))


def _asserts(subject: Subject, mod: Mod) -> Iterator[bool]:
    for func in mod.functions:
        yield from (True for stmt in func.statements if isinstance(stmt, m.Assert))
        for site in subject.with_tests.graph.sites[func]:
            callee = site.call.func
            name = callee.name if isinstance(callee, m.Attr) else getattr(callee, "id", "")
            if str(name).startswith("assert") or name in ("raises", "fail", "assertRaises"):
                yield True


def _data(subject: Subject, tests: list[_AttackTest]) -> tuple[list[Evidence], list[Evidence]]:
    """Files of cases with attacks: those that evals or tests run, and the others."""
    words, evals = read("security", SecurityFile).words, subject.once(Evals)
    pattern = either(words.attack_texts)
    cases = {one.path for one in evals.cases if not one.path.endswith(".py")}
    mentioned = {posixpath.basename(text.value) for one in tests for text in one.texts}
    run: list[Evidence] = []
    idle: list[Evidence] = []
    for path in dict.fromkeys((*sorted(cases), *subject.repository.matching(words.attack_data))):
        for hit in subject.repository.search(path, pattern):
            is_run = (path in cases and bool(evals.suite)) or posixpath.basename(path) in mentioned
            place = Evidence(path, hit.line, f"“{' '.join(hit.match[0].split())[:60]}”")
            (run if is_run else idle).append(place)
            break
    return run, idle


DETECTORS = {"security.injection_tests": injection_tests}
