"""The call graph of LLM usage as Mermaid, DOT or JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from llmlint.model.graph import GraphNode, GraphView, NodeKind
from llmlint.reporters.display import printable

_MERMAID = {
    NodeKind.ENTRY: ("([", "])"),
    NodeKind.FUNCTION: ("[", "]"),
    NodeKind.WRAPPER: ("[", "]"),
    NodeKind.SDK_CALL: ("{{", "}}"),
    NodeKind.TOOL: ("[/", "/]"),
    NodeKind.SINK: ("[(", ")]"),
}
_DOT = {
    NodeKind.ENTRY: "oval",
    NodeKind.FUNCTION: "box",
    NodeKind.WRAPPER: "box3d",
    NodeKind.SDK_CALL: "hexagon",
    NodeKind.TOOL: "parallelogram",
    NodeKind.SINK: "cylinder",
}


def _words(node: GraphNode) -> list[str]:
    """What stands in a node, one line each."""
    place = f"{node.path}:{node.line}"
    return [
        printable(line) for line in (node.label, place, *(f"{k}: {v}" for k, v in node.attributes.items()))
    ]


def mermaid(view: GraphView) -> str:
    """A Mermaid flowchart, as GitHub and GitLab render it in Markdown."""
    names = _numbered(view)
    lines = ["flowchart LR"]
    for node in view.nodes:
        opening, closing = _MERMAID[node.kind]
        label = "<br/>".join(_entities(line) for line in _words(node))
        lines.append(f'    {names[node.id]}{opening}"{label}"{closing}:::{_class(node)}')
    for edge in view.edges:
        lines.append(f"    {names[edge.source]} -->|{_entities(edge.kind)}| {names[edge.target]}")
    lines += [
        "    classDef sdk stroke-width:3px",
        "    classDef tool stroke-dasharray:4",
        "    classDef sink stroke:#c00,stroke-width:3px",
    ]
    return "\n".join(lines)


def _class(node: GraphNode) -> str:
    return node.kind.value.partition("-")[0]


def _entities(text: str) -> str:
    """Everything that means something to Mermaid or HTML, as Mermaid's numeric entities."""
    return "".join(c if c.isalnum() or c in " _.,:/()=-" else f"#{ord(c)};" for c in text)


def dot(view: GraphView) -> str:
    """A Graphviz digraph."""
    names = _numbered(view)
    lines = ["digraph llm {", "    rankdir=LR;", "    node [fontname=sans-serif];"]
    for node in view.nodes:
        label = "\\n".join(_escaped(line) for line in _words(node))
        lines.append(f'    {names[node.id]} [shape={_DOT[node.kind]}, label="{label}"];')
    for edge in view.edges:
        lines.append(f'    {names[edge.source]} -> {names[edge.target]} [label="{_escaped(edge.kind)}"];')
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def json_text(view: GraphView) -> str:
    """``{"version": 1, "nodes": [...], "edges": [...]}`` with the fields of ``model/graph.py``."""
    return json.dumps(
        {
            "version": 1,
            "nodes": [
                {
                    "id": node.id,
                    "kind": node.kind.value,
                    "label": node.label,
                    "path": node.path,
                    "line": node.line,
                    "attributes": dict(node.attributes),
                }
                for node in view.nodes
            ],
            "edges": [
                {"from": edge.source, "to": edge.target, "kind": edge.kind, "line": edge.line}
                for edge in view.edges
            ],
        },
        indent=2,
    )


def _numbered(view: GraphView) -> dict[str, str]:
    """Ids may hold anything; ``n0``, ``n1`` … are safe in every format."""
    return {node.id: f"n{number}" for number, node in enumerate(view.nodes)}


def joined(views: Sequence[GraphView]) -> GraphView:
    """Several projects in one picture; ids are kept apart."""
    if len(views) == 1:
        return views[0]
    nodes = [replace(node, id=f"{at}:{node.id}") for at, view in enumerate(views) for node in view.nodes]
    edges = [
        replace(edge, source=f"{at}:{edge.source}", target=f"{at}:{edge.target}")
        for at, view in enumerate(views)
        for edge in view.edges
    ]
    return GraphView(tuple(nodes), tuple(edges))


FORMATS: Mapping[str, Callable[[GraphView], str]] = {"mermaid": mermaid, "dot": dot, "json": json_text}
