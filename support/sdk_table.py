"""What llmlint knows of each SDK, as a table for docs/usage/sdks.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from llmlint.catalogue import schema
from llmlint.catalogue.loader import load_files
from llmlint.project.deadlines import describe

SHOWN = 3
"""Names in a cell; the others are counted."""
PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
PROOFS = {"catalogue": "imported", "catalogue-more": "imported", "catalogue-source": "read"}
COLUMNS = ["SDK", "version", "proved", "calls", "default deadline", "set it with", "retries", "output cap"]
COLUMNS += ["tools", "loop limits"]


def sdks() -> str:
    """One row for each SDK that the catalogue has a file about, by name."""
    groups = proofs()
    files = [file for file in load_files() if file.sdk is not None]
    rows = sorted((_row(file, groups) for file in files), key=str.casefold)
    head = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    return "\n".join([*head, *rows]) + "\n"


def proofs() -> dict[str, str]:
    """Distribution → how its tables are proved, by the dependency group it is in."""
    groups = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["dependency-groups"]
    found: dict[str, str] = {}
    for group, how in PROOFS.items():
        for name in groups[group]:
            if isinstance(name, str):
                found.setdefault(_normalised(name), how)
    return found


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _row(file: schema.CatalogueFile, groups: dict[str, str]) -> str:
    sdk = file.sdk
    assert sdk is not None
    packages = _names(sdk.pypi)
    proved = [groups[name] for name in map(_normalised, sdk.pypi) if name in groups]
    cells = [
        f"{sdk.name} ({packages})" if sdk.pypi else sdk.name,
        sdk.version or "–",
        proved[0] if proved else "no",
        _names(_callee(call.path) for call in file.call if call.llm),
        *_deadline(file),
        _retries(file),
        _names(_keyword(path) for path in _caps(file)),
        _names(_callee(tool.path) if tool.path else _method(tool) for tool in file.tool),
        _limits(file.cap),
    ]
    return "| " + " | ".join(cells) + " |"


def _names(names: Iterable[str]) -> str:
    """``a``, ``b``, ``c`` and how many more."""
    unique = list(dict.fromkeys(names))
    shown = ", ".join(f"`{name}`" for name in unique[:SHOWN])
    more = len(unique) - SHOWN
    shown = shown.replace("`__call__`", "calling it")
    return f"{shown}, {more} more" if more > 0 else shown or "–"


def _callee(path: str) -> str:
    """A class or function by its own name, a method with its class before it."""
    parts = path.lstrip("@").split(".")
    owner = next((n for n, part in enumerate(parts) if part[:1].isupper()), None)
    if owner is not None:
        return ".".join(parts[owner:])
    return path if path.count(".") < 3 else ".".join(parts[-3:])


def _caps(file: schema.CatalogueFile) -> list[str]:
    entries: list[schema.Call | schema.Client | schema.Derive] = [*file.call, *file.client, *file.derive]
    return [path for entry in entries for path in entry.cap]


def _method(tool: schema.Tool) -> str:
    return tool.name if tool.on[0].startswith("@") else f"{_callee(tool.on[0])}.{tool.name}"


def _keyword(path: str) -> str:
    return path.rpartition("|")[2]


def _senders(file: schema.CatalogueFile) -> list[schema.Client | schema.Call]:
    """The clients and functions whose deadline is their own."""
    clients = [c for c in file.client if c.kind not in ("derived", "decorator", "factory") and not c.wraps]
    return [*clients, *(call for call in file.call if not call.on)]


def _deadline(file: schema.CatalogueFile) -> tuple[str, str]:
    """The deadlines of requests when nobody says anything, and the parameters that say something."""
    found: dict[str, None] = {}
    for entry in _senders(file):
        if entry.no_deadline:
            found["none"] = None
        elif entry.default_timeout is not None:
            found[describe(entry.default_timeout)] = None
    senders: list[schema.Client | schema.Call] = [*file.client, *file.call]
    entries = [entry for entry in senders if entry.timeout]
    parameters = _names(_keyword(entry.timeout[0]) for entry in entries)
    milliseconds = [_keyword(entry.timeout[0]) for entry in entries if entry.timeout_unit == "ms"]
    for name in dict.fromkeys(milliseconds):
        parameters = parameters.replace(f"`{name}`", f"`{name}` (milliseconds)")
    return ", ".join(found) or "–", parameters


def _retries(file: schema.CatalogueFile) -> str:
    counts = {entry.default_retries for entry in _senders(file) if entry.default_retries is not None}
    return ", ".join(map(str, sorted(counts))) or "–"


def _limits(caps: Iterable[schema.Cap]) -> str:
    return _names(_keyword(cap.param) + ("" if cap.default is None else f"={cap.default}") for cap in caps)
