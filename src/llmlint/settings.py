"""``[tool.llmlint]``: what a project tells llmlint, read once and checked completely.

The table stands in ``pyproject.toml``, or its keys at the top level of ``llmlint.toml``. A mistake is
an error that names file and line: a setting that silently does nothing is worse than none.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import tomli

from llmlint.catalogue.additions import Own, read_beside
from llmlint.model.options import Options, Owned
from llmlint.model.rule import Confidence, Ranked, Severity
from llmlint.registry import Layer, UnknownRule, check_code
from llmlint.source.ignoring import PatternError, patterns
from llmlint.source.roots import OWN_FILE, configuration_in
from llmlint.source.tomllines import line_of, line_of_syntax_error

if TYPE_CHECKING:
    from llmlint.audit.configuration import AuditSettings

R = TypeVar("R", bound=Ranked)

NOT_PRODUCTION = (
    "test/",
    "tests/",
    "testing/",
    "test_*.py",
    "*_test.py",
    "tests.py",
    "conftest.py",
    "e2e/",
    "example/",
    "examples/",
    "demo/",
    "demos/",
    "*[-_]demo/",
    "*[-_]demos/",
    "*[-_]examples/",
    "test-*/",
    "sample/",
    "samples/",
    "tutorial/",
    "tutorials/",
    "cookbook/",
    "cookbooks/",
    "doc/",
    "docs/",
    "docs_src/",
    "notebook/",
    "notebooks/",
    "bench/",
    "benchmark/",
    "benchmarks/",
    "eval/",
    "evals/",
    "evaluation/",
    "evaluations/",
    "experiments/",
    "noxfile.py",
    "setup.py",
)
"""Code that is not production: most rules are silent there."""

PROMPT_MODULES = (
    "prompt/",
    "prompts/",
    "prompt.py",
    "prompts.py",
    "*_prompt.py",
    "*_prompts.py",
    "prompts_*.py",
    "prompt_templates/",
    "prompt_template.py",
    "prompt_templates.py",
    "system_prompt*.py",
)
"""Modules made for prompts: a prompt there is where it belongs."""

KEYS = (
    "select",
    "ignore",
    "extend-select",
    "min-severity",
    "min-confidence",
    "exclude",
    "not-production",
    "prompt-modules",
    "owners",
    "path-reads",
    "cache",
    "dated-models",
    "per-path-ignores",
    "catalogue",
    "audit",
)


class SettingsError(Exception):
    """A configuration that cannot be used, with the place of the mistake."""

    def __init__(self, file: Path, line: int, message: str) -> None:
        super().__init__(f"{file.name}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True)
class Settings:
    """The settings of one project. All patterns are those of ``.gitignore``, relative to its root."""

    file: Path | None = None
    layer: Layer = field(default_factory=Layer)
    exclude: tuple[str, ...] = ()
    not_production: tuple[str, ...] = NOT_PRODUCTION
    prompt_modules: tuple[str, ...] = PROMPT_MODULES
    cache: bool = True
    """Whether a run may leave what it extracted in the project's root."""
    options: Options = field(default_factory=Options)
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: Own = field(default_factory=Own)
    """What the project adds to the catalogue."""
    audit_table: Any = None
    """``[tool.llmlint.audit]`` when there is one, already checked."""

    @property
    def audit(self) -> AuditSettings:
        """What is asked of the audit. Only the audit asks: nothing of it is imported for anything else."""
        from llmlint.audit.configuration import AuditSettings

        found: AuditSettings = self.audit_table or AuditSettings()
        return found

    def audit_at(self, root: Path) -> AuditSettings:
        """What is asked of the project at ``root``, with the places of attestations relative to it.

        Raises ``SettingsError`` when a package is no folder there: a misspelt one must not pass unseen.
        """
        found, file = self.audit, self.file or root
        for package in found.packages:
            if not (root / package).is_dir():
                message = f"`packages` names `{package}`, and {root} has no such folder"
                raise SettingsError(file, found.packages_line, message)
        path = _relative(file, root)
        return replace(found, attestations=tuple(replace(one, path=path) for one in found.attestations))

    def asking(self, least: int) -> Settings:
        """The settings with another least level of every axis; what is asked of single axes stays."""
        return replace(self, audit_table=replace(self.audit, fail_under=least))

    def is_production(self, path: str) -> bool:
        """Whether the file at this path (relative to the root) runs in production."""
        return not _matches(self.not_production, path)

    def is_prompt_module(self, path: str) -> bool:
        """Whether the file is made for prompts."""
        return _matches(self.prompt_modules, path)

    def ignoring_pattern(self, path: str, code: str) -> str | None:
        """The pattern of ``per-path-ignores`` that covers this code in this file."""
        for pattern, codes in self.per_path_ignores.items():
            if code.startswith(codes) and _matches((pattern,), path):
                return pattern
        return None


def _relative(file: Path, root: Path) -> str:
    try:
        return Path(os.path.relpath(file, root)).as_posix()
    except ValueError:  # another drive
        return file.name


def _matches(globs: tuple[str, ...], path: str) -> bool:
    return _compiled(globs).match_file(path)


_compiled = functools.lru_cache(maxsize=64)(patterns)


def load(root: Path) -> Settings:
    """The settings of the project at ``root``; the defaults when it has no configuration."""
    file = configuration_in(root)
    return Settings(own=read_beside(root)) if file is None else read(file)


