"""JSON with lines. Python's parser says whether a text is JSON; a second look finds what is on which line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from llmlint.repository.tree import Node, UnreadableError, Value

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+|\n')


def document(text: str) -> Node:
    """What a JSON file holds; raises ``UnreadableError``."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(error.msg, error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(str(error)) from error
    return _tree(text)


def records(text: str) -> Iterator[Node]:
    """The objects of a file of one JSON text per line; lines that are none are passed over."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("{"):
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        yield _plain(value, number)


def _plain(value: object, line: int) -> Node:
    if isinstance(value, dict):
        return Node({str(key): _plain(held, line) for key, held in value.items()}, line)
    if isinstance(value, list):
        return Node([_plain(held, line) for held in value], line)
    return Node(value if isinstance(value, str | int | float) else None, line)


def _tree(text: str) -> Node:
    """The tree of a text that is JSON: no mistake can be in it."""
    line = 1
    top = Node([], 1)
    holders = [top]
    key: Node | None = None
    for token in _TOKEN.findall(text):
        if token == "\n":
            line += 1
        elif token in "]}":
            holders.pop()
        elif token in ",:":
            continue
        elif isinstance(holders[-1].value, dict) and key is None:
            key = Node(json.loads(token), line)
        else:
            value: Value = [] if token == "[" else {} if token == "{" else json.loads(token)
            holder = holders[-1].value
            node = Node(value, key.line if key is not None else line)
            if isinstance(holder, list):
                holder.append(node)
            elif isinstance(holder, dict) and key is not None:
                holder[key.text] = node
            key = None
            if isinstance(value, dict | list):
                holders.append(node)
    return top.get(0) or Node(None, 1)
