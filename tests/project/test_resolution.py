"""What names stand for: imports of every kind, attributes, factories, decorators, context managers."""

from __future__ import annotations

import pytest

from llmlint.project.modules import ModuleIndex
from tests.project.building import meaning, project_of

CLIENT = "import openai\nclient = openai.OpenAI(timeout=10)\n"

IMPORTS = {
    "relative": (
        {"app/__init__.py": "", "app/llm.py": CLIENT, "app/use.py": "from .llm import client\n"},
        ("app/use.py", "client"),
        ["client openai.OpenAI"],
    ),
    "relative, two levels": (
        {
            "app/__init__.py": "",
            "app/llm.py": CLIENT,
            "app/web/__init__.py": "",
            "app/web/use.py": "from ..llm import client as c\n",
        },
        ("app/web/use.py", "c"),
        ["client openai.OpenAI"],
    ),
    "relative, module": (
        {"app/__init__.py": "", "app/llm.py": CLIENT, "app/use.py": "from . import llm\n"},
        ("app/use.py", "llm"),
        ["module app/llm.py"],
    ),
    "leaves the project": (
        {"use.py": "from ...llm import client\n"},
        ("use.py", "client"),
        ["unknown"],
    ),
    "re-export": (
        {
            "app/__init__.py": "from .llm import client\n",
            "app/llm.py": CLIENT,
            "main.py": "from app import client\n",
        },
        ("main.py", "client"),
        ["client openai.OpenAI"],
    ),
    "re-export of a re-export": (
        {
            "app/__init__.py": "from .core import client\n",
            "app/core/__init__.py": "from .llm import client\n",
            "app/core/llm.py": CLIENT,
            "main.py": "import app\nfound = app.client\n",
        },
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "src layout": (
        {
            "src/app/__init__.py": "",
            "src/app/llm.py": CLIENT,
            "tests/use.py": "from app.llm import client\n",
        },
        ("tests/use.py", "client"),
        ["client openai.OpenAI"],
    ),
    "namespace package": (
        {"app/llm.py": CLIENT, "main.py": "import app.llm\nfound = app.llm.client\n"},
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "namespace package itself": (
        {"app/llm.py": CLIENT, "main.py": "import app\n"},
        ("main.py", "app"),
        ["package app"],
    ),
    "star import": (
        {"llm.py": CLIENT, "main.py": "from llm import *\nfound = client\n"},
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "star import through a package": (
        {
            "app/__init__.py": "from .llm import *\n",
            "app/llm.py": CLIENT,
            "main.py": "from app import client\n",
        },
        ("main.py", "client"),
        ["client openai.OpenAI"],
    ),
    "star import of an SDK": (
        {"main.py": "from openai import *\nfound = OpenAI()\n"},
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "lazy import": (
        {
            "llm.py": CLIENT,
            "main.py": "def make():\n    from llm import client\n    return client\nfound = make()\n",
        },
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "import_module": (
        {
            "llm.py": CLIENT,
            "main.py": "import importlib\nfound = importlib.import_module('llm').client\n",
        },
        ("main.py", "found"),
        ["client openai.OpenAI"],
    ),
    "either of two": (
        {
            "main.py": """
                try:
                    import orjson as json
                except ImportError:
                    import json
                """
        },
        ("main.py", "json"),
        ["external json", "external orjson"],
    ),
    "a module wins over nothing, a package over a module": (
        {"llm.py": "a = 1\n", "llm/__init__.py": CLIENT, "main.py": "from llm import client\n"},
        ("main.py", "client"),
        ["client openai.OpenAI"],
    ),
    "a stray file named like an SDK, further up": (
        {"scripts/openai.py": "OpenAI = 1\n", "scripts/jobs/use.py": "from openai import OpenAI\n"},
        ("scripts/jobs/use.py", "OpenAI"),
        ["external openai.OpenAI"],
    ),
    "cycle": (
        {"a.py": "from b import x\ny = 1\n", "b.py": "from a import y\nx = y\n"},
        ("a.py", "x"),
        ["data 1"],
    ),
}


@pytest.mark.parametrize("situation", IMPORTS)
def test_imports(situation: str) -> None:
    files, (path, name), expected = IMPORTS[situation]
    assert meaning(project_of(files), path, name) == expected


VALUES = {
    "attribute set in a base class": (
        """
        import openai
        class Base:
            def __init__(self):
                self.client = openai.OpenAI()
        class Service(Base):
            pass
        found = Service().client
        """,
        ["client openai.OpenAI"],
    ),
    "attribute set in a subclass": (
        """
        import openai
        class Base:
            client = None
            def ask(self):
                return self.client
        class Service(Base):
            client = openai.OpenAI()
        found = Base().ask()
        """,
        ["client openai.OpenAI"],
    ),
    "the nearest definition wins": (
        """
        class A:
            def run(self): return 1
        class B(A):
            def run(self): return 2
        class C(B):
            pass
        found = C().run()
        """,
        ["data 2"],
    ),
    "an abstract method is what its subclasses make of it": (
        """
        class Base:
            def run(self):
                raise NotImplementedError
        class One(Base):
            def run(self): return 1
        class Two(Base):
            def run(self): return 2
        found = Base().run
        """,
        [
            "function main.py:Base.run on instance main.py:Base",
            "function main.py:One.run on instance main.py:One",
            "function main.py:Two.run on instance main.py:Two",
        ],
    ),
    "super": (
        """
        class A:
            def run(self): return 1
        class B(A):
            def run(self): return super().run()
        found = B().run()
        """,
        ["data 1"],
    ),
    "property": (
        """
        import openai
        class Service:
            @property
            def client(self):
                return openai.OpenAI()
        found = Service().client
        """,
        ["client openai.OpenAI"],
    ),
    "class method": (
        """
        class Service:
            @classmethod
            def make(cls):
                return cls()
        found = Service.make()
        """,
        ["instance main.py:Service"],
    ),
    "static method": (
        """
        class Service:
            @staticmethod
            def make():
                return 1
        found = Service.make
        """,
        ["function main.py:Service.make"],
    ),
    "factory": (
        """
        import openai
        def make(kind):
            if kind == "azure":
                return openai.AzureOpenAI()
            return openai.OpenAI()
        found = make("azure")
        """,
        ["client openai.AzureOpenAI", "client openai.OpenAI"],
    ),
    "a factory that gives back what it is given": (
        """
        import openai
        def same(value):
            return value
        found = same(openai.OpenAI())
        """,
        ["client openai.OpenAI"],
    ),
    "factory by annotation": (
        """
        import openai
        def make() -> openai.OpenAI: ...
        found = make()
        """,
        ["client openai.OpenAI by type"],
    ),
    "partial": (
        """
        import functools
        def ask(model, text):
            return 1
        found = functools.partial(ask, "m")("hello")
        """,
        ["data 1"],
    ),
    "decorated function": (
        """
        import functools
        def twice(f):
            @functools.wraps(f)
            def inner(*args):
                return f(*args)
            return inner
        @twice
        def ask():
            return 1
        found = ask()
        """,
        ["data 1"],
    ),
    "context manager of an SDK": (
        """
        import openai
        with openai.OpenAI() as found:
            pass
        """,
        ["client openai.OpenAI"],
    ),
    "context manager of the project": (
        """
        import openai
        class Session:
            def __enter__(self):
                return openai.OpenAI()
        with Session() as found:
            pass
        """,
        ["client openai.OpenAI"],
    ),
    "generator as a context manager": (
        """
        import contextlib
        import openai
        @contextlib.contextmanager
        def session():
            yield openai.OpenAI()
        with session() as found:
            pass
        """,
        ["client openai.OpenAI"],
    ),
    "__getattr__ that hands on": (
        """
        class Inner:
            def run(self): return 1
        class Outer:
            def __init__(self):
                self._inner = Inner()
            def __getattr__(self, name):
                return getattr(self._inner, name)
        found = Outer().run()
        """,
        ["data 1"],
    ),
    "__call__": (
        """
        class Ask:
            def __call__(self): return 1
        ask = Ask()
        found = ask()
        """,
        ["data 1"],
    ),
    "item of a dict": (
        """
        import openai
        clients = {"main": openai.OpenAI(), "other": 1}
        found = clients["main"]
        """,
        ["client openai.OpenAI"],
    ),
    "unpacking": (
        """
        import openai
        one, (found, two) = 1, (openai.OpenAI(), 2)
        """,
        ["client openai.OpenAI"],
    ),
    "elements of a list": (
        """
        import openai
        for found in [openai.OpenAI(), openai.AzureOpenAI()]:
            pass
        """,
        ["client openai.AzureOpenAI", "client openai.OpenAI"],
    ),
    "global statement": (
        """
        import openai
        found = None
        def setup():
            global found
            found = openai.OpenAI()
        """,
        ["client openai.OpenAI"],
    ),
    "or": (
        """
        import openai
        def make(client=None):
            return client or openai.OpenAI()
        found = make()
        """,
        ["client openai.OpenAI", "parameter client"],
    ),
    "options change a client": (
        """
        import openai
        found = openai.OpenAI().with_options(timeout=3)
        """,
        ["client openai.OpenAI"],
    ),
}


@pytest.mark.parametrize("situation", VALUES)
def test_values(situation: str) -> None:
    text, expected = VALUES[situation]
    assert meaning(project_of({"main.py": text}), "main.py", "found") == expected


def test_class_attribute_across_files() -> None:
    project = project_of(
        {
            "base.py": "import openai\nclass Base:\n    client = openai.OpenAI()\n",
            "service.py": (
                "from base import Base\nclass Service(Base):\n    def ask(self):\n        c = self.client\n"
            ),
        }
    )
    assert meaning(project, "service.py", "c", "Service.ask") == ["client openai.OpenAI"]


def test_parameters_are_what_callers_give() -> None:
    project = project_of(
        {
            "a.py": "def ask(client, text, *rest, model='m'):\n    pass\n",
            "b.py": "import openai\nfrom a import ask\nask(openai.OpenAI(), 'hello', 1)\n",
        }
    )
    assert meaning(project, "a.py", "client", "ask") == ["client openai.OpenAI"]
    assert meaning(project, "a.py", "text", "ask") == ["data 'hello'"]
    assert meaning(project, "a.py", "model", "ask") == ["data 'm'"]
    assert meaning(project, "a.py", "rest", "ask") == ["parameter rest"]


def test_class_scopes_are_not_seen_from_methods() -> None:
    project = project_of({"a.py": "x = 1\nclass A:\n    x = 2\n    def f(self):\n        y = x\n"})
    assert meaning(project, "a.py", "y", "A.f") == ["data 1"]


def test_order_of_files_does_not_matter() -> None:
    files = {"a.py": "from b import make\nfound = make()\n", "b.py": "def make():\n    return 1\n"}
    backwards = dict(reversed(files.items()))
    assert meaning(project_of(files), "a.py", "found") == ["data 1"]
    assert meaning(project_of(backwards), "a.py", "found") == ["data 1"]


def test_places_of_modules() -> None:
    project = project_of({"src/app/__init__.py": "", "src/app/llm.py": "", "tools/run.py": ""})
    index: ModuleIndex = project.evaluator.index
    assert index.place("app.llm", "tools/run.py") == "src/app/llm"
    assert index.place("app.missing", "tools/run.py") is None
    assert index.relative("llm", 1, "src/app/use.py") == "src/app/llm"
    assert index.relative("x", 4, "src/app/use.py") is None
