"""Methods called on attributes, parameters and results: which function of the project each call means."""

from __future__ import annotations

import pytest

from tests.project.building import callees, project_of

RUNNER = """
    class Runner:
        def run(self, text):
            return text

        @classmethod
        def from_env(cls):
            return cls()

        @classmethod
        async def connect(cls) -> "Runner":
            return await helper()

        def __enter__(self):
            return self

        def __exit__(self, *args):
            pass
"""

SITUATIONS = {
    "attribute set in the constructor": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self._runner = Runner()
            def ask(self, text):
                self._runner.run(text)
        """,
    "attribute set by a method that the constructor calls": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self._runner = None
                self._connect()
            def _connect(self):
                self._runner = Runner()
            def ask(self, text):
                self._runner.run(text)
        """,
    "attribute of the class body": """
        from runner import Runner
        class Agent:
            runner = Runner()
            def ask(self, text):
                self.runner.run(text)
        """,
    "attribute assigned from outside": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runner = None
            def ask(self, text):
                self.runner.run(text)
        def make():
            agent = Agent()
            agent.runner = Runner()
            return agent
        """,
    "annotated attribute without a value": """
        from runner import Runner
        class Agent:
            runner: Runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "attribute given by an annotated parameter": """
        from runner import Runner
        class Agent:
            def __init__(self, runner: Runner | None = None):
                self.runner = runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "parameter or default": """
        from runner import Runner
        class Agent:
            def __init__(self, runner=None):
                self.runner = runner or Runner()
            def ask(self, text):
                self.runner.run(text)
        """,
    "default if the parameter is None": """
        from runner import Runner
        class Agent:
            def __init__(self, runner=None):
                if runner is None:
                    runner = Runner()
                self.runner = runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "field of a data class": """
        from dataclasses import dataclass, field
        from runner import Runner
        @dataclass
        class Agent:
            runner: Runner = field(default_factory=Runner)
            def ask(self, text):
                self.runner.run(text)
        """,
    "field of a pydantic model": """
        from pydantic import BaseModel, Field
        from runner import Runner
        class Agent(BaseModel):
            runner: Runner = Field(exclude=True)
            def ask(self, text):
                self.runner.run(text)
        """,
    "optional field of a pydantic model": """
        from typing import Optional
        from pydantic import BaseModel
        from runner import Runner
        class Agent(BaseModel):
            runner: Optional[Runner] = None
            def ask(self, text):
                self.runner.run(text)
        """,
    "field with a factory and no annotation worth anything": """
        from typing import Any
        from pydantic import BaseModel, Field
        from runner import Runner
        class Agent(BaseModel):
            runner: Any = Field(default_factory=Runner)
            def ask(self, text):
                self.runner.run(text)
        """,
    "field with a lambda as factory": """
        from attrs import define, Factory, field
        from runner import Runner
        @define
        class Agent:
            runner: object = field(default=Factory(lambda: Runner()))
            def ask(self, text):
                self.runner.run(text)
        """,
    "annotation as text": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from runner import Runner
        class Agent:
            def __init__(self, runner: "Runner | None"):
                self.runner = runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "optional annotation as text": """
        from typing import Optional
        from runner import Runner
        class Agent:
            runner: "Optional[Runner]" = None
            def ask(self, text):
                self.runner.run(text)
        """,
    "type alias": """
        from typing import Optional
        from runner import Runner
        Maybe = Optional[Runner]
        class Agent:
            def __init__(self, runner: Maybe = None):
                self.runner = runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "elements of an annotated list": """
        from runner import Runner
        class Agent:
            def __init__(self, runners: list[Runner]):
                self.runners = runners
            def ask(self, text):
                for runner in self.runners:
                    runner.run(text)
        """,
    "elements of an optional annotated list": """
        from typing import List, Optional
        from runner import Runner
        class Agent:
            def __init__(self, runners: Optional[List[Runner]] = None):
                self.runners = runners or []
            def ask(self, text):
                for number, runner in enumerate(self.runners):
                    runner.run(text)
        """,
    "values of an annotated dict": """
        from runner import Runner
        class Agent:
            runners: dict[str, Runner] = {}
            def ask(self, name, text):
                self.runners[name].run(text)
        """,
    "get of an annotated dict": """
        from typing import Dict
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners: Dict[str, Runner] = {}
            def ask(self, name, text):
                runner = self.runners.get(name)
                if runner:
                    runner.run(text)
        """,
    "items of an annotated dict": """
        from runner import Runner
        class Agent:
            runners: dict[str, Runner] = {}
            def ask(self, text):
                for name, runner in self.runners.items():
                    runner.run(text)
        """,
    "dict filled by subscripts": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners = {}
                self.runners["a"] = Runner()
            def ask(self, text):
                self.runners["a"].run(text)
        """,
    "list filled by append": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners = []
            def add(self):
                self.runners.append(Runner())
            def ask(self, text):
                for runner in self.runners:
                    runner.run(text)
        """,
    "local list filled by append": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                runners = []
                runners.append(Runner())
                for runner in runners:
                    runner.run(text)
        """,
    "list of instances": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners = [Runner(), Runner()]
            def ask(self, text):
                for runner in self.runners:
                    runner.run(text)
                    break
        """,
    "comprehension over instances": """
        from runner import Runner
        class Agent:
            def __init__(self, names):
                self.runners = [Runner() for name in names]
            def ask(self, text):
                [runner.run(text) for runner in self.runners]
        """,
    "dict comprehension": """
        from runner import Runner
        class Agent:
            def __init__(self, names):
                self.runners = {name: Runner() for name in names}
            def ask(self, name, text):
                self.runners[name].run(text)
        """,
    "class kept in an attribute": """
        from runner import Runner
        class Agent:
            runner_class = Runner
            def ask(self, text):
                self.runner_class().run(text)
        """,
    "class given as an annotated parameter": """
        from typing import Type
        from runner import Runner
        class Agent:
            def ask(self, text, kind: Type[Runner]):
                kind().run(text)
        """,
    "property that makes a new object": """
        from runner import Runner
        class Agent:
            @property
            def runner(self) -> Runner:
                return Runner()
            def ask(self, text):
                return self.runner.run(text)
        """,
    "cached property": """
        from functools import cached_property
        from runner import Runner
        class Agent:
            @cached_property
            def runner(self):
                return Runner()
            def ask(self, text):
                return self.runner.run(text)
        """,
    "property over a private attribute": """
        from runner import Runner
        class Agent:
            _runner = None
            @property
            def runner(self):
                if self._runner is None:
                    self._runner = Runner()
                return self._runner
            def ask(self, text):
                return self.runner.run(text)
        """,
    "chain of attributes": """
        from runner import Runner
        class Holder:
            def __init__(self):
                self.runner = Runner()
        class Agent:
            def __init__(self):
                self.holder = Holder()
            def ask(self, text):
                self.holder.runner.run(text)
        """,
    "class method that makes one": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                Runner.from_env().run(text)
        """,
    "asynchronous factory with its annotation": """
        from runner import Runner
        class Agent:
            async def ask(self, text):
                runner = await Runner.connect()
                runner.run(text)
        """,
    "with": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                with Runner() as runner:
                    runner.run(text)
        """,
    "exit stack": """
        import contextlib
        from runner import Runner
        class Agent:
            def ask(self, text):
                with contextlib.ExitStack() as stack:
                    runner = stack.enter_context(Runner())
                    runner.run(text)
        """,
    "generator as a context manager": """
        from contextlib import asynccontextmanager
        from runner import Runner
        @asynccontextmanager
        async def opened():
            runner = Runner()
            try:
                yield runner
            finally:
                pass
        class Agent:
            async def ask(self, text):
                async with opened() as runner:
                    runner.run(text)
        """,
    "conditional expression": """
        from runner import Runner
        class Agent:
            def ask(self, text, runner=None):
                (runner if runner else Runner()).run(text)
        """,
    "walrus": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                if (runner := Runner()):
                    runner.run(text)
        """,
    "module singleton": """
        from shared import runner
        class Agent:
            def ask(self, text):
                runner.run(text)
        """,
    "global set by a function": """
        from runner import Runner
        _runner = None
        def get_runner():
            global _runner
            if _runner is None:
                _runner = Runner()
            return _runner
        class Agent:
            def ask(self, text):
                get_runner().run(text)
        """,
    "cached factory": """
        from functools import lru_cache
        from runner import Runner
        @lru_cache(maxsize=1)
        def get_runner():
            return Runner()
        class Agent:
            def ask(self, text):
                get_runner().run(text)
        """,
    "singleton in __new__": """
        from runner import Runner
        class Agent:
            _instance = None
            def __new__(cls):
                if cls._instance is None:
                    cls._instance = super().__new__(cls)
                    cls._instance.runner = Runner()
                return cls._instance
            def ask(self, text):
                self.runner.run(text)
        """,
    "isinstance narrows": """
        from runner import Runner
        class Agent:
            def ask(self, text, tool):
                if isinstance(tool, Runner):
                    tool.run(text)
        """,
    "isinstance narrows an attribute": """
        from runner import Runner
        class Agent:
            def __init__(self, tool):
                self.tool = tool
            def ask(self, text):
                if isinstance(self.tool, (Runner, str)) and text:
                    self.tool.run(text)
        """,
    "assert isinstance": """
        from runner import Runner
        class Agent:
            def ask(self, text, tool):
                assert isinstance(tool, Runner)
                tool.run(text)
        """,
    "cast": """
        from typing import cast
        from runner import Runner
        class Agent:
            def ask(self, text, tool):
                cast(Runner, tool).run(text)
        """,
    "cast with the type as text": """
        from typing import cast
        from runner import Runner
        class Agent:
            def ask(self, text, tool):
                cast("Runner", tool).run(text)
        """,
    "nonlocal": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                runner = None
                def prepare():
                    nonlocal runner
                    runner = Runner()
                prepare()
                runner.run(text)
        """,
    "getattr with a constant name": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runner = Runner()
            def ask(self, text):
                getattr(self, "runner", None).run(text)
        """,
    "setattr with a constant name": """
        from runner import Runner
        class Agent:
            def __init__(self):
                setattr(self, "runner", Runner())
            def ask(self, text):
                self.runner.run(text)
        """,
    "annotated parameter of a function": """
        from runner import Runner
        class Agent:
            def ask(self, text, runner: Runner):
                runner.run(text)
        """,
    "parameter with a self type": """
        from runner import Runner
        class Fast(Runner):
            pass
        class Agent:
            def ask(self, text, runner: Fast):
                runner.run(text)
        """,
    "typing.Self": """
        from typing import Self
        import runner
        class Fast(runner.Runner):
            def configured(self) -> Self:
                return load(self)
        class Agent:
            def ask(self, text):
                Fast().configured().run(text)
        """,
    "builder returns self": """
        from runner import Runner
        class Fast(Runner):
            def configured(self):
                return self
        class Agent:
            def ask(self, text):
                Fast().configured().run(text)
        """,
    "type variable bound to a class": """
        from typing import TypeVar
        from runner import Runner
        T = TypeVar("T", bound=Runner)
        class Agent:
            def ask(self, text, runner: T):
                runner.run(text)
        """,
    "next over an iterator of objects": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners = [Runner()]
            def ask(self, text):
                runner = next((r for r in self.runners if r), None)
                runner.run(text)
        """,
    "tuple result unpacked": """
        from runner import Runner
        def make():
            return Runner(), 3
        class Agent:
            def ask(self, text):
                runner, number = make()
                runner.run(text)
        """,
    "tuple result by annotation": """
        from runner import Runner
        def make() -> tuple[Runner, int]:
            return load()
        class Agent:
            def ask(self, text):
                runner, number = make()
                runner.run(text)
        """,
    "list result by annotation": """
        from runner import Runner
        def make() -> list[Runner]:
            return load()
        class Agent:
            def ask(self, text):
                for runner in make():
                    runner.run(text)
        """,
    "iterator result by annotation": """
        from collections.abc import Iterator
        from runner import Runner
        def make() -> Iterator[Runner]:
            yield from load()
        class Agent:
            def ask(self, text):
                for runner in make():
                    runner.run(text)
        """,
    "generator of objects": """
        from runner import Runner
        def make():
            for _ in range(3):
                yield Runner()
        class Agent:
            def ask(self, text):
                for runner in make():
                    runner.run(text)
        """,
    "first of a list": """
        from runner import Runner
        class Agent:
            def __init__(self, runners: list[Runner]):
                self.runners = runners
            def ask(self, text):
                self.runners[0].run(text)
        """,
    "zip and enumerate": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self.runners = [Runner()]
            def ask(self, texts):
                for number, (text, runner) in enumerate(zip(texts, self.runners)):
                    runner.run(text)
        """,
    "method kept in a variable": """
        from runner import Runner
        class Agent:
            def ask(self, text):
                go = Runner().run
                go(text)
        """,
    "method kept in an attribute": """
        from runner import Runner
        class Agent:
            def __init__(self):
                self._go = Runner().run
            def ask(self, text):
                self._go(text)
        """,
    "attribute set through a base class in another file": """
        from base import Base
        class Agent(Base):
            def ask(self, text):
                self.runner.run(text)
        """,
}

