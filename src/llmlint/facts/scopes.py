"""The scopes of a module while they are being filled: what each binds and declares."""

from __future__ import annotations

from llmlint.facts.model import Expr, Name, Seq, Star


class Scope:
    """One scope under construction: the module, a class body, a function or a lambda."""

    def __init__(
        self, index: int, kind: str, qualname: str, parent: int | None, class_index: int | None = None
    ) -> None:
        self.index = index
        self.kind = kind
        self.qualname = qualname
        self.parent = parent
        self.class_index = class_index
        self.is_generator = False
        self.methods: list[tuple[str, int]] = []
        self.declared: dict[str, str] = {}
        self._bound: dict[str, None] = {}

    def bind(self, name: str) -> None:
        """Record that this scope gives ``name`` a value."""
        self._bound[name] = None

    def bind_target(self, target: Expr) -> None:
        """Record every name that assigning to ``target`` binds."""
        if isinstance(target, Name):
            self._bound[target.id] = None
        elif isinstance(target, Seq):
            for item in target.items:
                self.bind_target(item)
        elif isinstance(target, Star):
            self.bind_target(target.value)

    def declare(self, name: str, what: str) -> None:
        """Record ``global name`` or ``nonlocal name``."""
        self.declared[name] = what

    def bound(self) -> tuple[str, ...]:
        """The names bound here, in order of their first binding."""
        return tuple(name for name in self._bound if name not in self.declared)

    def child_name(self, name: str) -> str:
        """The qualified name of a definition written in this scope."""
        return f"{self.qualname}.{name}" if self.qualname else name
