"""Code that asks whichever model it is given: who gives it another one after a failure."""

from __future__ import annotations

from collections.abc import Iterable

from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.kinds import Data
from llmlint.project.project import Project
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite


def names_another(project: Project, site: CallSite, block: m.Try, words: Iterable[str]) -> bool:
    """``ask("gpt-5", …)`` in the block, and the same function with ``"claude-5"`` at this call.

    ``words`` are parts of names of parameters (lower case) that choose a model or a provider.
    """
    graph = project.graph
    targets = {edge.target for edge in graph.edges_at.get(site.call, ())}
    for tried in graph.sites[site.func]:
        if not any(frame.kind == "try" and frame.node is block for frame in tried.frames):
            continue
        for target in targets & {edge.target for edge in graph.edges_at.get(tried.call, ())}:
            for name in target.params:
                if any(word in name.lower() for word in words):
                    here, there = (_text(project, one, name, target) for one in (site, tried))
                    if here and there and here != there:
                        return True
    return False


def goes_over_alternatives(loop: m.For, words: Iterable[str]) -> bool:
    """``for model in models``, ``for number, key in enumerate(self.keys)``; ``words`` as above."""
    if isinstance(loop.iter, m.Call) and walk.dotted(loop.iter.func) == "range":
        return False
    nodes = walk.expressions(loop.iter)
    names = {
        getattr(node, "id", getattr(node, "name", "")) for node in nodes if isinstance(node, m.Name | m.Attr)
    }
    return any(word in name.lower() for name in names for word in words)


def _text(project: Project, site: CallSite, name: str, target: Func) -> str:
    """The literal text that a call gives for a parameter; empty: not known."""
    place = list(target.params).index(name) - (target.receiver is not None)
    given = walk.argument(site.call, f"{place}|{name}")
    values = project.evaluator.eval(given, site.func) if given is not None else ()
    texts = {
        value.expr.value for value in values if isinstance(value, Data) and isinstance(value.expr, m.Text)
    }
    return texts.pop() if len(texts) == len(values) == 1 else ""
