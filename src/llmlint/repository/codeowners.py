"""``CODEOWNERS``: who is asked about which files. The last line that fits a path decides, as on the hosts."""

from __future__ import annotations

from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from llmlint.source.ignoring import PatternError, patterns

PLACES = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")


@dataclass(frozen=True, slots=True)
class Ownership:
    """One line: a pattern and its owners, who may be none."""

    pattern: str
    owners: tuple[str, ...]
    line: int


class CodeOwners:
    """One file of owners."""

    def __init__(self, path: str, text: str) -> None:
        """``path`` is where it stands; lines that mean nothing are passed over, as the hosts do."""
        self.path = path
        self.entries: list[Ownership] = []
        self._specs: list[GitIgnoreSpec] = []
        section: tuple[str, ...] = ()
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition(" #")[0].split()
            if not words or words[0].startswith("#"):
                continue
            if words[0].startswith(
                ("[", "^[")
            ):  # a section of GitLab's, whose owners are the default below it
                section = tuple(word for word in words if word.startswith("@") or "@" in word[1:])
                continue
            try:
                spec = patterns([words[0]])
            except PatternError:
                continue
            self.entries.append(Ownership(words[0], tuple(words[1:]) or section, number))
            self._specs.append(spec)

    def of(self, path: str) -> Ownership | None:
        """Who owns the file at this path, relative to the top of the repository; None: nobody is named."""
        for entry, spec in zip(reversed(self.entries), reversed(self._specs), strict=True):
            if spec.match_file(path):
                return entry if entry.owners else None
        return None