OTHERS = {
    "runner.py": RUNNER,
    "shared.py": "from runner import Runner\nrunner = Runner()\n",
    "base.py": """
        import runner as r
        class Base:
            def __init__(self):
                super().__init__()
                self.setup()
            def setup(self):
                self.runner = r.Runner()
    """,
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_method_is_found(situation: str) -> None:
    project = project_of({**OTHERS, "main.py": SITUATIONS[situation]})
    assert "runner.py:Runner.run" in callees(project, "main.py", "Agent.ask")


SILENT = {
    "isinstance that is negated": """
        from runner import Runner
        class Agent:
            def ask(self, text, tool):
                if not isinstance(tool, Runner):
                    tool.run(text)
        """,
    "attribute of the same name on another class": """
        from runner import Runner
        class Other:
            def __init__(self):
                self.runner = Runner()
        class Agent:
            def __init__(self, runner):
                self.runner = runner
            def ask(self, text):
                self.runner.run(text)
        """,
    "type variable without bound": """
        from typing import TypeVar
        T = TypeVar("T")
        class Agent:
            def ask(self, text, runner: T):
                runner.run(text)
        """,
    "list of something else": """
        from runner import Runner
        class Agent:
            def __init__(self, runners: list[str]):
                self.runners = runners
            def ask(self, text):
                for runner in self.runners:
                    runner.run(text)
        """,
    "key of a dict": """
        from runner import Runner
        class Agent:
            runners: dict[Runner, str] = {}
            def ask(self, name, text):
                self.runners[name].run(text)
        """,
}


@pytest.mark.parametrize("situation", SILENT)
def test_nothing_is_guessed(situation: str) -> None:
    project = project_of({**OTHERS, "main.py": SILENT[situation]})
    assert callees(project, "main.py", "Agent.ask") == []
