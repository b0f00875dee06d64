"""Calls whose function is not named where they stand: dispatch, callbacks, wrappers, virtual methods."""

from __future__ import annotations

import pytest

from tests.project.building import callees, project_of

WORK = """
    def work(text):
        return text

    def other(text):
        return text

    class Job:
        def __init__(self, name="x"):
            self.name = name

        def run(self, text):
            return text

        @classmethod
        def worker(cls, text, queue):
            return text
"""

CALLS = {
    "dict of functions": """
        from work import work, other
        HANDLERS = {"a": work, "b": other}
        def main(name, text):
            HANDLERS[name](text)
        """,
    "dict of functions, get": """
        from work import work, other
        HANDLERS = {"a": work, "b": other}
        def main(name, text):
            handler = HANDLERS.get(name)
            if handler is None:
                raise KeyError(name)
            handler(text)
        """,
    "dict filled by a decorator": """
        from work import work
        HANDLERS = {}
        def register(name):
            def wrap(function):
                HANDLERS[name] = function
                return function
            return wrap
        @register("a")
        def first(text):
            work(text)
        def main(name, text):
            HANDLERS[name](text)
        """,
    "dict of methods": """
        from work import work
        class Agent:
            def __init__(self):
                self.handlers = {"a": self.first}
            def first(self, text):
                work(text)
        def main(name, text):
            Agent().handlers[name](text)
        """,
    "dict of lambdas": """
        from work import work
        def main(name, text):
            {"a": lambda t: work(t)}[name](text)
        """,
    "list of functions": """
        from work import work, other
        def main(text):
            for step in [work, other]:
                text = step(text)
        """,
    "list of pairs": """
        from work import work, other
        STEPS = [("one", work), ("two", other)]
        def main(text):
            for name, step in STEPS:
                text = step(text)
        """,
    "string dispatch": """
        from work import work, other
        def pick(kind):
            if kind == "a":
                return work
            elif kind == "b":
                return other
            raise ValueError(kind)
        def main(kind, text):
            pick(kind)(text)
        """,
    "thread": """
        import threading
        from work import work
        def main(text):
            threading.Thread(target=work, args=(text,), daemon=True).start()
        """,
    "thread with keyword arguments": """
        from threading import Thread
        from work import work
        def main(text):
            t = Thread(target=work, kwargs={"text": text})
            t.start()
        """,
    "process": """
        import multiprocessing
        from work import work
        def main(text):
            p = multiprocessing.Process(target=work, args=(text,))
            p.start()
        """,
    "timer": """
        import threading
        from work import work
        def main(text):
            threading.Timer(3.0, work, args=(text,)).start()
        """,
    "executor": """
        import asyncio
        from work import work
        async def main(text):
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, work, text)
        """,
    "executor with a lambda": """
        import asyncio
        from work import work
        async def main(text):
            loop = asyncio.get_event_loop()
            await loop.run_in_executor(None, lambda: work(text))
        """,
    "to_thread": """
        import asyncio
        from work import work
        async def main(text):
            await asyncio.to_thread(work, text)
        """,
    "submit": """
        from concurrent.futures import ThreadPoolExecutor
        from work import work
        def main(text):
            with ThreadPoolExecutor() as executor:
                executor.submit(work, text).result()
        """,
    "submit on an attribute": """
        from concurrent.futures import ThreadPoolExecutor
        from work import work
        class Pool:
            def __init__(self):
                self._pool = ThreadPoolExecutor(2)
            def go(self, text):
                self._pool.submit(work, text)
        def main(text):
            Pool().go(text)
        """,
    "partial in a variable": """
        from functools import partial
        from work import work
        def main(text):
            go = partial(work, text)
            go()
        """,
    "partial of a method": """
        from functools import partial
        from work import work
        class Agent:
            def go(self, flag, text):
                work(text)
        def main(text):
            partial(Agent().go, True)(text)
        """,
    "partial handed to a thread": """
        import asyncio
        from functools import partial
        from work import work
        async def main(text):
            await asyncio.get_running_loop().run_in_executor(None, partial(work, text))
        """,
    "wrapped by a decorator": """
        import functools
        from work import work
        def logged(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper
        @logged
        def step(text):
            work(text)
        def main(text):
            step(text)
        """,
    "wrapped by a function": """
        from work import work
        def logged(function):
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper
        step = logged(work)
        def main(text):
            step(text)
        """,
    "wrapped by a decorator with arguments": """
        import functools
        from work import work
        def retrying(times=3):
            def decorate(function):
                @functools.wraps(function)
                async def wrapper(*args, **kwargs):
                    for _ in range(times):
                        return await function(*args, **kwargs)
                return wrapper
            return decorate
        class Agent:
            @retrying(times=2)
            async def step(self, text):
                work(text)
        async def main(text):
            await Agent().step(text)
        """,
    "wrapped by a class": """
        from work import work
        class Wrapped:
            def __init__(self, function):
                self.function = function
            def __call__(self, *args):
                return self.function(*args)
        @Wrapped
        def step(text):
            work(text)
        def main(text):
            step(text)
        """,
    "decorated by another package": """
        import tenacity
        from work import work
        @tenacity.retry(stop=tenacity.stop_after_attempt(3))
        def step(text):
            work(text)
        def main(text):
            step(text)
        """,
    "callback parameter": """
        from work import work
        def apply(callback, text):
            callback(text)
        def main(text):
            apply(work, text)
        """,
    "callback kept in an attribute": """
        from work import work
        class Button:
            def __init__(self, on_click):
                self.on_click = on_click
            def click(self, text):
                self.on_click(text)
        def main(text):
            Button(on_click=work).click(text)
        """,
    "closure": """
        from work import work
        def make(prefix):
            def inner(text):
                return work(prefix + text)
            return inner
        def main(text):
            make("x")(text)
        """,
    "virtual method": """
        from work import work
        class Voice:
            def say(self, text):
                self._speech(text)
            def _speech(self, text):
                return None
        class Loud(Voice):
            def _speech(self, text):
                work(text)
        def main(text):
            Loud().say(text)
        """,
    "abstract method": """
        from abc import ABC, abstractmethod
        from work import work
        class Voice(ABC):
            def say(self, text):
                self._speech(text)
            @abstractmethod
            def _speech(self, text):
                \"\"\"Say it.\"\"\"
        class Loud(Voice):
            def _speech(self, text):
                work(text)
        def main(voice: Voice, text):
            voice.say(text)
        """,
    "overridden method of an annotated parameter": """
        from work import work
        class Voice:
            def say(self, text):
                return text
        class Loud(Voice):
            def say(self, text):
                work(text)
        def main(voice: Voice, text):
            voice.say(text)
        """,
    "protocol": """
        from typing import Protocol
        from work import work
        class Speaker(Protocol):
            def say_loud(self, text): ...
        class Loud:
            def say_loud(self, text):
                work(text)
        def main(speaker: Speaker, text):
            speaker.say_loud(text)
        """,
    "super": """
        from work import work
        class Voice:
            def say(self, text):
                work(text)
        class Loud(Voice):
            def say(self, text):
                super().say(text)
        def main(text):
            Loud().say(text)
        """,
    "super with arguments": """
        from work import work
        class Voice:
            def say(self, text):
                work(text)
        class Loud(Voice):
            def say(self, text):
                super(Loud, self).say(text)
        def main(text):
            Loud().say(text)
        """,
    "method of the base class called by its name": """
        from work import work
        class Voice:
            def say(self, text):
                work(text)
        class Loud(Voice):
            def say(self, text):
                Voice.say(self, text)
        def main(text):
            Loud().say(text)
        """,
    "getattr with a prefix": """
        from work import work
        class Agent:
            def handle_click(self, text):
                work(text)
            def go(self, name, text):
                getattr(self, f"handle_{name}")(text)
        def main(name, text):
            Agent().go(name, text)
        """,
    "getattr with a prefix kept in a variable": """
        from work import work
        class Agent:
            def handle_click(self, text):
                work(text)
            def go(self, name, text):
                method = getattr(self, "handle_" + name, None)
                if method:
                    method(text)
        def main(name, text):
            Agent().go(name, text)
        """,
    "__call__ through an attribute": """
        from work import work
        class Agent:
            def __call__(self, text):
                work(text)
        class Holder:
            agent = Agent()
        def main(text):
            Holder().agent(text)
        """,
    "__call__ that hands on to a method": """
        from work import work
        class Base:
            def __call__(self, *args, **kwargs):
                return self.forward(*args, **kwargs)
            def forward(self, text):
                raise NotImplementedError
        class Agent(Base):
            def forward(self, text):
                work(text)
        def main(text):
            Agent()(text)
        """,
    "class picked from a dict": """
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        KINDS = {"agent": Agent}
        def make(kind):
            return KINDS[kind]()
        def main(kind, text):
            make(kind).go(text)
        """,
    "class picked from a dict of a class body": """
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        class Factory:
            _kinds = {"agent": Agent}
            @classmethod
            def make(cls, kind, **kwargs):
                agent_class = cls._kinds.get(kind)
                return agent_class(**kwargs)
        def main(kind, text):
            Factory.make(kind).go(text)
        """,
    "class picked from a dict with names as keys, imported on demand": """
        from importlib import import_module
        class Loader:
            def get(self, kind, text):
                kinds = {"work": ("work", "Job")}
                module_name, class_name = kinds[kind]
                module = import_module(module_name)
                getattr(module, class_name)().run(text)
        def main(kind, text):
            Loader().get(kind, text)
        """,
    "import_module and getattr": """
        import importlib
        def main(text):
            module = importlib.import_module("work")
            job = getattr(module, "Job")
            job().run(text)
        """,
    "factory in a class of its own": """
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        class AgentFactory:
            @staticmethod
            def create(kind):
                if kind == "a":
                    return Agent()
                raise ValueError
        def main(kind, text):
            agent = AgentFactory.create(kind)
            agent.go(text)
        """,
    "base class method returns its subclass": """
        from work import work
        class Base:
            @classmethod
            def build(cls, **values):
                made = cls(**values)
                return made
        class Agent(Base):
            def go(self, text):
                work(text)
        def main(text):
            Agent.build(a=1).go(text)
        """,
    "base method returns self": """
        from work import work
        class Base:
            def configured(self):
                self.ready = True
                return self
        class Agent(Base):
            def go(self, text):
                work(text)
        def main(text):
            Agent().configured().go(text)
        """,
    "data class with a callable field": """
        from dataclasses import dataclass
        from typing import Any, Callable
        from work import work
        @dataclass
        class Tool:
            name: str
            handler: Callable[..., Any]
            def go(self, text):
                return self.handler(text)
        def main(text):
            Tool("a", handler=work).go(text)
        """,
    "pydantic model given an object of any type": """
        from typing import Any
        from pydantic import BaseModel
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        class Tool(BaseModel):
            agent: Any
            def run(self, text):
                self.agent.go(text)
        def main(text):
            Tool(agent=Agent()).run(text)
        """,
    "enumeration with a table": """
        from enum import Enum
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        class Kind(Enum):
            A = "a"
            B = "b"
            def loader(self):
                loaders = {Kind.A: Agent, Kind.B: Agent}
                return loaders[self]()
        def main(text):
            Kind("a").loader().go(text)
        """,
    "map": """
        from work import work
        def main(texts):
            return list(map(work, texts))
        """,
    "recursion through a parameter in three files": """
        from chain import start
        from work import work
        class Agent:
            def go(self, text):
                work(text)
        def main(text):
            start(Agent(), text)
        """,
    "passed on by keyword dict": """
        from work import work
        class Agent:
            def __init__(self, callback=None):
                self.callback = callback
            def go(self, text):
                self.callback(text)
        def main(text):
            settings = {"callback": work}
            Agent(**settings).go(text)
        """,
    "inner class": """
        from work import work
        class Agent:
            class Inner:
                def go(self, text):
                    work(text)
            def go(self, text):
                self.Inner().go(text)
        def main(text):
            Agent().go(text)
        """,
    "guarded import": """
        try:
            from work import work
        except ImportError:
            work = None
        def main(text):
            work(text)
        """,
    "imported where it is used, under another name": """
        def main(text):
            from work import work as work_impl
            work_impl(text)
        """,
    "lazy table in a package": """
        from lazy import work
        def main(text):
            work(text)
        """,
    "lazy chain in a package": """
        import chained
        def main(text):
            chained.Job().run(text)
        """,
    "package with __all__": """
        from pkg import *
        def main(text):
            exported(text)
        """,
    "attribute of a package imported elsewhere": """
        import pkg.deep.module
        def main(text):
            pkg.deep.module.go(text)
        """,
    "contextmanager function": """
        import contextlib
        from work import work
        @contextlib.contextmanager
        def session(text):
            work(text)
            yield
        def main(text):
            with session(text):
                pass
        """,
    "entering a class": """
        from work import work
        class Session:
            def __enter__(self):
                work("x")
                return self
            def __exit__(self, *args):
                pass
            def go(self, text):
                work(text)
        def main(text):
            with Session() as s:
                s.go(text)
        """,
    "event handlers in a list attribute": """
        from work import work
        class Bus:
            def __init__(self):
                self.handlers = []
            def on(self, handler):
                self.handlers.append(handler)
            def emit(self, text):
                for handler in self.handlers:
                    handler(text)
        bus = Bus()
        bus.on(work)
        def main(text):
            bus.emit(text)
        """,
    "tools by name": """
        from work import work
        class Tool:
            name = "x"
            def run(self, text):
                raise NotImplementedError
        class Shell(Tool):
            def run(self, text):
                work(text)
        class Agent:
            def __init__(self, tools: list[Tool]):
                self.tools = {tool.name: tool for tool in tools}
            def act(self, name, text):
                tool = self.tools[name]
                tool.run(text)
        def main(text):
            Agent([Shell()]).act("x", text)
        """,
}

