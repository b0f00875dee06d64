"""Tables of the catalogue about model ids and prompts that are kept elsewhere: what moves, what ends.

What the words mean (class id, group, parameter path) is said in ``schema``. A **vendor** is one service
with model ids of its own: Gemini by its API and by Vertex are two, since the same id ends on two days.
"""

from __future__ import annotations

import datetime

from llmlint.catalogue.tables import Entry


class Vendor(Entry, frozen=True, kw_only=True, eq=False):
    """A service that serves models under ids of its own."""

    id: str
    name: str
    """As people say it: ``OpenAI``."""
    retirements: str
    """The page on which it announces what ends when."""


class Lifecycle(Entry, frozen=True, kw_only=True, eq=False):
    """When models of a vendor are retired, as one source says it."""

    vendor: str
    retired: dict[datetime.date, tuple[str, ...]]
    """Day → the ids that are no longer served from then on."""


class Replacement(Entry, frozen=True, kw_only=True, eq=False):
    """What a vendor says to use instead of a model."""

    vendor: str
    model: str
    by: str


class Snapshots(Entry, frozen=True, kw_only=True, eq=False):
    """Aliases of a vendor and the dated ids behind them, oldest first.

    A model that is not here has no dated id at all, as far as the source knows.
    """

    vendor: str
    of: dict[str, tuple[str, ...]]


class MovingAlias(Entry, frozen=True, kw_only=True, eq=False):
    """How ids say that the model behind them changes."""

    endings: tuple[str, ...]


class ModelApi(Entry, frozen=True, kw_only=True, eq=False):
    """Whose ids a client or function takes.

    The names cover several versions of an SDK, and so do the parameters: one too many only silences.
    """

    names: tuple[str, ...]
    """Dotted names of classes, of functions that make clients, and of functions that send."""
    vendors: tuple[str, ...] = ()
    """Vendors one of which it is; none: not known by the class alone."""
    deployment: bool = False
    """What is given names a deployment of one's own."""
    vertex: tuple[str, ...] = ()
    """Parameters that, given as True, say that it is ``vertex`` and nobody else."""
    elsewhere: tuple[str, ...] = ()
    """Parameter paths that send the requests to a server which may serve anything."""
    globals: tuple[str, ...] = ()
    """Module attributes that do."""
    params: tuple[str, ...] = ()
    """Further constructor parameters that carry the model."""
    home: tuple[str, ...] = ()
    """Beginnings of URLs given to these that are the vendor's own."""
    prefixes: dict[str, str] = {}
    """Beginnings that name the vendor whose id follows (``gemini/``); the longest wins."""
    bare: dict[str, str] = {}
    """Beginnings of ids that are told apart by them (``gpt-``), and their vendors."""


class WrongCap(Entry, frozen=True, kw_only=True, eq=False):
    """A parameter that does not cap the output of these models on this interface."""

    on: tuple[str, ...] = ()
    """Class ids and groups of clients."""
    calls: tuple[str, ...]
    """Paths of methods of ``on``, or dotted names of functions."""
    wrong: tuple[str, ...]
    """Parameter paths."""
    right: str
    models: tuple[str, ...] = ()
    """Beginnings of ids; empty: whatever the model, and wherever the request goes."""
    unless: tuple[str, ...] = ()
    """Beginnings of ids that are meant by ``models`` but behave otherwise."""
    vendor: str = ""
    """With ``models``: the vendor whose ids these are."""
    does: str
    """For the message: what comes of it: ``the request fails with HTTP 400``."""


class ModelDefault(Entry, frozen=True, kw_only=True, eq=False):
    """A function that reads a setting, with a value for when nobody sets it."""

    path: str
    also: tuple[str, ...] = ()
    arg: str
    """Which argument is that value: ``1|default``."""


class RemotePrompt(Entry, frozen=True, kw_only=True, eq=False):
    """A call that fetches a prompt kept elsewhere, or refers to one."""

    path: str = ""
    """Dotted function, class or method (``langsmith.Client.pull_prompt``); or empty with ``on``."""
    also: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    """Class ids and groups of LLM clients."""
    calls: tuple[str, ...] = ()
    """Paths of methods of ``on``."""
    name: str
    """Parameter path that names the prompt."""
    pins: tuple[str, ...] = ()
    """Parameter paths that pin a version, or name a label or an environment that somebody promotes."""
    separator: str = ""
    """What stands between the name and the version inside the name itself (``a/b:1f2e3d4c``)."""
    moving: tuple[str, ...] = ()
    """Literal versions and labels that pin nothing (``latest``)."""
    newest_by_default: bool = True
    """Without a pin the newest version comes; False where a promoted one does, or none."""
