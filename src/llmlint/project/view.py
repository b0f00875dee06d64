"""The call graph of LLM usage, as plain data for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.model.graph import GraphEdge, GraphNode, GraphView, NodeKind
from llmlint.project.calls import LlmCall
from llmlint.project.deadlines import Setting, describe
from llmlint.project.kinds import Data
from llmlint.project.scopes import Func
from llmlint.project.shapes import CONSUMED, HELD, LOG

if TYPE_CHECKING:
    from llmlint.project.project import Project


class _View:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.nodes: dict[str, GraphNode] = {}
        self.edges: dict[tuple[str, str, str], GraphEdge] = {}

    # -- nodes ------------------------------------------------------------------------------------

    def function(self, func: Func) -> str:
        """The node of a function; made when it is first needed."""
        name = func.qualname or "<module>"
        ident = f"{func.path}:{name}:{func.facts.span.line}"
        if ident not in self.nodes:
            self.nodes[ident] = GraphNode(ident, self._kind(func), name, func.path, func.facts.span.line)
        return ident

    def _kind(self, func: Func) -> NodeKind:
        project = self._project
        if project.tools.uses(func):
            return NodeKind.TOOL
        if any(site.call in project.graph.by_call for site in project.graph.sites[func]):
            return NodeKind.WRAPPER
        callers = [e for e in project.graph.callers.get(func, ()) if e.site.func is not func]
        return NodeKind.FUNCTION if callers else NodeKind.ENTRY

    def llm_call(self, call: LlmCall) -> str:
        """The node of an LLM call, with what applies to it."""
        from llmlint.project.wording import callee

        site = call.site
        ident = f"{site.func.path}:{site.call.span.line}:{site.call.span.column}"
        if ident not in self.nodes:
            label = callee(site.call)
            attributes = dict(self._attributes(call))
            self.nodes[ident] = GraphNode(
                ident, NodeKind.SDK_CALL, label, site.func.path, site.call.span.line, attributes
            )
        return ident

    def _attributes(self, call: LlmCall) -> Iterator[tuple[str, str]]:
        project, site = self._project, call.site
        sdk = project.catalogue.sdk_of(call.entry) or (
            project.catalogue.sdk_of(call.client.entry) if call.client else None
        )
        if sdk is not None:
            yield "sdk", sdk.name
        elif call.endpoint is not None:
            yield "provider", call.endpoint.provider
        yield "timeout", self._timeout(call)
        cap = project.deadlines.setting(site.call, site.func, call.entry.cap)
        if call.entry.cap:
            yield "cap", _shown(cap, "tokens")
        model = self._text(call.entry.model, site.call, site.func)
        if model is None and call.client is not None and call.client.site is not None:
            made = call.client.site
            model = self._text(call.client.entry.model, made.call, made.func)
        yield "model", model or "not known here"

    def _timeout(self, call: LlmCall) -> str:
        deadlines = self._project.deadlines
        setting = deadlines.at_call(call)
        default, unlimited = call.entry.default_timeout, call.entry.no_deadline
        if setting.state == "absent" and call.client is not None:
            setting = deadlines.constructor(call.client)
            default, unlimited = call.client.entry.default_timeout, call.client.entry.no_deadline
        if setting.state == "absent":
            return "none" if unlimited else f"{describe(default)} (default)" if default else "not known here"
        return _shown(setting, "s")

    def _text(self, where: str, call: m.Call, func: Func) -> str | None:
        given = walk.argument(call, where) if where else None
        for value in self._project.evaluator.eval(given, func) if given is not None else ():
            if isinstance(value, Data) and isinstance(value.expr, m.Text):
                return value.expr.value
        return None

    def edge(self, source: str, target: str, kind: str, line: int) -> None:
        """One edge; several calls between the same two nodes are one."""
        self.edges.setdefault((source, target, kind), GraphEdge(source, target, kind, line))

    # -- the whole ----------------------------------------------------------------------------------

    def build(self) -> GraphView:
        """Production functions that reach a model, the calls they make, the tools and the sinks."""
        project = self._project
        reached = [
            f
            for f in project.functions
            if project.reach.reaches(f) and f.facts.kind in ("function", "module")
        ]
        for func in reached:
            self.function(func)
        for call in project.llm_calls:
            site = call.site
            if site.func.mod.production and call.generates:
                self.edge(self.function(site.func), self.llm_call(call), "sends", site.call.span.line)
        for func in reached:
            for edge in project.graph.edges[func]:
                if project.reach.reaches(edge.target) and edge.target.facts.kind != "lambda":
                    self.edge(
                        self.function(func), self.function(edge.target), "calls", edge.site.call.span.line
                    )
        for tool in project.tools.functions():
            if tool.mod.production and tool.facts.kind == "function":
                self.function(tool)
        self._flows()
        nodes = tuple(sorted(self.nodes.values(), key=lambda n: (n.path, n.line, n.id)))
        known = set(self.nodes)
        edges = tuple(e for e in self.edges.values() if e.source in known and e.target in known)
        return GraphView(nodes, edges)

    def _flows(self) -> None:
        from llmlint.project.wording import callee

        for flow in self._project.flows.flows():
            hit = flow.hit
            if (
                hit.use.kind in (LOG, HELD)
                or hit.use.kind in CONSUMED
                or not (hit.func.mod.production and flow.origin.func.mod.production)
            ):
                continue
            ident = f"{hit.func.path}:{hit.place.span.line}:{hit.place.span.column}:sink"
            self.nodes.setdefault(
                ident,
                GraphNode(
                    ident,
                    NodeKind.SINK,
                    callee(hit.place) if isinstance(hit.place, m.Call) else hit.use.name,
                    hit.func.path,
                    hit.place.span.line,
                    {"kind": hit.use.kind},
                ),
            )
            source = self.function(flow.origin.func)
            self.edge(source, ident, "flows", flow.origin.func.facts.span.line)


def _shown(setting: Setting, unit: str) -> str:
    if setting.state == "given":
        return f"{setting.value:g} {unit}" if setting.value is not None else "set"
    return {"absent": "none", "none": "off", "unknown": "not known here"}[setting.state]


def graph_view(project: Project) -> GraphView:
    """The view that ``llmlint graph`` prints; nodes in reading order."""
    return _View(project).build()
