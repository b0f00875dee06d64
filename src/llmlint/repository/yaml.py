"""YAML with lines, built from the parser's events.

Not from PyYAML's own trees: its composer goes down by recursion, in C, where a file of brackets overflows the
stack, and by YAML 1.1 the key ``on`` of a workflow is the value *true*. Nothing is constructed, anchors are
shared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from llmlint.repository.tree import Node, Scalar, UnreadableError, Value

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C parser is fifteen times as fast; where it is missing the other gives the same events."""
_NUMBER = re.compile(r"[-+]?(?:\d+|\d*\.\d+(?:[eE][-+]?\d+)?|\d+\.\d*(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 100
_MOST = 500_000
"""Events: more is data, not configuration."""


def documents(text: str) -> tuple[Node, ...]:
    """The documents of a YAML file; raises ``UnreadableError``."""
    try:
        return tuple(_documents(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise UnreadableError(str(error.problem), mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error).partition("\n")[0]) from error


def _documents(text: str) -> Iterator[Node]:
    builder = _Builder()
    for number, event in enumerate(yaml.parse(text, Loader=_LOADER)):
        if number > _MOST:
            raise UnreadableError("is too large", event.start_mark.line + 1)
        match event:
            case yaml.DocumentStartEvent():
                builder = _Builder()
            case yaml.DocumentEndEvent():
                if builder.top is not None:
                    yield builder.top
            case yaml.NodeEvent() | yaml.CollectionEndEvent():
                builder.take(event)


class _Builder:
    def __init__(self) -> None:
        self.top: Node | None = None
        self._anchors: dict[str, Node] = {}
        self._open: list[tuple[Node, Node | None]] = []
        """Collections that are not closed, each with the key that waits for a value."""

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1
        match event:
            case yaml.CollectionEndEvent():
                self._open.pop()
            case yaml.AliasEvent():
                shared = self._anchors.get(event.anchor)
                self._add(Node(shared.value if shared is not None else None, line))
            case yaml.ScalarEvent():
                plain = event.implicit[0]
                node = Node(_resolved(event.value) if plain else event.value, line)
                self._add(node, event.anchor, event.value)
            case yaml.CollectionStartEvent():
                if len(self._open) >= _DEEPEST:
                    raise UnreadableError("is nested too deeply", line)
                empty: Value = {} if isinstance(event, yaml.MappingStartEvent) else []
                node = Node(empty, line)
                self._open.append((self._add(node, event.anchor), None))

    def _add(self, node: Node, anchor: str | None = None, text: str | None = None) -> Node:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.top = node
            return node
        holder, key = self._open[-1]
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif isinstance(holder.value, dict):
            if key is None:
                self._open[-1] = (holder, Node(text if text is not None else node.text, node.line))
            else:
                node = Node(node.value, key.line)
                if anchor:
                    self._anchors[anchor] = node
                holder.value.setdefault(key.text, node)
                self._open[-1] = (holder, None)
        return node


def _resolved(text: str) -> Scalar:
    """A plain scalar by the core schema of YAML 1.2."""
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _NUMBER.fullmatch(text):
        return float(text) if set(text) & set(".eE") else int(text)
    return text
