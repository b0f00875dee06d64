"""Tables of the catalogue about where frameworks begin to call a program, and who sees what fails in it.

What the words mean is said in ``schema``. Handlers of requests and messages are ``input`` tables; here are
the others.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class EntryPoint(Entry, frozen=True, kw_only=True, eq=False):
    """Functions that a framework calls: tasks, jobs, commands."""

    kind: str
    """For messages: ``task``, ``job``, ``command``."""
    paths: tuple[str, ...] = ()
    """Decorators."""
    on: tuple[str, ...] = ()
    """Classes whose methods ``names`` are decorators."""
    names: tuple[str, ...] = ()
    handled_by: tuple[str, ...] = ()
    """Parameters of the decorator by which the framework itself takes care of a failure."""


class FailureHandler(Entry, frozen=True, kw_only=True, eq=False):
    """What takes care of failures that leave an entry point."""

    covers: tuple[str, ...] = ()
    """Import roots of the frameworks it is good for; empty: all."""
    paths: tuple[str, ...] = ()
    """Functions that install it."""
    on: tuple[str, ...] = ()
    """Classes whose methods ``names`` install it, called or as a decorator."""
    names: tuple[str, ...] = ()
    error: str = ""
    """The argument that says which failures; it counts when a provider's are among them, or when unknown."""
    wraps: str = ""
    """The argument that is what handles (or the decorated function): it counts when it has a handler."""
    methods: tuple[str, ...] = ()
    """Methods of classes of the project that are it by their name alone."""
    functions: tuple[str, ...] = ()
    """As ``names`` on a decorator that takes the event from the function's name (``on_error``)."""


class HarmlessDecorator(Entry, frozen=True, kw_only=True, eq=False):
    """Decorators that let a failure of the function pass."""

    paths: tuple[str, ...]


class Fallback(Entry, frozen=True, kw_only=True, eq=False):
    """How an SDK itself is told what to do when a call fails."""

    derives: tuple[str, ...]
    """Methods that make such a client."""
    params: tuple[str, ...]
    """Parameters of calls and constructors."""
