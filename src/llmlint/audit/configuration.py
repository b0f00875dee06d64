"""``[tool.llmlint.audit]``: what is asked of each axis, what people attest, what the packages are.

```toml
[tool.llmlint.audit]
fail-under = 3                       # every axis
packages = ["services/chat", "services/search"]

[tool.llmlint.audit.minimum]         # single axes
evals = 4

[tool.llmlint.audit.expiry]          # days, down from the criterion's own
"rollback.rehearsed" = 14

[[tool.llmlint.audit.attest]]
criterion = "rollback.rehearsed"
who = "Ada Lovelace"
link = "https://wiki.example.org/rollback-2026-05"
date = 2026-05-20
```
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from llmlint.audit.criteria import AXIS_WORDS, criteria, expiry

KEYS = ("fail-under", "minimum", "packages", "expiry", "attest")
_ATTESTED = ("criterion", "who", "link", "date")
_LEVELS = range(6)
Keys = tuple[str | int, ...]


class MistakeError(Exception):
    """Something in the table that cannot be; ``keys`` lead to it from the table."""

    def __init__(self, keys: Keys, message: str) -> None:
        super().__init__(message)
        self.keys = keys
        self.message = message


@dataclass(frozen=True, slots=True)
class Attestation:
    """A person's word that a criterion is met."""

    criterion: str
    who: str
    link: str
    date: datetime.date
    path: str = ""
    line: int = 1
    """Where it stands, which is its evidence."""


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """What a project asks of its audit."""

    fail_under: int = 0
    """The least level of every axis; 0 asks for nothing."""
    minimum: Mapping[int, int] = field(default_factory=dict)
    """The least level of single axes, in place of ``fail_under``."""
    packages: tuple[str, ...] = ()
    """Folders below the root that are audited one by one; empty: the project is one."""
    packages_line: int = 1
    """Where they are named."""
    expiry: Mapping[str, int] = field(default_factory=dict)
    """Days for which attestations hold, where fewer than the criterion's own."""
    attestations: tuple[Attestation, ...] = ()

    def least(self, axis: int) -> int:
        """The level that is asked of an axis."""
        return self.minimum.get(axis, self.fail_under)

    def holds(self, criterion: str) -> int:
        """For how many days an attestation of a criterion holds."""
        return self.expiry.get(criterion, expiry(criteria()[criterion]))


def read(table: object) -> AuditSettings:
    """The settings in a parsed table; raises ``MistakeError``. Lines are the caller's to add (``placed``)."""
    if not isinstance(table, dict):
        raise MistakeError((), "`audit` is not a table")
    for key in table:
        if key not in KEYS:
            raise MistakeError((key,), f"unknown key `{key}` in `audit`{_near(key, KEYS)}")
    return AuditSettings(
        fail_under=_level(table.get("fail-under", 0), ("fail-under",)),
        minimum=_minimum(table.get("minimum", {})),
        packages=_packages(table.get("packages", [])),
        expiry=_expiry(table.get("expiry", {})),
        attestations=tuple(_attestations(table.get("attest", []))),
    )


def _level(value: object, keys: Keys) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _LEVELS:
        raise MistakeError(keys, f"`{keys[-1]}` is no level from 0 to 5")
    return value


def _minimum(table: object) -> dict[int, int]:
    if not isinstance(table, dict):
        raise MistakeError(("minimum",), "`minimum` is not a table of axes and levels")
    found = {}
    for word, level in table.items():
        if word not in AXIS_WORDS:
            raise MistakeError(("minimum", word), f"`{word}` is no axis{_near(word, AXIS_WORDS)}")
        found[AXIS_WORDS[word]] = _level(level, ("minimum", word))
    return found


def _packages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip("./") for one in value):
        raise MistakeError(("packages",), "`packages` is not a list of folders below the project's root")
    return tuple(one.removeprefix("./").strip("/") for one in value)


def _expiry(table: object) -> dict[str, int]:
    if not isinstance(table, dict):
        raise MistakeError(("expiry",), "`expiry` is not a table of criteria and days")
    for name, days in table.items():
        _known(name, ("expiry", name))
        most = expiry(criteria()[name])
        if isinstance(days, bool) or not isinstance(days, int) or not 0 < days <= most:
            raise MistakeError(("expiry", name), f"`{name}` expires after 1 to {most} days, not more")
    return table


def _attestations(value: object) -> list[Attestation]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise MistakeError(
            ("attest",), "`attest` is not a list of tables: write `[[tool.llmlint.audit.attest]]`"
        )
    return [_attestation(table, ("attest", number)) for number, table in enumerate(value)]


def _attestation(table: dict[str, object], keys: Keys) -> Attestation:
    for key in table:
        if key not in _ATTESTED:
            raise MistakeError((*keys, key), f"unknown key `{key}` in `attest`{_near(key, _ATTESTED)}")
    texts = {}
    for key in ("criterion", "who", "link"):
        text = table.get(key)
        if not isinstance(text, str) or not text.strip():
            raise MistakeError((*keys, key) if key in table else keys, f"an attestation needs `{key}`")
        texts[key] = text.strip()
    _known(texts["criterion"], (*keys, "criterion"))
    day = _date(table.get("date"), keys)
    return Attestation(texts["criterion"], texts["who"], texts["link"], day)


def _date(value: object, keys: Keys) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise MistakeError((*keys, "date"), "an attestation needs a `date` such as 2026-05-20")


def _known(name: str, keys: Keys) -> None:
    if name not in criteria():
        raise MistakeError(keys, f"`{name}` is no criterion{_near(name, criteria())}")


def _near(word: str, known: object) -> str:
    near = difflib.get_close_matches(word, list(known), 1, 0.5)  # type: ignore[call-overload]
    return f", did you mean `{near[0]}`?" if near else ""
