"""Expressions at which text of a remote person, or a secret, enters a function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.model.finding import Step
from llmlint.project.kinds import ClassRef, ModuleRef, Obj, Values
from llmlint.project.scopes import Cls, Func, Mod
from llmlint.project.shapes import CLEAN, NO_TAINT, Mark, Origin, Shape, join

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow

Standing = tuple[Shape, tuple[Func, ...]]
"""What an attribute holds wherever it stands; or the scopes whose variables it reads."""


class Origins:
    """The origins in one function that are neither a model nor a tool."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self._inputs = flow.flows.inputs

    def parameter(self, param: m.Param, shape: Shape) -> Shape:
        """A parameter, with what a remote person fills in it."""
        func = self._flow.func
        if param.name not in self._inputs.parameters(func):
            return shape
        if param.annotation is not None and self._flow.flows.tools.is_plain(
            param.annotation, func.parent or func
        ):
            return shape
        fields = self._body(param)
        if fields:
            return join((shape, Shape(NO_TAINT, fields)))
        shape = join((shape, self._sent_in(param.name)))
        for name in self._inputs.fixed(func):
            shape = shape.with_field(name, CLEAN)
        return shape

    def _body(self, param: m.Param) -> dict[str, Shape]:
        """For a body that is a class of the project: what is sent in each of its fields of free text."""
        func, flows = self._flow.func, self._flow.flows
        if param.annotation is None:
            return {}
        instances = flows.evaluator.instances(param.annotation, func.parent or func)
        return {
            name: shape
            for value in instances
            if isinstance(value, Obj)
            for name, shape in self._fields(value.cls, param.name, 0).items()
        }

    def _fields(self, cls: Cls, path: str, depth: int) -> dict[str, Shape]:
        flows, fixed = self._flow.flows, self._inputs.fixed(self._flow.func)
        found: dict[str, Shape] = {}
        for owner in flows.evaluator.hierarchy.mro(cls):
            for name, bindings in owner.attributes.items():
                declared = [(scope, b.annotation) for scope, b in bindings if b.annotation is not None]
                if name in fixed or name in found or not declared:
                    continue
                scope, annotation = declared[0]
                if flows.tools.is_plain(annotation, scope) or self._has_roles(annotation, scope):
                    continue
                parts = [v.cls for v in flows.evaluator.instances(annotation, scope) if isinstance(v, Obj)]
                if not parts:
                    found[name] = self._sent_in(f"{path}.{name}")
                elif depth < 2:
                    inner = self._fields(parts[0], f"{path}.{name}", depth + 1)
                    found[name] = Shape(NO_TAINT, inner or None)
        return found

    def _has_roles(self, annotation: m.Expr, scope: Func) -> bool:
        """``list[Message]`` where a message has a role: who speaks is part of what is sent."""
        if not isinstance(annotation, m.Sub):
            return False
        items = annotation.index.items if isinstance(annotation.index, m.Seq) else (annotation.index,)
        return any(
            isinstance(v, Obj) and any("role" in o.attributes for o in self._mro(v.cls))
            for item in items
            for v in self._flow.flows.evaluator.instances(item, scope)
        ) or any(self._has_roles(item, scope) for item in items)

    def _mro(self, cls: Cls) -> Iterable[Cls]:
        return self._flow.flows.evaluator.hierarchy.mro(cls)

    def _sent_in(self, what: str) -> Shape:
        step = self._flow.step(self._flow.func.facts.span, f"a remote person sends `{what}`")
        return Shape({Origin("user", self._flow.func, what): Mark((step,))})

    def attribute(self, expr: m.Attr) -> Shape:
        """``request.form``; ``config.DB_PASSWORD``; what a module or a class keeps."""
        flows = self._flow.flows
        known = flows.lookups.attributes.get(expr)
        if known is None:
            known = flows.lookups.attributes[expr] = self._attribute(expr)
        shape, scopes = known
        return join([flows.variable(expr.name, scope) for scope in scopes]) if scopes else shape

    def _attribute(self, expr: m.Attr) -> Standing:
        func, flows = self._flow.func, self._flow.flows
        if self._inputs.reads(expr, func):
            return self._sent(expr.name), ()
        secret = self._inputs.secret(expr, func)
        if secret is not None:
            return self._secret(secret, ()), ()
        found: list[Func] = []
        for value in flows.evaluator.eval(expr.value, func):
            match value:
                case ModuleRef(mod=mod):
                    found += flows.variables_of(mod, expr.name, func)
                case ClassRef(cls=cls) | Obj(cls=cls):
                    found += flows.fields_of(cls, expr.name)
                case _:
                    pass
        return CLEAN, tuple(found)

    def handed_over(self, shape: Shape, name: str) -> Shape:
        """A field called ``system_prompt``: an interface hands the system prompt over on purpose."""
        if not shape.taint or not self._inputs.own_prompt(name):
            return shape
        return Shape({o: k for o, k in shape.taint.items() if o.kind != "user"}, shape.fields)

    def variable(self, name: str) -> Shape:
        """A module variable, of this module or imported from another."""
        mod: Mod | None = self._flow.func.mod
        for _ in range(5):
            if mod is None:
                break
            imports = [b for b in mod.body.bindings.get(name, ()) if b.kind == "from"]
            if not imports:
                scopes = self._flow.flows.variables_of(mod, name, self._flow.func)
                return self._flow.flows.variable(name, mod.body) if scopes else CLEAN
            target = self._flow.flows.evaluator.imports.target(imports[0].module, imports[0].level, mod)
            name = imports[0].name
            mod = target if isinstance(target, Mod) else None
        return CLEAN

    def element(self, iterable: m.Expr) -> Shape:
        """``async for message in websocket``."""
        return self._sent("message") if self._inputs.iterates(iterable, self._flow.func) else CLEAN

    def field(self, expr: m.Call | m.Sub) -> Shape:
        """``request.form["tone"]``, ``request.args.get("tone")``: what was sent as ``tone``."""
        match expr:
            case m.Sub(value=m.Attr() as base, index=m.Text(value=name)):
                pass
            case m.Call(
                func=m.Attr(value=m.Attr() as base, name="get"), args=(m.Arg(value=m.Text(value=name)), *_)
            ):
                pass
            case _:
                return CLEAN
        return self._sent(name) if self._inputs.reads(base, self._flow.func) else CLEAN

    def read(self, expr: m.Call | m.Sub) -> Shape:
        """``os.environ["DB_PASSWORD"]``, ``os.getenv("DB_PASSWORD")``."""
        name = self._inputs.secret(expr, self._flow.func)
        if name is None:
            return CLEAN
        steps = (self._flow.step(expr.span, f"`{name}` is read here"),) if isinstance(expr, m.Call) else ()
        return self._secret(name, steps)

    def result(self, call: m.Call, callees: Values) -> Shape:
        """``await websocket.receive_text()``, ``streamlit.chat_input(...)``."""
        func = self._flow.func
        if isinstance(call.func, m.Attr) and self._inputs.reads(call.func, func):
            return self._sent(call.func.name, call)
        if any(self._inputs.call_result(value, call, func) for value in callees):
            name = call.func.name if isinstance(call.func, m.Attr) else "input"
            return self._sent(name, call)
        return CLEAN

    def _sent(self, what: str, call: m.Call | None = None) -> Shape:
        steps = (self._flow.step(call.span, "a remote person sends this"),) if call is not None else ()
        return Shape({Origin("user", self._flow.func, what): Mark(steps)})

    def _secret(self, name: str, steps: tuple[Step, ...]) -> Shape:
        return Shape({Origin("secret", self._flow.func, name): Mark(steps)} if name else NO_TAINT)
