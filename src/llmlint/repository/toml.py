"""TOML with lines, which are looked for when they are asked for."""

from __future__ import annotations

import functools

import tomli

from llmlint.repository.tree import Key, Node, UnreadableError
from llmlint.source.tomllines import line_of, line_of_syntax_error


def document(text: str) -> Node:
    """What a TOML file holds; raises ``UnreadableError``."""
    try:
        return _node(tomli.loads(text), text, ())
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise UnreadableError(str(error), line_of_syntax_error(error, text)) from error


def _node(value: object, text: str, path: tuple[Key, ...]) -> Node:
    line = functools.partial(line_of, text, path) if path else 1
    if isinstance(value, dict):
        return Node({key: _node(held, text, (*path, key)) for key, held in value.items()}, line)
    if isinstance(value, list):
        return Node([_node(held, text, (*path, n)) for n, held in enumerate(value)], line)
    return Node(value if isinstance(value, str | int | float) else str(value), line)
