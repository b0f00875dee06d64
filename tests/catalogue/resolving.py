"""Finds what a dotted name of the catalogue means in the installed packages."""

from __future__ import annotations

import asyncio
import builtins
import contextvars
import importlib
import inspect
import multiprocessing.pool
import os
import platform
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.catalogue import sources
from tests.catalogue.tables import Table, import_roots

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def normalised(name: str) -> str:
    """A distribution's name as the index compares it."""
    return name.lower().replace("_", "-").replace(".", "-")


FACTORIES: dict[str, Callable[[], Any]] = {
    "asyncio.get_event_loop": lambda: asyncio.AbstractEventLoop,
    "asyncio.get_running_loop": lambda: asyncio.AbstractEventLoop,
    "asyncio.new_event_loop": lambda: asyncio.AbstractEventLoop,
    "multiprocessing.Pool": lambda: multiprocessing.pool.Pool,
    "contextvars.copy_context": lambda: contextvars.Context,
}
"""Functions whose result the catalogue names methods of, and the class of that result."""


@cache
def required() -> frozenset[str]:
    """Distributions that must be there: the dependency groups named by ``LLMLINT_CATALOGUE``."""
    asked = os.environ.get("LLMLINT_CATALOGUE", "")
    if not asked:
        return frozenset()
    groups = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["dependency-groups"]
    names = [name for group in asked.replace("1", "catalogue").split(",") for name in groups[group]]
    return frozenset(normalised(name) for name in names if isinstance(name, str))


def leave_out(distribution: str, reason: str) -> NoReturn:
    """Skip, or fail where the package is one of those that must be there."""
    if normalised(distribution) in required():
        pytest.fail(f"{reason}, although LLMLINT_CATALOGUE asks for it")
    pytest.skip(reason)


def distribution(name: str) -> str | None:
    """The installed version of a distribution; what comes with Python has Python's."""
    if name in ("Python", "CPython"):
        return platform.python_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return sources.version(name)


def check_version(table: Table) -> None:
    """Skip a table whose package is there in an older major version than the one it was read in."""
    if table.read_in is None:
        return
    name, major = table.read_in
    installed = distribution(name)
    if installed and int(installed.split(".")[0]) < major:
        leave_out(name, f"{name} {installed} is older than {major}, which the catalogue speaks of")


def root_of(path: str) -> str:
    """The package a dotted name belongs to."""
    fitting = (root for root in import_roots() if path == root or path.startswith(f"{root}."))
    return next(fitting, path.split(".")[0])


@cache
def package_is_there(root: str) -> bool:
    """Whether a package can be imported."""
    try:
        importlib.import_module(root)
    except ModuleNotFoundError as error:
        # Only the package itself (or the namespace above it) may be missing, not something it needs.
        if error.name and (root == error.name or root.startswith(f"{error.name}.")):
            return False
        raise
    return True


def resolve(path: str, table: Table) -> Any:
    """The object behind a dotted name; skips without its package, fails when that has no such name."""
    check_version(table)
    if hasattr(builtins, path.split(".")[0]):
        path = f"builtins.{path}"
    root = root_of(path)
    if not package_is_there(root):
        read = sources.find(path)
        if read is not None:
            return read
        if sources.find(root) is not None:
            pytest.fail(f"`{path}` is nowhere in the source ({table.entry.source})")
        # Where the distribution in ``source`` is there, the missing package is that of another one.
        absent = table.read_in is not None and distribution(table.read_in[0]) is None
        leave_out(table.read_in[0] if absent and table.read_in else root, f"`{root}` is not installed")
    found = find(path)
    if found is None and table.read_in and distribution(table.read_in[0]) is None:
        # A namespace like `llama_index` is there, its part from another distribution is not.
        leave_out(table.read_in[0], f"{table.read_in[0]} is not installed")
    if found is None:
        pytest.fail(f"`{path}` does not exist ({table.entry.source})")
    return found


