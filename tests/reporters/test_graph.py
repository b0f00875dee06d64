from __future__ import annotations

import json
import re

from llmlint.model.graph import GraphEdge, GraphNode, GraphView, NodeKind
from llmlint.reporters.graph import dot, joined, json_text, mermaid

VIEW = GraphView(
    (
        GraphNode("app.main", NodeKind.ENTRY, 'main "quoted" [x] <b>', "app/main.py", 3),
        GraphNode(
            "call:1", NodeKind.SDK_CALL, "chat.create", "app/llm.py", 9, {"timeout": "30 s", "model": "a|b\n"}
        ),
    ),
    (GraphEdge("app.main", "call:1", "calls", 4),),
)


def test_mermaid() -> None:
    assert mermaid(VIEW).splitlines()[:4] == [
        "flowchart LR",
        '    n0(["main #34;quoted#34; #91;x#93; #60;b#62;<br/>app/main.py:3"]):::entry',
        '    n1{{"chat.create<br/>app/llm.py:9<br/>timeout: 30 s<br/>model: a#124;b#92;n"}}:::sdk',
        "    n0 -->|calls| n1",
    ]


def test_dot() -> None:
    assert dot(VIEW).splitlines() == [
        "digraph llm {",
        "    rankdir=LR;",
        "    node [fontname=sans-serif];",
        '    n0 [shape=oval, label="main \\"quoted\\" [x] <b>\\napp/main.py:3"];',
        '    n1 [shape=hexagon, label="chat.create\\napp/llm.py:9\\ntimeout: 30 s\\nmodel: a|b\\\\n"];',
        '    n0 -> n1 [label="calls"];',
        "}",
    ]


def test_json() -> None:
    made = json.loads(json_text(VIEW))
    assert made["version"] == 1
    assert made["nodes"][1] == {
        "id": "call:1",
        "kind": "sdk-call",
        "label": "chat.create",
        "path": "app/llm.py",
        "line": 9,
        "attributes": {"timeout": "30 s", "model": "a|b\n"},
    }
    assert made["edges"] == [{"from": "app.main", "to": "call:1", "kind": "calls", "line": 4}]


def test_an_empty_graph_is_valid_in_every_format() -> None:
    assert mermaid(GraphView()).startswith("flowchart LR\n")
    assert dot(GraphView()).endswith("}")
    assert json.loads(json_text(GraphView())) == {"version": 1, "nodes": [], "edges": []}


def test_several_projects_keep_their_nodes_apart() -> None:
    both = joined([VIEW, VIEW])
    assert len({node.id for node in both.nodes}) == 4
    assert {edge.source for edge in both.edges} == {"0:app.main", "1:app.main"}
    assert re.findall(r"n\d -->\|calls\| n\d", mermaid(both)) == ["n0 -->|calls| n1", "n2 -->|calls| n3"]


def test_every_kind_has_a_shape() -> None:
    view = GraphView(tuple(GraphNode(kind.value, kind, kind.value, "a.py", 1) for kind in NodeKind))
    assert len(mermaid(view).splitlines()) == len(NodeKind) + 4
    assert dot(view).count("shape=") == len(NodeKind)
