"""What is said to models: the expressions that become prompts, and who may speak for the system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.calls import LlmCall
from llmlint.project.kinds import Client
from llmlint.project.scopes import Func
from llmlint.project.shapes import PROMPT, SAID, SYSTEM, Origin, Shape, Taint, concerns, join_taints
from llmlint.project.sinks import SinkUse, own_sink
from llmlint.project.summaries import Hit, Place

if TYPE_CHECKING:
    from llmlint.project.environments import Env
    from llmlint.project.flow import FunctionFlow
    from llmlint.project.taint import Flows

_ROLES = frozenset({"system", "developer"})
_SINKS = {
    SYSTEM: own_sink(SYSTEM, "speaks for the system"),
    PROMPT: own_sink(PROMPT, "sends it to the model"),
}


@dataclass(frozen=True, slots=True, eq=False)
class PromptUse:
    """An expression that becomes (part of) a prompt, in the function where it is written."""

    func: Func
    call: m.Call
    """The call it is given to: the LLM call, or a function that passes it on."""
    expr: m.Expr
    role: str
    """``prompt`` or ``system``."""


class Speech:
    """Collects prompts while functions are interpreted."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self.uses: dict[tuple[m.Call, m.Expr], PromptUse] = {}
        self._instructed: dict[m.Call, tuple[str, ...]] = {}

    # -- where prompts are given ----------------------------------------------------------------

    def request(self, flow: FunctionFlow, llm: LlmCall, call: m.Call, env: Env) -> None:
        """An LLM call: its prompt arguments are prompts."""
        for role, wheres in ((PROMPT, llm.entry.prompt), (SYSTEM, llm.entry.system)):
            for where in wheres:
                given = walk.argument(call, where.split(".", 1)[0])
                if given is not None:
                    shape = flow.eval(given, env)
                    if llm.generates:  # what is only embedded is no conversation
                        self.argument(flow, shape, given, call, role)
                    said = self._inner(flow, shape, given, where, env)
                    self._note(flow, said, role, _inside(given, where), call, env)
        for arg in call.args:
            if arg.star == "**":
                spread = flow.eval(arg.value, env)
                handed_on = _own_keywords(arg.value, flow.func)
                for role, wheres in ((PROMPT, llm.entry.prompt), (SYSTEM, llm.entry.system)):
                    for where in wheres:
                        keyword = where.rsplit("|", 1)[-1]
                        if handed_on and keyword.isidentifier():
                            flow.summary.prompt_params.setdefault(f"{handed_on}.{keyword}", call)
                        named = (spread.fields or {}).get(keyword)
                        if named is not None:
                            self.argument(flow, named, None, call)
                            self._note(flow, named, role, arg.value, call, env)

    def constructor(self, flow: FunctionFlow, call: m.Call, known: dict[int, Shape], env: Env) -> None:
        """A client or an agent that is given instructions when it is made."""
        for where in self._instructions(flow, call):
            given = walk.argument(call, where.split(".", 1)[0])
            shape = known.get(id(given)) if given is not None else None
            if given is not None and shape is not None:
                said = self._inner(flow, shape, given, where, env)
                self._note(flow, said, SYSTEM, _inside(given, where), call)

    def _instructions(self, flow: FunctionFlow, call: m.Call) -> tuple[str, ...]:
        known = self._instructed.get(call)
        if known is None:
            known = self._instructed[call] = tuple(
                where
                for value in self._flows.evaluator.eval(call, flow.func)
                if isinstance(value, Client) and value.site is not None and value.site.call is call
                for where in value.entry.system
            )
        return known

    def message(self, flow: FunctionFlow, display: m.DictDisplay, shape: Shape) -> None:
        """``{"role": "system", "content": text}``."""
        items = {key.value: value for key, value in display.items if isinstance(key, m.Text)}
        content = items.get("content") or items.get("parts")
        if content is None or not _is_system(items.get("role")) or shape.clean:
            return
        said = shape.field("content" if "content" in items else "parts")
        self._note(flow, said, SYSTEM, content, display)

    def pair(self, flow: FunctionFlow, items: tuple[m.Expr, ...], shape: Shape) -> None:
        """``("system", text)``."""
        if len(items) == 2 and not shape.clean and _is_system(items[0]):
            self._note(flow, shape.field("1"), SYSTEM, items[1], None)

    # -- what becomes of it ---------------------------------------------------------------------

    def argument(
        self, flow: FunctionFlow, shape: Shape, expr: m.Expr | None, call: m.Call, role: str = PROMPT
    ) -> None:
        """``expr`` becomes a prompt through ``call``."""
        for origin in self.spoken(shape):
            if origin.kind == "param" and origin.func is flow.func:
                flow.summary.prompt_params.setdefault(origin.name, call)
        if expr is not None:
            self.uses.setdefault((call, expr), PromptUse(flow.func, call, expr, role))

    def _note(
        self,
        flow: FunctionFlow,
        shape: Shape,
        kind: str,
        expr: m.Expr,
        place: Place | None,
        env: Env | None = None,
    ) -> None:
        """Text of remote people and secrets among what is said is a hit."""
        use: SinkUse | None = None
        for origin, mark in self.spoken(shape).items():
            if kind in mark.safe or not concerns(origin, kind):
                continue
            where = self._written(expr, origin, flow, env) or place
            if where is not None:
                use = use or SinkUse(_SINKS[kind], kind, (expr,), kind)
                self._flows.note_hit(flow, origin, Hit(use, flow.func, where, mark))

    def _written(self, expr: m.Expr, origin: Origin, flow: FunctionFlow, env: Env | None) -> Place | None:
        """Where the text is put together, if that is in the expression itself."""
        match expr:
            case m.Template() | m.Text() | m.Call():
                return expr
            case m.BinOp():
                return next(
                    (p for p in walk.operands(expr) if isinstance(p, m.Template | m.Text | m.Call)), None
                )
            case m.Seq(items=items):
                held = [i for i in items if env is None or origin in self.spoken(flow.eval(i, env))]
                return next((found for i in held if (found := self._written(i, origin, flow, env))), None)
            case m.DictDisplay(items=items):
                said = [v for k, v in items if isinstance(k, m.Text) and k.value in SAID]
                inner = [found for v in said if (found := self._written(v, origin, flow, env))]
                return inner[0] if inner else expr
            case _:
                return None

    def _inner(self, flow: FunctionFlow, shape: Shape, given: m.Expr, where: str, env: Env) -> Shape:
        """``config.system_instruction``: the field of what is given."""
        inner = _inside(given, where)
        if isinstance(inner, m.Seq) and inner.kind != "tuple":
            return Shape(join_taints(self.spoken(flow.eval(item, env)) for item in inner.items))
        if inner is not given:
            return flow.eval(inner, env)
        for part in where.split(".")[1:]:
            shape = shape.field(part)
        return shape

    def spoken(self, shape: Shape, depth: int = 0) -> Taint:
        """What of a prompt's value are words: of messages and requests the fields that hold text."""
        if not shape.fields or depth > 4:
            return shape.taint
        parts = [
            self.spoken(field, depth + 1)
            for name, field in shape.fields.items()
            if name in self._flows.catalogue.spoken or name.isdigit()
        ]
        return join_taints([shape.taint, *parts])


def _own_keywords(expr: m.Expr, func: Func) -> str:
    """The name of the function's own ``**kwargs``, if that is what is unpacked."""
    param = func.params.get(expr.id) if isinstance(expr, m.Name) else None
    return param.name if param is not None and param.kind == "**" else ""


def _is_system(role: m.Expr | None) -> bool:
    if isinstance(role, m.Attr):
        return role.name.lower() in _ROLES or (role.name == "value" and _is_system(role.value))
    return isinstance(role, m.Text) and role.value in _ROLES


def _inside(expr: m.Expr, where: str) -> m.Expr:
    """``config.system_instruction``: the expression of the field, where it is written in ``expr``."""
    for part in where.split(".")[1:]:
        match expr:
            case m.Call():
                expr = walk.argument(expr, part) or expr
            case m.DictDisplay(items=items):
                expr = next((v for k, v in items if isinstance(k, m.Text) and k.value == part), expr)
            case _:
                return expr
    return expr