def find(path: str) -> Any | None:
    """The object behind a dotted name, or None."""
    for factory, result in FACTORIES.items():
        if path.startswith(f"{factory}."):
            return member(result(), path.removeprefix(f"{factory}."))
    first, *rest = path.split(".")
    if not package_is_there(root_of(path)):
        return sources.find(path)
    name, found = first, importlib.import_module(first)
    for part in rest:
        name = f"{name}.{part}"
        # Attributes first: `litellm.responses` is a function and a module, and users get the function.
        following = member(found, part)
        if following is None and inspect.ismodule(found):
            following = submodule(name)
        if following is None:
            return None
        found = following
    return found


def variable_is_read(name: str, table: Table) -> bool:
    """Whether a file of the distribution that a table's source names mentions an environment variable."""
    check_version(table)
    owner = table.read_in[0] if table.read_in else table.entry.source.split()[0]
    try:
        files = metadata.files(owner) or []
    except metadata.PackageNotFoundError:
        leave_out(owner, f"`{owner}` is not installed")
    texts = (Path(str(f.locate())) for f in files if f.suffix == ".py" and "log" in f.name)
    return any(f'"{name}"' in path.read_text(encoding="utf-8") for path in texts if path.exists())


def submodule(name: str) -> Any | None:
    """A module that its package does not import by itself, or None."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # That a module's own import fails would be another trouble.
        if error.name and name.startswith(error.name):
            return None
        raise


def member(owner: Any, path: str) -> Any | None:
    """``owner.<path>``, or None."""
    for part in path.split("."):
        fields: Any = getattr(owner, "model_fields", {})
        if inspect.isclass(owner) and part in fields:
            return fields[part]
        try:
            owner = getattr(owner, part)
        except AttributeError:
            return None
    return owner


def fields_of(function: Any) -> set[str]:
    """Names a pydantic model takes: its fields and their aliases."""
    fields: Any = getattr(function, "model_fields", None)
    if not inspect.isclass(function) or not isinstance(fields, dict):
        return set()
    names = set(fields)
    for field in fields.values():
        names.update(alias for alias in (field.alias, field.validation_alias) if isinstance(alias, str))
        names.update(str(choice) for choice in getattr(field.validation_alias, "choices", ()))
    return names


def parameters(function: Any) -> list[inspect.Parameter] | None:
    """The parameters of a callable, or None when Python does not tell."""
    try:
        found = list(inspect.signature(function).parameters.values())
    except (ValueError, TypeError):
        return None
    if found and found[0].name in ("self", "_self", "cls"):
        found = found[1:]
    return found


def takes(function: Any, path: str) -> bool:
    """Whether a callable has this parameter, or keyword arguments that may be it."""
    position, _, name = path.rpartition("|")
    name = name.split(".")[0]
    found = parameters(function)
    if found is None or name in fields_of(function):
        return True
    config = getattr(function, "model_config", None)  # of pydantic models
    if isinstance(config, dict) and config.get("extra") == "forbid":
        return False
    if position.isdigit() and found[int(position) :][:1]:
        nameless = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL)
        if found[int(position)].kind in nameless:
            return True
    return any(p.name == name or p.kind is inspect.Parameter.VAR_KEYWORD for p in found)


def check_parameters(function: Any, paths: list[str], what: str) -> None:
    """Each parameter path starts with a parameter of the callable, at the position it says."""
    for path in paths:
        position, _, name = path.rpartition("|")
        first = name.split(".")[0]
        if first in ("*", "self") or first.isdigit():
            continue
        assert takes(function, path), f"{what} has no parameter `{first}`"
        found = parameters(function)
        if position.isdigit() and found is not None and any(p.name == first for p in found):
            names = [p.name for p in found if p.kind is not inspect.Parameter.KEYWORD_ONLY]
            there = names[int(position) : int(position) + 1]
            assert there == [first], f"{what}: number {position} is {there}, not `{first}`"
