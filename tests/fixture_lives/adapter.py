"""The one place where the fixtures meet the analysis."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Mapping

import llmlint.rules
from llmlint.catalogue.loader import load
from llmlint.facts.extractor import extract
from llmlint.model.finding import Finding
from llmlint.model.rule import Rule
from llmlint.project.project import Project

_NOT_PRODUCTION = re.compile(
    r"(^|/)(tests?|examples?|docs|benchmarks?|evals?|notebooks?)/|(^|/)(test_[^/]*|conftest)\.py$"
)


@functools.cache
def rules() -> dict[str, Rule]:
    """Every rule there is, by code."""
    names = [module.name for module in pkgutil.iter_modules(llmlint.rules.__path__)]
    found = [
        importlib.import_module(f"llmlint.rules.{name}") for name in names if re.match(r"llm\d{3}_", name)
    ]
    return {module.RULE.code: module.RULE for module in found}


def findings_of(files: Mapping[str, str], own: str) -> list[Finding]:
    """What is reported in these files by every default-on rule and the rule ``own``."""
    modules = [extract(path, text) for path, text in sorted(files.items()) if path.endswith(".py")]
    project = Project.build(modules, load(), production=lambda path: not _NOT_PRODUCTION.search(path))
    findings: list[Finding] = []
    for rule in rules().values():
        if rule.check and (rule.default or rule.code == own):
            findings += rule.check(project)
    return sorted(findings, key=lambda finding: (finding.location, finding.code))
