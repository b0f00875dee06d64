"""Tools of hand-written protocols, known by how they are described and called, never by their names.

Each needs more than one sign: a name alone makes nothing a tool, since commands, plugins, tasks and
actions of programs without a model look much the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import CallGraph
from llmlint.project.kinds import ClassRef, External, FuncRef, ModuleRef, Obj
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.sites import CallSite
from llmlint.project.toolforms import ToolUse
from llmlint.project.toollists import texts
from llmlint.project.toolschemas import Schemas, Words, is_schema, items_of, properties, sketched, texts_in
from llmlint.project.values import Evaluator


class Protocols:
    """Finds tools that are described by schemas or sketches and dispatched by name."""

    def __init__(
        self, graph: CallGraph, evaluator: Evaluator, catalogue: Catalogue, schemas: Schemas
    ) -> None:
        self._graph = graph
        self._evaluator = evaluator
        self._words = Words.of(catalogue)
        self._schemas = schemas

    def find(self, modules: Iterable[Mod]) -> Iterator[ToolUse]:
        """Look at project decorators, dispatch tables and dispatchers."""
        for mod in modules:
            for func in mod.functions:
                if func.facts.kind == "function" and func.facts.decorators:
                    yield from self._described(func)
            for cls in mod.classes:
                yield from self._listed(cls)
        yield from self._lazily_named()
        if self._schemas.names:
            yield from self._tables()
            for func in self._graph.functions:
                yield from self._name_chains(func)
                yield from self._looked_up(func)

    # -- decorators of the project ------------------------------------------------------------

    def _is_ours(self, target: m.Expr, func: Func) -> bool:
        return any(isinstance(v, FuncRef | ClassRef) for v in self._evaluator.eval(target, func))

    def _described(self, func: Func) -> Iterator[ToolUse]:
        """``@command("run", "Runs code", {"code": {"type": "string", "description": …}})``."""
        params = {p.name for p in func.facts.params if p.name != func.receiver}
        scope = func.parent or func
        for decorator in func.facts.decorators:
            if not isinstance(decorator, m.Call) or not self._is_ours(decorator.func, scope):
                continue
            values = [arg.value for arg in decorator.args if not arg.star]
            if not any(True for _ in texts_in(values)):
                continue
            for value in values:
                described = self._parameters(value, scope)
                if described and described <= params:
                    yield ToolUse(func, None, only=described)

    def _parameters(self, value: m.Expr, scope: Func) -> frozenset[str] | None:
        if isinstance(value, m.Text):
            return sketched(value.value)
        for found in self._evaluator.eval(value, scope):
            expr = getattr(found, "expr", None)
            if isinstance(expr, m.DictDisplay):
                if is_schema(expr):
                    return properties(expr)
                items = items_of(expr)
                if items and all(
                    isinstance(v, m.Call) and "description" in items_of(v) for v in items.values()
                ):
                    return frozenset(items)
        return None

    def _listed(self, cls: Cls) -> Iterator[ToolUse]:
        """``@register_tool(include_functions=["read", "write"])`` on a class with these methods."""
        scope = cls.body.parent or cls.mod.body
        for decorator in cls.facts.decorators:
            if not isinstance(decorator, m.Call) or not self._is_ours(decorator.func, scope):
                continue
            if "tool" not in (walk.dotted(decorator.func) or "").rsplit(".", 1)[-1].lower():
                continue
            for arg in decorator.args:
                if isinstance(arg.value, m.Seq) and arg.value.items:
                    names = list(texts(arg.value, scope, self._evaluator))
                    if len(names) == len(arg.value.items) and all(name in cls.methods for name in names):
                        yield from (ToolUse(cls.methods[name], None) for name in names)

    def _lazily_named(self) -> Iterator[ToolUse]:
        """``{"read_file": (".file_tools", "FileTools")}``, where ``tools=["read_file"]`` is given."""
        names = {
            item.value
            for func in self._graph.functions
            for site in self._graph.sites[func]
            for arg in site.call.args
            if arg.keyword == "tools" and isinstance(arg.value, m.Seq)
            for item in arg.value.items
            if isinstance(item, m.Text)
        }
        for display, func in self._schemas.displays if names else ():
            for key, value in display.items:
                if isinstance(key, m.Text) and key.value in names and isinstance(value, m.Seq):
                    yield from self._by_path(key.value, list(texts(value, func, self._evaluator)), func)

    def _by_path(self, name: str, path: list[str], func: Func) -> Iterator[ToolUse]:
        if not path:
            return
        module = path[0].lstrip(".")
        found = self._evaluator.imports.target(module, len(path[0]) - len(module), func.mod)
        if not isinstance(found, Mod):
            return
        if len(path) == 1:
            yield from (ToolUse(f, None) for f in _functions(found, name))
        for cls in found.body.definitions.get(path[-1], ()):
            if isinstance(cls, Cls) and name in cls.methods:
                yield ToolUse(cls.methods[name], None)

    # -- dispatch by name ---------------------------------------------------------------------

    def _tables(self) -> Iterator[ToolUse]:
        """``{"run_command": run_command}``, where a schema of that name exists."""
        for display, func in self._schemas.displays:
            keys = [key.value for key, _ in display.items if isinstance(key, m.Text)]
            # A table of something else may share a name or two with the tools.
            if 2 * sum(key in self._schemas.names for key in keys) < len(keys):
                continue
            for key, value in display.items:
                if isinstance(key, m.Text) and key.value in self._schemas.names:
                    for target in self._evaluator.eval(value, func):
                        if isinstance(target, FuncRef):
                            yield ToolUse(target.func, None)

    def _name_chains(self, func: Func) -> Iterator[ToolUse]:
        """``if name == "run_command": run_command(...)``, and the dispatcher that does so."""
        compared: set[str] = set()
        for site in self._graph.sites[func]:
            found = _compared_at(site)
            here = found.keys() & self._schemas.names
            compared |= {name for name in here if found[name] & func.params.keys()}
            for edge in self._graph.edges_at.get(site.call, ()) if here else ():
                if edge.target.name in here:
                    yield ToolUse(edge.target, None, by_name=True)
        if compared:
            chosen = frozenset(p.name for p in func.facts.params if self._holds_arguments(p, func))
            if chosen:
                yield ToolUse(func, None, by_name=True, only=chosen)

    def _holds_arguments(self, param: m.Param, func: Func) -> bool:
        """Whether a parameter of a dispatcher is the dict of arguments."""
        if param.name == func.receiver or param.kind == "*":
            return False
        if param.kind == "**":
            return True
        if param.annotation is None:
            return param.name in self._words.argument_names
        return any(
            isinstance(node, m.Name | m.Attr)
            and self._evaluator.type_name(node, func.parent or func) in ("dict", "Dict", "Mapping")
            for node in walk.expressions(param.annotation)
        )

    def _looked_up(self, func: Func) -> Iterator[ToolUse]:
        """``getattr(self, name)(**arguments)`` and ``globals()[name](**arguments)``."""
        if not any(arg.star == "**" for site in self._graph.sites[func] for arg in site.call.args):
            return
        for node in func.nodes:
            match node:
                case m.Call(func=m.Name(id="getattr"), args=(m.Arg(value=owner), m.Arg(value=name), *_)) if (
                    isinstance(name, m.Name | m.Attr | m.Sub)
                ):
                    yield from self._named(owner, func)
                case (
                    m.Sub(value=m.Call(func=m.Name(id="globals")))
                    | m.Call(func=m.Attr(value=m.Call(func=m.Name(id="globals")), name="get"))
                ):
                    yield from self._in_module(func.mod)
                case _:
                    pass

    def _named(self, owner: m.Expr, func: Func) -> Iterator[ToolUse]:
        for value in self._evaluator.eval(owner, func):
            match value:
                case Obj(cls=cls) | ClassRef(cls=cls):
                    for one in self._evaluator.hierarchy.mro(cls):
                        for name in self._schemas.names & one.methods.keys():
                            yield ToolUse(one.methods[name], None)
                case ModuleRef(mod=mod):
                    yield from self._in_module(mod)
                case External():
                    return
                case _:
                    pass

    def _in_module(self, mod: Mod) -> Iterator[ToolUse]:
        for name in sorted(self._schemas.names & mod.body.definitions.keys()):
            yield from (ToolUse(f, None) for f in _functions(mod, name))


def _functions(mod: Mod, name: str) -> list[Func]:
    return [f for f in mod.body.definitions.get(name, ()) if isinstance(f, Func)]


def _compared_at(site: CallSite) -> dict[str, set[str]]:
    """The texts that something has to equal for this call to be made, with the names compared."""
    found: dict[str, set[str]] = defaultdict(set)
    for frame in site.frames:
        match frame.node:
            case m.If(test=m.Compare(left=left, rights=rights)) if frame.kind == "if":
                sides = (left, *rights)
                for text in texts_in(sides):
                    found[text].update(side.id for side in sides if isinstance(side, m.Name))
            case m.Match(subject=subject, cases=cases) if frame.kind == "case":
                for case in cases:
                    if any(site.stmt is stmt for stmt in walk.statements(case.body)):
                        for text in texts_in(case.values):
                            found[text].update([subject.id] if isinstance(subject, m.Name) else ())
            case _:
                pass
    return found
