"""Values of YAML, JSON and TOML files that know the line they stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Scalar = str | int | float | bool | None
Value = Scalar | dict[str, "Node"] | list["Node"]
Key = str | int


class UnreadableError(Exception):
    """A text that is not what its name promises."""

    def __init__(self, message: str, line: int = 1) -> None:
        """``line`` is 1-based."""
        super().__init__(message)
        self.message = message
        self.line = line


class Node:
    """A value and its line (1-based). What a mapping holds has the line of its key, where one edits it."""

    __slots__ = ("_line", "value")

    def __init__(self, value: Value, line: int | Callable[[], int]) -> None:
        """``line`` may be a function where finding it out costs something."""
        self.value = value
        self._line = line

    @property
    def line(self) -> int:
        """Where it stands."""
        if not isinstance(self._line, int):
            self._line = self._line()
        return self._line

    def get(self, *keys: Key) -> Node | None:
        """What is found below these keys and numbers; None where there is nothing."""
        node: Node | None = self
        for key in keys:
            held = node.value if node is not None else None
            if isinstance(held, dict) and isinstance(key, str):
                node = held.get(key)
            elif isinstance(held, list) and isinstance(key, int) and -len(held) <= key < len(held):
                node = held[key]
            else:
                return None
        return node

    def items(self) -> Iterator[tuple[str, Node]]:
        """Keys and values of a mapping; nothing for anything else."""
        if isinstance(self.value, dict):
            yield from self.value.items()

    def elements(self) -> Iterator[Node]:
        """The elements of a list; of anything else, the value itself: many keys take one or several."""
        if isinstance(self.value, list):
            yield from self.value
        elif self.value is not None:
            yield self

    @property
    def text(self) -> str:
        """A scalar as text; empty for mappings, lists and nothing."""
        if self.value is None or isinstance(self.value, dict | list):
            return ""
        return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)

    def walk(self) -> Iterator[tuple[tuple[Key, ...], Node]]:
        """Everything below and itself, each once however often it is referred to, with its keys."""
        seen: set[int] = set()
        pending: list[tuple[tuple[Key, ...], Node]] = [((), self)]
        while pending:
            keys, node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield keys, node
            below: list[tuple[Key, Node]] = []
            if isinstance(node.value, dict):
                below.extend(node.value.items())
            elif isinstance(node.value, list):
                below.extend(enumerate(node.value))
            pending.extend(((*keys, key), value) for key, value in reversed(below))
