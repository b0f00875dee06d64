"""The literal text that prompts are made of, and where it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import Client, Data, External, ExternalObject, Response
from llmlint.project.scopes import Func
from llmlint.project.taint import Flows
from llmlint.project.values import Evaluator

_QUIET_KEYS = frozenset({"role", "type", "name", "id", "tool_call_id", "media_type", "detail"})
_KEEPING = frozenset(
    {
        "format",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "join",
        "format_map",
        "lower",
        "dedent",
        "cleandoc",
        "substitute",
        "safe_substitute",
        "removeprefix",
        "removesuffix",
    }
)
_MAX_DEPTH = 14


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Literal text as one writer wrote it: a literal, a template, or a concatenation of them."""

    func: Func
    span: m.Span
    """Of the first literal."""
    words: int


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """What one call sends: the pieces of literal text in it."""

    func: Func
    call: m.Call
    pieces: tuple[Piece, ...]


class Prompts:
    """Traces prompts back to literals, across functions and files."""

    def __init__(self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, flows: Flows) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._flows = flows

    def all(self) -> Iterator[Prompt]:
        """Every prompt of the project: arguments of LLM calls, system prompts of agents, templates."""
        for use in self._flows.prompts():
            call = self._graph.by_call.get(use.call)
            if call is not None and not call.generates:
                continue
            pieces = tuple(self._pieces(use.expr, use.func, 0, set()))
            if pieces:
                yield Prompt(use.func, use.call, pieces)
        for func in self._graph.functions:
            for site in self._graph.sites[func]:
                for expr in self._given(site.call, func):
                    pieces = tuple(self._pieces(expr, func, 0, set()))
                    if pieces:
                        yield Prompt(func, site.call, pieces)

    def _given(self, call: m.Call, func: Func) -> Iterator[m.Expr]:
        for value in self._evaluator.eval(call, func):
            if isinstance(value, Client) and value.site is not None and value.site.call is call:
                for where in value.entry.system:
                    given = walk.argument(call, where.split(".", 1)[0])
                    if given is not None:
                        yield given
        for callee in self._evaluator.eval(call.func, func):
            name = callee.name if isinstance(callee, External) else ""
            for table in self._catalogue.prompt_templates.get(name) if name else ():
                for where in table.args:
                    given = walk.argument(call, where)
                    if given is not None:
                        yield given

    # -- pieces -----------------------------------------------------------------------------------

    def _pieces(self, expr: m.Expr, func: Func, depth: int, seen: set[object]) -> Iterator[Piece]:
        if depth > _MAX_DEPTH or (expr, func) in seen:
            return
        seen.add((expr, func))
        run = self._run(expr)
        if run is not None:
            span, words, holes = run
            yield Piece(func, span, words)
            for hole in holes:
                yield from self._pieces(hole, func, depth + 1, seen)
            return
        match expr:
            case m.Call(func=m.Attr(value=m.Text(), name="join"), args=(m.Arg(value=m.Name() as parts),)):
                for known in self._evaluator.eval(parts, func):
                    if isinstance(known, Data) and isinstance(known.expr, m.Seq):
                        joined = m.Call(expr.func, (m.Arg(known.expr),), expr.span)
                        yield from self._pieces(joined, known.func, depth + 1, seen)
            case m.DictDisplay(items=items):
                if any(isinstance(v, m.Text) and v.value in ("assistant", "model", "ai") for _, v in items):
                    return
                for key, value in items:
                    if not (isinstance(key, m.Text) and key.value in _QUIET_KEYS):
                        yield from self._pieces(value, func, depth + 1, seen)
            case m.Seq(items=items):
                for item in items:
                    yield from self._pieces(item, func, depth + 1, seen)
            case m.Call():
                yield from self._call_pieces(expr, func, depth, seen)
            case m.Name() | m.Attr() | m.Sub():
                yield from self._named(expr, func, depth, seen)
            case m.Comp(element=element):
                yield from self._pieces(element, func, depth + 1, seen)
            case m.Star(value=value) | m.Await(value=value) | m.Walrus(value=value):
                yield from self._pieces(value, func, depth + 1, seen)
            case m.IfExp(body=body, orelse=orelse):
                yield from self._pieces(body, func, depth + 1, seen)
                yield from self._pieces(orelse, func, depth + 1, seen)
            case m.BoolOp(left=left, right=right) | m.BinOp(left=left, right=right):
                yield from self._pieces(left, func, depth + 1, seen)
                yield from self._pieces(right, func, depth + 1, seen)
            case _:
                pass

    def _run(self, expr: m.Expr) -> tuple[m.Span, int, list[m.Expr]] | None:
        """Span of the first literal, words of all, and the holes, when text is written here."""
        match expr:
            case m.Text(words=words, span=span):
                return span, words, []
            case m.Template(parts=parts, span=span):
                texts = [p for p in parts if isinstance(p, m.Text)]
                return span, sum(t.words for t in texts), [p for p in parts if not isinstance(p, m.Text)]
            case m.BinOp(op="%", left=left, right=right):
                found = self._run(left)
                return (found[0], found[1], [*found[2], right]) if found else None
            case m.BinOp(op="+", left=left, right=right):
                first, second = self._run(left), self._run(right)
                if first and second:
                    return first[0], first[1] + second[1], [*first[2], *second[2]]
                if first:
                    return first[0], first[1], [*first[2], right]
                if second:
                    return second[0], second[1], [left, *second[2]]
                return None
            case m.Call(func=m.Attr(value=m.Text(), name="join"), args=(m.Arg(value=m.Seq(items=items)),)):
                runs = [self._run(item) for item in items]
                known = [r for r in runs if r is not None]
                holes = [item for item, r in zip(items, runs, strict=True) if r is None]
                if not known:
                    return None
                return known[0][0], sum(r[1] for r in known), holes + [h for r in known for h in r[2]]
            case m.Call(func=m.Attr(value=value, name=name)) if name in _KEEPING and name != "join":
                return self._run(value)
            case _:
                return None

    def _call_pieces(self, call: m.Call, func: Func, depth: int, seen: set[object]) -> Iterator[Piece]:
        if isinstance(call.func, m.Attr) and call.func.name in _KEEPING:
            yield from self._pieces(call.func.value, func, depth + 1, seen)
            for arg in call.args:
                yield from self._pieces(arg.value, func, depth + 1, seen)
            return
        edges = self._graph.edges_at.get(call, ())
        for edge in edges:
            if edge.target.name == "__init__":
                continue
            for statement in edge.target.returns:
                if statement.value is not None:
                    yield from self._pieces(statement.value, edge.target, depth + 1, seen)
        if edges:
            return
        for value in self._evaluator.eval(call, func):
            # Message objects and text functions hold what they are given; clients and responses do not.
            if isinstance(value, ExternalObject | Data) and not isinstance(value, Client | Response):
                for arg in call.args:
                    if arg.keyword not in _QUIET_KEYS:
                        yield from self._pieces(arg.value, func, depth + 1, seen)
                return

    def _named(self, expr: m.Expr, func: Func, depth: int, seen: set[object]) -> Iterator[Piece]:
        if isinstance(expr, m.Name) and expr.id in func.facts.bound:
            for binding in func.bindings.get(expr.id, ()):
                if binding.kind in ("value", "augmented", "element") and binding.expr is not None:
                    yield from self._pieces(binding.expr, func, depth + 1, seen)
            for added in self._added(expr.id, func):
                yield from self._pieces(added, func, depth + 1, seen)
            if not any(b.kind == "param" for b in func.bindings.get(expr.id, ())):
                return
        for value in self._evaluator.eval(expr, func):
            if isinstance(value, Data) and value.expr is not expr:
                yield from self._pieces(value.expr, value.func, depth + 1, seen)
            elif isinstance(value, ExternalObject) and value.call is not None and value.func is not None:
                for arg in value.call.args:
                    if arg.keyword not in _QUIET_KEYS:
                        yield from self._pieces(arg.value, value.func, depth + 1, seen)

    def _added(self, name: str, func: Func) -> Iterator[m.Expr]:
        """What is appended to a list in its scope."""
        for site in self._graph.sites[func]:
            target = site.call.func
            if (
                isinstance(target, m.Attr)
                and target.name in ("append", "extend", "insert", "add", "write")
                and isinstance(target.value, m.Name)
                and target.value.id == name
            ):
                yield from (arg.value for arg in site.call.args)