OTHERS = {
    "work.py": WORK,
    "chain.py": "from chain2 import go_on\ndef start(agent, text):\n    go_on(agent, text)\n",
    "chain2.py": "def go_on(agent, text):\n    agent.go(text)\n",
    "lazy/__init__.py": """
        import importlib
        _MODULES = {"work": "work", "Job": "work"}
        def __getattr__(name):
            if name in _MODULES:
                return getattr(importlib.import_module(_MODULES[name]), name)
            raise AttributeError(name)
        """,
    "chained/__init__.py": """
        from typing import Any
        def _import_job() -> Any:
            from work import Job
            return Job
        def __getattr__(name: str) -> Any:
            if name == "Job":
                return _import_job()
            elif name == "work":
                from work import work
                return work
            raise AttributeError(name)
        """,
    "pkg/__init__.py": 'from .inner import *\n__all__ = ["exported"]\n',
    "pkg/inner.py": "from work import work\n__all__ = ['exported']\ndef exported(text):\n    work(text)\n",
    "pkg/deep/module.py": "from work import work\ndef go(text):\n    work(text)\n",
}


def _reached(text: str) -> set[str]:
    """Everything that ``main`` of main.py ends up calling."""
    project = project_of({**OTHERS, "main.py": text})
    found: set[str] = set()
    pending = ["main.py:main"]
    while pending:
        path, _, qualname = pending.pop().partition(":")
        for name in callees(project, path, qualname):
            if name not in found:
                found.add(name)
                pending.append(name)
    return found


@pytest.mark.parametrize("situation", CALLS)
def test_the_function_is_reached(situation: str) -> None:
    assert {"work.py:work", "work.py:Job.run"} & _reached(CALLS[situation])


def test_lists_that_extend_each_other() -> None:
    lines = ["from work import work", "lists = []"]
    lines += [f"a{n} = []" for n in range(120)]
    lines += [f"a{n}.extend(a{(n * 7 + k) % 120})" for n in range(120) for k in (1, 3, 5)]
    lines += ["a5.append(work)", "def main(text):", "    for step in a60:", "        step(text)"]
    project = project_of({**OTHERS, "main.py": "\n".join(lines)})
    assert callees(project, "main.py", "main") == ["work.py:work"]
