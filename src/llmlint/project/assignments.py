"""Assignments, as the flow interpreter sees them: names, parts, fields, and values that grow."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from llmlint.facts import model as m
from llmlint.project.environments import PROVEN, Env
from llmlint.project.shapes import CLEAN, Shape, join, mixed, other_field

if TYPE_CHECKING:
    from llmlint.project.flow import FunctionFlow


class Assignments:
    """The assignments of one function."""

    def __init__(self, flow: FunctionFlow) -> None:
        self._flow = flow
        self.seen: dict[str, list[Shape]] = defaultdict(list)
        """Everything tainted that a name ever holds."""

    def bind(self, name: str, shape: Shape, env: Env) -> None:
        """A name now holds ``shape``."""
        env[name] = shape
        if name in self._flow.conditions.proved:
            for known in [entry for entry in env if entry.startswith(PROVEN) and entry.endswith(f":{name}")]:
                del env[known]
        if not shape.clean:
            self.seen[name].append(shape)

    def assign(self, target: m.Expr, shape: Shape, env: Env, value: m.Expr | None = None) -> None:
        """``target = value``; ``shape`` is what the value is."""
        match target:
            case m.Name(id=name):
                self.bind(name, shape, env)
            case m.Seq(items=items):
                if isinstance(value, m.Seq) and len(value.items) == len(items):
                    for item, part in zip(items, value.items, strict=True):
                        self.assign(item, self._flow.eval(part, env), env)
                else:
                    for place, item in enumerate(items):
                        self.assign(item, other_field(shape, str(place)), env)
            case m.Star(value=inner):
                self.assign(inner, Shape(shape.flat()), env)
            case m.Attr(value=base, name=name):
                self._field(base, name, shape, env)
            case m.Sub(value=base, index=m.Text(value=text)):
                self._field(base, text, shape, env)
            case m.Sub(value=base):
                self.mutate(base, shape, env)
            case _:
                pass

    def _field(self, base: m.Expr, name: str, shape: Shape, env: Env) -> None:
        if isinstance(base, m.Name):
            if base.id == self._flow.func.receiver and not shape.clean:
                self._flow.summary.fields[name] = join((self._flow.summary.fields.get(name, CLEAN), shape))
            current = env.get(base.id, self._flow.closure.get(base.id, CLEAN))
            self.bind(base.id, current.with_field(name, shape), env)
        elif isinstance(base, m.Attr) and not shape.clean:
            # ``self.agent.reply = text``: one field of one field; deeper is not followed.
            self._field(base.value, base.name, self._flow.eval(base, env).with_field(name, shape), env)

    def mutate(self, base: m.Expr, shape: Shape, env: Env) -> None:
        """``base`` now also holds ``shape`` (``base.append(x)``, ``base[i] = x``)."""
        if shape.clean:
            return
        added = Shape(mixed(shape))
        match base:
            case m.Name(id=name):
                self.bind(name, join((env.get(name, self._flow.closure.get(name, CLEAN)), added)), env)
            case m.Attr(value=m.Name(id=owner), name=name):
                if owner == self._flow.func.receiver:
                    self._flow.summary.fields[name] = join(
                        (self._flow.summary.fields.get(name, CLEAN), added)
                    )
                current = env.get(owner, CLEAN)
                self.bind(owner, current.with_field(name, join((current.field(name), added))), env)
            case _:
                pass