def read(file: Path) -> Settings:
    """The settings in one file; raises ``SettingsError``."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(file, 1, f"cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(file, 1, "is not valid UTF-8") from error
    try:
        data = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(file, line_of_syntax_error(error, text), f"is not valid TOML: {error}") from error
    if file.name == OWN_FILE or "tool" not in data:
        table: object = data
        prefix: tuple[str, ...] = ()
    else:
        tool = data["tool"]
        prefix = ("tool", "llmlint")
        table = tool.get("llmlint", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise SettingsError(file, 1, "`tool.llmlint` is not a table")
    return _Reader(file, text, table, prefix).settings()


class _Reader:
    def __init__(self, file: Path, text: str, table: Mapping[str, object], prefix: tuple[str, ...]) -> None:
        self.file = file
        self.text = text
        self.table = table
        self.prefix = prefix

    def settings(self) -> Settings:
        for key in self.table:
            if key not in KEYS:
                import difflib

                near = difflib.get_close_matches(key.replace("_", "-").lower(), KEYS, 1, 0.5)
                hint = f", did you mean `{near[0]}`?" if near else f"; known are {', '.join(KEYS)}"
                raise self.error(key, f"unknown key `{key}`{hint}")
        select = self.codes("select") if "select" in self.table else None
        return Settings(
            file=self.file,
            layer=Layer(
                select,
                self.codes("extend-select"),
                self.codes("ignore"),
                self.word("min-severity", Severity),
                self.word("min-confidence", Confidence),
            ),
            exclude=self.globs("exclude", ()),
            not_production=self.globs("not-production", NOT_PRODUCTION),
            prompt_modules=self.globs("prompt-modules", PROMPT_MODULES),
            cache=self.switch("cache", default=True),
            options=Options(
                path_reads=self.switch("path-reads"),
                dated_models=self.switch("dated-models"),
                owners=tuple(self.owners()),
            ),
            per_path_ignores=self.per_path_ignores(),
            own=self.own(),
            audit_table=self.audit() if "audit" in self.table else None,
        )

    def audit(self) -> AuditSettings:
        from llmlint.audit import configuration

        def line(*keys: str | int) -> int:
            return line_of(self.text, (*self.prefix, "audit", *keys))

        try:
            found = configuration.read(self.table["audit"])
        except configuration.MistakeError as error:
            raise SettingsError(self.file, line(*error.keys), error.message) from error
        placed = [
            replace(one, line=line("attest", number, "criterion"))
            for number, one in enumerate(found.attestations)
        ]
        return replace(found, attestations=tuple(placed), packages_line=line("packages"))

    def owners(self) -> Iterator[Owned]:
        key = "owners"
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            raise self.error(key, f"`{key}` is not a table of patterns and owners")
        for glob, names in table.items():
            self.check_glob(key, glob)
            found = self.strings(glob, names)
            yield Owned(glob, found, self.file.name, line_of(self.text, (*self.prefix, key, glob)))

    def own(self) -> Own:
        found = read_beside(self.file.parent)
        if "catalogue" in self.table:
            from llmlint.catalogue.own import read_table

            inside = read_table(self.file, self.text, self.table["catalogue"], (*self.prefix, "catalogue"))
            found = inside + found
        return found

    def error(self, key: str, message: str, value: str = "") -> SettingsError:
        return SettingsError(self.file, self.line_of(key, value), message)

    def line_of(self, key: str, value: str = "") -> int:
        """The line of a key, or of a string in its value. tomli does not say, so we look for it.

        Only the own table is looked at, since other tools have keys of the same names.
        """
        lines = self.text.splitlines()
        own = self.file.name == OWN_FILE
        start = next((n for n, line in enumerate(lines) if not own and re.match(_HEADER, line)), 0)
        quoted = rf"""["']?{re.escape(key)}["']?"""
        of_key = re.compile(rf"\s*(?:tool\.llmlint\.)?{quoted}\s*[=.]|\s*\[.*\b{re.escape(key)}[\"']?\s*\]")
        found = next((n for n in range(start, len(lines)) if of_key.match(lines[n])), start)
        if value:
            found = next((n for n in range(found, len(lines)) if f'"{value}"' in _double(lines[n])), found)
        return found + 1

    def strings(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, f"`{key}` is not a list of strings")
        return tuple(value)

    def switch(self, key: str, default: bool = False) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"`{key}` is neither true nor false")
        return value

    def word(self, key: str, words: type[R]) -> R | None:
        """One of the words of an enumeration; None where the key is absent."""
        value = self.table.get(key)
        if value is None:
            return None
        known = [word.value for word in words]
        if value not in known:
            raise self.error(key, f"`{key}` is none of {', '.join(known)}")
        return words(value)

    def codes(self, key: str) -> tuple[str, ...]:
        found = self.strings(key, self.table.get(key, []))
        return self.checked(key, found)

    def checked(self, key: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        for code in codes:
            try:
                check_code(code)
            except UnknownRule as error:
                raise self.error(key, f"{error} (in `{key}`)", code) from error
        return codes

    def globs(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        if key not in self.table:
            return default
        found = self.strings(key, self.table[key])
        for glob in found:
            self.check_glob(key, glob)
        return found

    def check_glob(self, key: str, glob: str) -> None:
        try:
            patterns((glob,))
        except PatternError as error:
            raise self.error(key, f"`{glob}` is not a pattern (in `{key}`)", glob) from error

    def per_path_ignores(self) -> dict[str, tuple[str, ...]]:
        key = "per-path-ignores"
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            raise self.error(key, f"`{key}` is not a table of patterns and codes")
        found = {}
        for glob, codes in table.items():
            self.check_glob(key, glob)
            found[glob] = self.checked(glob, self.strings(glob, codes))
        return found


_HEADER = re.compile(r"""\s*\[{0,2}\s*tool\s*\.\s*["']?llmlint\b""")


def _double(line: str) -> str:
    return line.replace("'", '"')
