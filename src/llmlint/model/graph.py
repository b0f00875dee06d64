"""The call graph of LLM usage as plain data, for printing."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class NodeKind(enum.Enum):
    """What a node stands for."""

    ENTRY = "entry"
    """A function from which the outside world comes in: a route, a task, a command."""
    FUNCTION = "function"
    WRAPPER = "wrapper"
    """A project function that calls an SDK itself."""
    SDK_CALL = "sdk-call"
    TOOL = "tool"
    SINK = "sink"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One function, call, tool or sink."""

    id: str
    """Unique within the view; stable between runs on the same source."""
    kind: NodeKind
    label: str
    path: str
    """Relative to the project root, with forward slashes."""
    line: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What applies to it, for people: ``{"timeout": "30 s", "model": "gpt-5"}``."""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """``source`` leads to ``target``."""

    source: str
    target: str
    kind: str = "calls"
    """``calls``, ``sends``, ``registers`` or ``flows``: a verb that reads between the two labels."""
    line: int = 0
    """Where in the source's file; 0 when there is no one place."""


@dataclass(frozen=True, slots=True)
class GraphView:
    """Nodes and edges in the order in which they are printed."""

    nodes: tuple[GraphNode, ...] = ()
    edges: tuple[GraphEdge, ...] = ()
