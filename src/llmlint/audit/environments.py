"""Files with the settings of one machine: whether git leaves them out, and whether one with keys is here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from llmlint.audit.catalogue import read
from llmlint.audit.model import Evidence
from llmlint.audit.tables.security import SecurityFile
from llmlint.repository.files import Repository
from llmlint.source.ignoring import PatternError, patterns

_SETTING = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*[\"']?([^\s\"'#]*)", re.MULTILINE)
_PLACEHOLDER = re.compile(
    r"your|change|example|placeholder|replace|insert|dummy|xxx|\.\.\.|todo|here|<|\$\{|^(?:none|null|secret|password|admin|postgres|test|local\w*|true|false|\d+)$",
    re.IGNORECASE,
)
_SHORTEST = 12
"""Characters: less is the password of a container, not a key."""


def has_rules(repository: Repository) -> bool:
    """Whether any ``.gitignore`` is here: where there is none, what it would leave out is not known."""
    return bool(repository.matching((".gitignore",)))


def ignored(repository: Repository) -> Evidence | None:
    """The line of a ``.gitignore`` that leaves out ``.env`` beside it."""
    for path in sorted(repository.matching((".gitignore",)), key=lambda path: path.count("/")):
        found = None
        for number, line in enumerate(repository.text(path).splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                verdict = patterns([line]).check_file(".env").include
            except PatternError:
                continue
            if verdict is not None:
                found = Evidence(path, number, f"`{line.strip()}`") if verdict else None
        if found is not None:
            return found
    return None


def kept(repository: Repository) -> Iterator[Evidence]:
    """Secrets with a value in files of settings that are in the repository; the value is not shown."""
    words = read("security", SecurityFile).words
    secret = re.compile(words.secret_names, re.IGNORECASE)
    for path in repository.matching(words.environment_files):
        parts = re.split(r"[._-]", posixpath.basename(path).lower())
        if set(parts) & set(words.example_environments):
            continue
        for hit in repository.search(path, _SETTING):
            key, value = hit.match[1], hit.match[2]
            if secret.search(key) and len(value) >= _SHORTEST and not _PLACEHOLDER.search(value):
                yield Evidence(path, hit.line, f"`{key}` has a value here")
