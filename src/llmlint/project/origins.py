"""Expressions at which text of a remote person, or a secret, enters a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.model.finding import Step
from llmlint.project.kinds import ClassRef, ModuleRef, Obj, Values
from llmlint.project.scopes import Mod
from llmlint.project.shapes import CLEAN, NO_TAINT, Mark, Origin, Shape, join

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow


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
        step = self._flow.step(func.facts.span, f"a remote person sends `{param.name}`")
        shape = join((shape, Shape({Origin("user", func, param.name): Mark((step,))})))
        for name in self._inputs.fixed(func):
            shape = shape.with_field(name, CLEAN)
        return shape

    def attribute(self, expr: m.Attr) -> Shape:
        """``request.form``; ``config.DB_PASSWORD``."""
        func = self._flow.func
        if self._inputs.reads(expr, func):
            return self._sent(expr.name)
        secret = self._inputs.secret(expr, func)
        if secret is not None:
            return self._secret(secret, ())
        found: list[Shape] = []
        for value in self._flow.flows.evaluator.eval(expr.value, func):
            match value:
                case ModuleRef(mod=mod):
                    found.append(self._flow.flows.global_shape(expr.name, mod, func))
                case ClassRef(cls=cls) | Obj(cls=cls):
                    found.append(self._flow.flows.class_shape(expr.name, cls))
                case _:
                    pass
        return join(found)

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
                return self._flow.flows.global_shape(name, mod, self._flow.func)
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
