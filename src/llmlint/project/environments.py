"""What the names of a function hold at one place of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import compress
from operator import is_not

from llmlint.project import guards
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, Mark, Shape, join

Env = dict[str, Shape]

PROVEN = "\0proven:"
"""Key prefix in an environment: a name has been checked; ``<kind>:<name>`` follows."""

APPROVED = "\0approved"
"""Key in an environment: a person was asked and their answer looked at."""


NEEDS = "\0needs:"
"""Key prefix in an environment: this is reached only where a parameter is true (``1:<name>``) or false."""


def needs(env: Env) -> frozenset[str]:
    """What parameters have to be for control to come here: ``1:<name>`` or ``0:<name>``."""
    return frozenset(name[len(NEEDS) :] for name in env if name.startswith(NEEDS))


def is_own_parameter(name: str, func: Func) -> bool:
    """Whether a name is a parameter that the function never sets."""
    return name in func.params and len(func.bindings.get(name, ())) == 1


def proven(env: Env) -> set[str]:
    """Everything that is proven here, as ``<kind>:<name>``."""
    return {name[len(PROVEN) :] for name in env if name.startswith(PROVEN)}


def by_name(proven: Iterable[str]) -> dict[str, frozenset[str]]:
    """Names and the kinds of sink they are proven harmless for."""
    found: dict[str, frozenset[str]] = {}
    for entry in proven:
        kind, _, name = entry.partition(":")
        found[name] = found.get(name, frozenset()) | {kind}
    return found


def merge(env: Env, ends: list[Env]) -> None:
    """Make ``env`` what holds after any one of ``ends``."""
    if len(ends) == 1:
        if ends[0] is not env:
            only = dict(ends[0])
            env.clear()
            env.update(only)
        return
    merged: Env = dict(ends[0]) if ends else {}
    for end in ends[1:]:
        # Most names are not touched in a branch: those that are, are found without a loop of Python's.
        other = map(end.get, merged)
        for name in tuple(compress(merged, map(is_not, merged.values(), other))):
            if name[0] != "\0":
                merged[name] = join([one.get(name, CLEAN) for one in ends])
            elif name not in end:
                # What is proven or approved holds only where it holds on every way.
                del merged[name]
        if not end.keys() <= merged.keys():
            for name in end:
                if name not in merged and name[0] != "\0":
                    merged[name] = join([one.get(name, CLEAN) for one in ends])
    env.clear()
    env.update(merged)


def settled(before: Env, env: Env, closure: Env, passing: Collection[str] = ()) -> bool:
    """Whether another round of a loop would find what this one found; ``passing`` are set by its head."""
    for name in before:
        if name not in env:
            return False
    for name, shape in env.items():
        known = before.get(name)
        if known is shape or name in passing:
            continue
        if known is not None or not shape.clean or name in closure or name[0] == "\0":
            return False
    return True


def made_safe(shape: Shape, path: list[str], kinds: frozenset[str]) -> Shape:
    """A value of which one field (or all of it) has been checked."""
    if path:
        return shape.with_field(path[0], made_safe(shape.field(path[0]), path[1:], kinds))
    if kinds >= guards.ALL:
        return CLEAN
    return Shape({o: Mark(k.steps, _safe(k.safe, kinds), k.parsed) for o, k in shape.flat().items()})


def _safe(known: frozenset[str], kinds: frozenset[str]) -> frozenset[str]:
    """Safe for more kinds; the beginning of a path says something only of a resolved one."""
    if guards.INSIDE in kinds and guards.RESOLVED in known:
        return known | kinds | {"path"}
    return known | kinds
