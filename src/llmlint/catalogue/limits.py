"""Tables of the catalogue about what bounds the cost of a run: steps, output tokens, histories.

What the words mean (class id, group, parameter path) is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class StepLimit(Entry, frozen=True, kw_only=True, eq=False):
    """How many steps a graph or agent may take when nobody says anything, by version of its package.

    The parameter that says something is that of the ``cap`` tables of the same clients.
    """

    on: tuple[str, ...]
    """Class ids of the clients that run."""
    package: str
    """As the package index calls it."""
    defaults: dict[str, int]
    """From which version on it is how much; older ones stop early by themselves."""
    constant: str = ""
    """Dotted name of the default in the package; empty where there is none to import."""
    tools: str = ""
    """Constructor parameter without which a prebuilt agent answers once."""
    bounded_by: tuple[str, ...] = ()
    """Constructor parameters that may hold a limit of another kind (``middleware``)."""


class GraphBuilder(Entry, frozen=True, kw_only=True, eq=False):
    """How a graph is put together: which methods add nodes and edges, and what they take."""

    on: tuple[str, ...]
    """Class ids and groups of builders."""
    node: str
    node_name: str
    node_action: str
    edge: str
    edge_from: str
    edge_to: str
    branch: str
    branch_from: str
    branch_route: str
    branch_map: str
    routers: dict[str, tuple[str, ...]]
    """Functions that choose by the model's words alone, and the nodes they choose from."""
    pauses: tuple[str, ...]
    """Parameters of what compiles it that name nodes at which a run waits for somebody."""
    interrupts: tuple[str, ...]
    """Functions by which a node waits for somebody."""


class OutputCap(Entry, frozen=True, kw_only=True, eq=False):
    """Clients and functions that, left alone, let an answer be as long as the model allows.

    What caps it is in ``cap`` of their ``client``, ``derive`` and ``call`` tables.
    """

    on: tuple[str, ...] = ()
    """Class ids and groups of clients."""
    functions: tuple[str, ...] = ()
    """Module functions (paths of ``call`` tables)."""
    carriers: tuple[str, ...] = ()
    """Parameters that may hold a cap that we do not look into (``extra_body``)."""


class History(Entry, frozen=True, kw_only=True, eq=False):
    """What is done with a list of messages, and what keeps a conversation short without the list."""

    grows: tuple[str, ...]
    """Methods of a list that add to it."""
    reads: tuple[str, ...]
    """Methods of a list that only look at it."""
    readers: tuple[str, ...]
    """Functions that only look at the list they are given; ``logging.*`` for all of a package."""
    kept_elsewhere: tuple[str, ...]
    """Parameters of calls by which the provider keeps, or cuts, the conversation itself."""
    lists: tuple[str, ...]
    """Functions whose result is a new list without a bound (``list``), as a value or as a factory."""
    maps: tuple[str, ...]
    """Functions whose result holds such lists by key (``collections.defaultdict``)."""
