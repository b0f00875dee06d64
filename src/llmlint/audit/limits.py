"""How code tells a rate limit from other failures of a provider."""

from __future__ import annotations

from llmlint.audit.catalogue import read
from llmlint.audit.tables.recovery import RecoveryFile
from llmlint.facts import model as m
from llmlint.facts import walk

TOO_MANY = 429
"""The status of a request that came too soon."""
LATER = (TOO_MANY, 503)
"""Statuses by which a server says "not now"."""


def names_limit(types: m.Expr | None) -> bool:
    """Whether an ``except`` names a rate limit (and perhaps others)."""
    words = read("recovery", RecoveryFile).words.rate_limits
    names = [] if types is None else list(walk.expressions(types))
    texts = (node.id if isinstance(node, m.Name) else getattr(node, "name", "") for node in names)
    return any(word in text.lower() for text in texts for word in words)


def tells_limit(test: m.Expr) -> bool:
    """``e.status_code == 429``, ``"rate limit" in str(e)``; a function whose name says it."""
    words = read("recovery", RecoveryFile).words.limit_texts
    others = {"not in", "!="}
    for node in walk.expressions(test):
        if isinstance(node, m.Compare) and others & set(node.ops):
            return False  # what follows is about all other failures
        if isinstance(node, m.Const) and node.value == TOO_MANY:
            return True
        text = node.value if isinstance(node, m.Text) else ""
        text = (walk.dotted(node.func) or "") if isinstance(node, m.Call) else text
        if text and any(word in text.lower() for word in words):
            return True
    return False


def gives_status(value: m.Expr) -> bool:
    """Whether what is raised or returned carries a status for it."""
    return any(isinstance(node, m.Const) and node.value in LATER for node in walk.expressions(value))


def is_sentence(value: m.Expr) -> bool:
    """Whether what is returned says something to people: more than two words."""
    return any(isinstance(node, m.Text) and len(node.value.split()) > 2 for node in walk.expressions(value))
