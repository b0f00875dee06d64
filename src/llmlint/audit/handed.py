"""Ids and users in a dictionary of one request that is handed on to models and recorded beside them."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.audit.llmpath import LlmPath
from llmlint.audit.model import Evidence
from llmlint.audit.recordings import Recording, Recordings
from llmlint.audit.saying import Saying
from llmlint.audit.subject import Subject
from llmlint.facts import model as m
from llmlint.project.binding import bind
from llmlint.project.scopes import Func


class Handed:
    """Made once per subject (``subject.once(Handed)``)."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._project = subject.project
        self._saying = subject.once(Saying)
        self._recordings = subject.once(Recordings)

    def saying(self, asked: frozenset[str]) -> Iterator[tuple[Recording, frozenset[str], Evidence]]:
        """Records that are given such a dictionary, what it says of what is asked, and where it is made."""
        made = list(self._made(asked))
        if not made:
            return
        given: dict[tuple[Func, str], list[Recording]] = {}
        for one in self._recordings.all:
            for arg in one.call.args:
                if isinstance(arg.value, m.Name) and one.how != "printed":
                    given.setdefault((one.func, arg.value.id), []).append(one)
        for func, name, says, place in made:
            for holder in self._holders(func, name):
                for one in given.get(holder, ()):
                    yield one, says, place

    def _made(self, asked: frozenset[str]) -> Iterator[tuple[Func, str, frozenset[str], Evidence]]:
        """``tracer = {"user": user.id, "turn": turn_id}`` on the way to a model."""
        for func in self._subject.once(LlmPath).functions:
            for stmt in func.statements if self._project.reach.reaches(func) else ():
                match stmt:
                    case m.Assign(targets=(m.Name(id=name),), value=m.DictDisplay() as held):
                        names = self._saying.names(held, func, aside=False)
                        says = asked & frozenset().union(*map(self._saying.of_name, names))
                        if says:
                            what = f"`{name}` holds {', '.join(sorted(says))} and is handed on to the record"
                            yield func, name, says, self._subject.at(func, stmt.span, what)
                    case _:
                        pass

    def _holders(self, func: Func, name: str) -> set[tuple[Func, str]]:
        """The functions that are given it, however far, and what they call it."""
        graph = self._project.graph
        found = {(func, name)}
        pending = [(func, name)]
        while pending:
            holder, called = pending.pop()
            for one in (holder, *holder.inner):
                for edge in graph.edges[one]:
                    for param, value in bind(edge.call, edge.target, edge.skip_receiver).given.items():
                        next_one = (edge.target, param)
                        if isinstance(value, m.Name) and value.id == called and next_one not in found:
                            found.add(next_one)
                            pending.append(next_one)
        return found
