"""Who is told of alerts by files of Alertmanager and Grafana, and whether anything is sent to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from llmlint.audit.tables.oncall import Pager
from llmlint.repository.tree import Node


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiver or contact point with one of its channels."""

    name: str
    pager: Pager
    line: int
    routed: bool = True
    """Whether a route leads to it, as far as the file has routes."""


def receivers(tree: Node, pagers: Iterable[Pager]) -> Iterator[Receiver]:
    """Those of one document, at whatever depth: of Alertmanager, its operator, Grafana's provisioning."""
    known = tuple(pagers)
    points = [point for _, node in tree.walk() for point in _elements(node.get("contactPoints"))]
    routes = [one for _, node in tree.walk() for one in _elements(node.get("policies"))]
    policies = {name for route in routes for name in _routed(route)}
    for point in points:
        name = point.get("name")
        for one in _elements(point.get("receivers")):
            kind = one.get("type")
            for pager in known if kind is not None else ():
                if kind is not None and (kind.text in pager.types or _addressed(one, pager)):
                    text = name.text if name is not None else ""
                    yield Receiver(text, pager, one.line, not policies or text in policies)
    for _, node in tree.walk():
        held, route = node.get("receivers"), node.get("route")
        if held is None or not isinstance(held.value, list) or node in points:
            continue
        names = set(_routed(route)) if route is not None else set()
        for one in held.elements():
            name = one.get("name")
            text = name.text if name is not None else ""
            for key, channel in one.items():
                for pager in known:
                    if (key in pager.receivers and channel.value) or _addressed(channel, pager):
                        yield Receiver(text, pager, channel.line, route is not None and text in names)


def _elements(node: Node | None) -> Iterator[Node]:
    if node is not None and isinstance(node.value, list):
        yield from node.value


def _routed(route: Node) -> Iterator[str]:
    """The receivers that a route and the routes below it name."""
    pending = [route]
    while pending:
        one = pending.pop()
        receiver = one.get("receiver")
        if receiver is not None:
            yield receiver.text
        pending += _elements(one.get("routes"))


def _addressed(node: Node, pager: Pager) -> bool:
    """Whether an address in it is the tool's: Grafana OnCall is reached by a webhook."""
    return bool(pager.hosts) and any(host in one.text for _, one in node.walk() for host in pager.hosts)
