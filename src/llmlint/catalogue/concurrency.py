"""Tables of the catalogue about what runs at the same time, what limits it, and what pauses.

What the words mean (parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class FanOut(Entry, frozen=True, kw_only=True, eq=False):
    """A function that starts what it is given on the event loop, beside everything else there."""

    path: str
    also: tuple[str, ...] = ()
    form: str = "all"
    """``all``: every positional argument is a task (``gather``); ``each``: the elements of ``arg`` are
    (``as_completed``); ``one``: ``arg`` is one task (``create_task``)."""
    arg: str = ""


class Limiter(Entry, frozen=True, kw_only=True, eq=False):
    """A class whose objects let only so many in at a time, or only so many in a while."""

    path: str
    also: tuple[str, ...] = ()


class ClientLimit(Entry, frozen=True, kw_only=True, eq=False):
    """Parameters of clients and calls by which a client itself limits how much it sends at a time."""

    params: tuple[str, ...]
    """Keywords (last names): ``rate_limiter``, ``http_client``."""


class Pause(Entry, frozen=True, kw_only=True, eq=False):
    """A function that waits before it returns (``time.sleep``)."""

    path: str
    also: tuple[str, ...] = ()


class PlainDecorator(Entry, frozen=True, kw_only=True, eq=False):
    """Decorators that leave a function what it is: not on another thread, a coroutine only if it was one."""

    paths: tuple[str, ...]
