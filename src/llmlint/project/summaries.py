"""What callers need to know of a function."""

from __future__ import annotations

from dataclasses import dataclass, field

from llmlint.facts import model as m
from llmlint.project.scopes import Func
from llmlint.project.shapes import CLEAN, Mark, Shape, Taint, same
from llmlint.project.sinks import SinkUse

Place = m.Call | m.DictDisplay | m.Template | m.Text
"""What a sink is: a call, or a message that is written down."""


@dataclass(slots=True, eq=False)
class Hit:
    """Text of an origin at a sink."""

    use: SinkUse
    func: Func
    place: Place
    """The sink, in ``func``."""
    mark: Mark
    needs: frozenset[str] = frozenset()
    """Parameters of the function whose summary this is in that have to be true or false for it."""

    def same(self, other: Hit) -> bool:
        """Whether both are the same text at the same sink; by which way is as found first."""
        return (
            self.place is other.place
            and self.use.kind == other.use.kind
            and self.use.sink is other.use.sink
            and self.use.name == other.use.name
            and self.needs == other.needs
            and self.mark.safe == other.mark.safe
            and self.mark.parsed == other.mark.parsed
        )


@dataclass(slots=True, eq=False)
class Summary:
    """The effect of one function, in terms of its parameters and of concrete origins."""

    returned: Shape = CLEAN
    fields: dict[str, Shape] = field(default_factory=dict)
    """What it stores in fields of its receiver."""
    param_hits: dict[str, list[Hit]] = field(default_factory=dict)
    """Sinks that its parameters reach, here or further down."""
    prompt_params: dict[str, m.Call] = field(default_factory=dict)
    """Parameters that become part of a prompt, with the call that sends it; ``kwargs.messages``: what its
    own ``**kwargs`` have under a name."""
    tests: dict[m.Expr, Taint] = field(default_factory=dict)
    """Origins that conditions of ``if`` and ``while`` look at."""
    asserted: dict[m.Expr, Taint] = field(default_factory=dict)
    """What is said to be equal by ``assert`` or a method that asserts: origins of each side."""
    proven: frozenset[str] = frozenset()
    """What a check has proven whenever the function returns: ``<sink kind>:<parameter>``."""
    proven_if_true: frozenset[str] = frozenset()
    """What is proven when it returns something true."""
    variables: dict[str, Shape] = field(default_factory=dict)
    """Everything tainted that a variable ever holds, for functions written inside this one."""
    logged: dict[m.Call, dict[m.Expr, Taint]] = field(default_factory=dict)
    """For logging calls: the taint of each leaf that the record shows."""

    def same(self, other: Summary) -> bool:
        """Whether callers learn the same from both, what is stored and what variables hold aside."""
        return (
            self.proven == other.proven
            and self.proven_if_true == other.proven_if_true
            and list(self.prompt_params.items()) == list(other.prompt_params.items())
            and same(self.returned, other.returned)
            and list(self.param_hits) == list(other.param_hits)
            and all(
                len(hits) == len(other.param_hits[name])
                and all(a.same(b) for a, b in zip(hits, other.param_hits[name], strict=True))
                for name, hits in self.param_hits.items()
            )
        )


NOTHING = Summary()
"""Of a function that does nothing with its parameters and gives nothing back."""
