"""Functions that become tools through a framework, and the parameters the model chooses."""

from __future__ import annotations

import textwrap

import pytest

from tests.project.building import project_of

Tools = dict[str, list[str]]


def chosen(files: dict[str, str]) -> Tools:
    """Every tool of a project with the parameters that a model chooses."""
    tools = project_of({path: textwrap.dedent(text) for path, text in files.items()}).tools
    return {f.qualname: [p for p in f.params if tools.chooses(f, p)] for f in tools.functions()}


PLAIN = """
def run_script(script: str, limit: int) -> str:
    return script


def list_files(folder: str) -> list[str]:
    return [folder]
"""

BOTH: Tools = {"run_script": ["script"], "list_files": ["folder"]}

ELSEWHERE = {
    "mcp.tool()(f)": """
        from mcp.server.fastmcp import FastMCP
        from jobs import run_script, list_files
        mcp = FastMCP("jobs")
        mcp.tool()(run_script)
        mcp.tool(list_files)
        """,
    "named registration": """
        from fastmcp import FastMCP
        import jobs
        mcp = FastMCP("jobs")
        mcp.tool(name="run", annotations={"readOnlyHint": False})(jobs.run_script)
        mcp.add_tool(jobs.list_files)
        """,
    "a loop over functions": """
        from fastmcp import FastMCP
        from jobs import run_script, list_files
        mcp = FastMCP("jobs")
        for function in (run_script, list_files):
            mcp.tool()(function)
        """,
    "a registry of functions": """
        from fastmcp import FastMCP
        from jobs import run_script, list_files
        mcp = FastMCP("jobs")
        TOOLS = {"run": run_script, "list": list_files}
        for name, function in TOOLS.items():
            mcp.tool(name=name)(function)
        """,
    "a server given as a parameter": """
        from fastmcp import FastMCP
        from jobs import run_script, list_files

        def register(server):
            server.tool()(run_script)
            server.add_tool(list_files)

        register(FastMCP("jobs"))
        """,
    "a server kept in an attribute": """
        from fastmcp import FastMCP
        from jobs import run_script, list_files

        class Service:
            def __init__(self):
                self.mcp = FastMCP("jobs")

            def register_tools(self):
                self.mcp.tool()(run_script)
                self.mcp.tool()(list_files)
        """,
    "a method that hands the decorator on": """
        from fastmcp import FastMCP
        from jobs import run_script, list_files

        class Service:
            def __init__(self):
                self.mcp = FastMCP("jobs")

            def tool(self, *args):
                return self.mcp.tool(*args)

        service = Service()
        service.tool("run")(run_script)
        service.tool("list")(list_files)
        """,
    "a decorator of the project around it": """
        from fastmcp import FastMCP
        import jobs
        mcp = FastMCP("jobs")

        def logged(function):
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        mcp.add_tool(logged(jobs.run_script))
        mcp.add_tool(logged(jobs.list_files))
        """,
    "a list that grows": """
        from langgraph.prebuilt import create_react_agent
        from jobs import run_script, list_files

        def build(model, with_files):
            tools = [run_script]
            if with_files:
                tools.append(list_files)
            return create_react_agent(model, tools=tools)
        """,
    "a list from a function": """
        from langgraph.prebuilt import ToolNode
        from jobs import run_script, list_files

        def all_tools():
            return [run_script] + [list_files]

        node = ToolNode(all_tools())
        """,
    "a list from a property, spread": """
        from google.adk.agents import LlmAgent
        from jobs import run_script, list_files

        class Team:
            @property
            def tools(self):
                return [run_script, list_files]

        root = LlmAgent(name="root", model="gemini-2.5-pro", tools=[*Team().tools])
        """,
    "a comprehension": """
        import dspy
        from jobs import run_script, list_files
        react = dspy.ReAct("question -> answer", tools=[dspy.Tool(f) for f in (run_script, list_files)])
        """,
    "a dict of settings": """
        from google import genai
        from google.genai import types
        from jobs import run_script, list_files
        client = genai.Client()
        client.models.generate_content(
            model="gemini-2.5-pro", contents="hello",
            config=types.GenerateContentConfig(tools=[run_script, list_files]),
        )
        """,
    "settings spread over the call": """
        import ollama
        from jobs import run_script, list_files
        settings = {"model": "llama3.2", "tools": [run_script, list_files]}
        ollama.chat(messages=[], **settings)
        """,
    "factories of a framework": """
        from llama_index.core.tools import FunctionTool
        from langchain_core.tools import StructuredTool
        from jobs import run_script, list_files
        one = FunctionTool.from_defaults(fn=run_script)
        two = StructuredTool.from_function(func=list_files, name="list", description="Lists files")
        """,
    "camel": """
        from camel.toolkits import FunctionTool
        from camel.agents import ChatAgent
        from jobs import run_script, list_files
        agent = ChatAgent("You help", tools=[FunctionTool(run_script), list_files])
        """,
    "agentscope": """
        from agentscope.tool import Toolkit
        from jobs import run_script, list_files
        toolkit = Toolkit()
        toolkit.register_tool_function(run_script)
        toolkit.register_tool_function(tool_func=list_files)
        """,
}


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_function_registered_in_another_file(text: str) -> None:
    found = chosen({"jobs.py": PLAIN, "server.py": text})
    assert {name: params for name, params in found.items() if name != "logged.wrapper"} == BOTH


def test_more_tools_than_the_evaluator_keeps_alternatives() -> None:
    functions = "\n".join(f"def job_{n}(text: str): ..." for n in range(40))
    names = ", ".join(f"job_{n}" for n in range(40))
    text = f"from agents import Agent\n{functions}\nagent = Agent(name='a', tools=[{names}])\n"
    assert chosen({"app.py": text}) == {f"job_{n}": ["text"] for n in range(40)}


METHODS: dict[str, tuple[str, Tools]] = {
    "nested in a factory": (
        """
        from mcp.server.fastmcp import FastMCP, Context

        def create_server(driver) -> FastMCP:
            mcp = FastMCP("graph")

            @mcp.tool(name="read", annotations={"readOnlyHint": True})
            async def read(query: str, ctx: Context, params: dict | None = None) -> str:
                return await driver.run(query, params)

            return mcp
        """,
        {"create_server.read": ["query", "params"]},
    ),
    "methods registered by a toolkit": (
        """
        from agno.tools import Toolkit

        class ShellTools(Toolkit):
            def __init__(self):
                super().__init__(name="shell")
                self.register(self.run)

            def run(self, command: str, timeout: int = 5) -> str:
                return command
        """,
        {"ShellTools.run": ["command"]},
    ),
    "methods given to the base class": (
        """
        from agno.tools import Toolkit

        class ShellTools(Toolkit):
            def __init__(self, read_only: bool):
                tools = [self.show]
                if not read_only:
                    tools.append(self.run)
                super().__init__(name="shell", tools=tools)

            def run(self, command: str) -> str:
                return command

            def show(self, path: str) -> str:
                return path
        """,
        {"ShellTools.run": ["command"], "ShellTools.show": ["path"]},
    ),
    "names of methods": (
        """
        from llama_index.core.tools.tool_spec.base import BaseToolSpec

        class Database(BaseToolSpec):
            spec_functions = ["run_query", ("fetch", "afetch")]

            def run_query(self, query: str): ...
            def fetch(self, table: str): ...
            async def afetch(self, table: str): ...
            def connect(self, url: str): ...
        """,
        {"Database.run_query": ["query"], "Database.fetch": ["table"], "Database.afetch": ["table"]},
    ),
    "low-level handlers": (
        """
        from mcp.server import Server

        async def main():
            server = Server("data")

            @server.list_tools()
            async def list_tools(): return []

            @server.call_tool()
            async def call(name: str, arguments: dict | None, session=None): ...

            @server.read_resource()
            async def read(uri): ...
        """,
        {"main.call": ["arguments"], "main.read": ["uri"]},
    ),
    "a handler that is a method": (
        """
        from mcp.server import Server

        class App:
            def __init__(self):
                self.server = Server("data")
                self.server.call_tool()(self.call)

            async def call(self, name, arguments): ...
        """,
        {"App.call": ["arguments"]},
    ),
    "a subclass that takes whatever comes": (
        """
        from langchain_core.tools import BaseTool

        class Proxy(BaseTool):
            def _run(self, *args, run_manager=None, **kwargs): ...
        """,
        {"Proxy._run": ["kwargs"]},
    ),
    "activities": (
        """
        from griptape.tools import BaseTool
        from griptape.utils.decorators import activity
        from schema import Schema

        class Shell(BaseTool):
            @activity(config={"description": "Runs", "schema": Schema({"command": str})})
            def run(self, params: dict): ...

            def helper(self, command: str): ...
        """,
        {"Shell.run": ["params"]},
    ),
    "actions with a request": (
        """
        from composio.tools.base.local import LocalAction
        from pydantic import BaseModel

        class Request(BaseModel):
            expression: str

        class Calculate(LocalAction[Request, dict]):
            def execute(self, request: Request, metadata: dict) -> dict: ...
        """,
        {"Calculate.execute": ["request"]},
    ),
    "what returns a framework's tool result": (
        """
        from agentscope.tool import ToolResponse

        async def run(command: str, timeout: int) -> ToolResponse: ...

        def _wrap(text: str) -> ToolResponse: ...
        """,
        {"run": ["command"]},
    ),
    "part of the arguments is given": (
        """
        import functools
        from agents import Agent

        def run(folder: str, command: str): ...

        agent = Agent(name="a", tools=[functools.partial(run, "/srv")])
        """,
        {"run": ["command"]},
    ),
    "an object that can be called": (
        """
        from google.adk.agents import LlmAgent

        class Search:
            def __init__(self, index: str): ...
            def __call__(self, query: str) -> str: ...

        agent = LlmAgent(name="a", model="gemini-2.5-pro", tools=[Search("main")])
        """,
        {"Search.__call__": ["query"]},
    ),
    "a subclass of a server": (
        """
        from fastmcp import FastMCP

        class Jobs(FastMCP):
            def setup(self):
                self.tool()(self.run)

            def run(self, script: str): ...
        """,
        {"Jobs.run": ["script"]},
    ),
}


@pytest.mark.parametrize(("text", "expected"), METHODS.values(), ids=METHODS.keys())
def test_tools_and_their_parameters(text: str, expected: Tools) -> None:
    assert chosen({"app.py": text}) == expected


TRAPS = {
    "a command line program": """
        import click, openai

        @click.command("run", help="Runs a script")
        @click.argument("script")
        def run(script: str): ...
        """,
    "a typer app named tool": """
        import openai, typer
        tool = typer.Typer()

        @tool.command(name="run")
        def run(script: str): ...
        """,
    "a task queue": """
        import openai
        from celery import Celery
        app = Celery("jobs")

        @app.task(name="run", description="Runs a script")
        def run(script: str): ...
        """,
    "a web route": """
        import openai
        from fastapi import FastAPI
        app = FastAPI()

        @app.post("/tools/run", description="Runs")
        def run(script: str): ...
        """,
    "a decorator of the project called tool": """
        import openai

        def tool(function):
            return function

        @tool
        def run(script: str): ...
        """,
    "a predicate over tools": """
        from agents import Agent

        def is_safe(text: str): ...

        agent = Agent(name="a", tools=list(filter(is_safe, load())))
        """,
    "a chain behind a factory": """
        from langchain_core.tools import Tool

        class Chain:
            def __call__(self, text: str): ...

        tool = Tool(name="qa", func=Chain(), description="Answers")
        """,
    "a toolkit's other methods": """
        from agno.tools import Toolkit

        class ShellTools(Toolkit):
            def run(self, command: str): ...
        """,
    "lists of others": """
        import openai

        def run(script: str): ...

        class Menu:
            def __init__(self, tools): ...

        menu = Menu(tools=[run])
        """,
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS.keys())
def test_not_tools(text: str) -> None:
    assert chosen({"app.py": text}) == {}


OWN: dict[str, tuple[dict[str, str], Tools]] = {
    "the framework itself": (
        {
            "smolagents/__init__.py": "from .tools import Tool, tool\n",
            "smolagents/tools.py": "import openai\nclass Tool: ...\ndef tool(function): ...\n",
            "smolagents/web.py": """
                from .tools import Tool, tool

                @tool
                def find(text: str, count: int = 1) -> str: ...

                class Visit(Tool):
                    def forward(self, url: str) -> str: ...
                """,
        },
        {"find": ["text"], "Visit.forward": ["url"]},
    ),
    "below src, re-exported": (
        {
            "libs/core/src/langchain/__init__.py": "",
            "libs/core/src/langchain/tools/__init__.py": "from langchain.tools.base import BaseTool\n",
            "libs/core/src/langchain/tools/base.py": "import openai\nclass BaseTool: ...\n",
            "libs/core/src/langchain/tools/repl.py": """
                from langchain.tools import BaseTool

                class Repl(BaseTool):
                    def _run(self, query: str, run_manager=None) -> str: ...
                """,
        },
        {"Repl._run": ["query"]},
    ),
    "a copy inside another package": (
        {
            "acme/__init__.py": "",
            "acme/vendor/agents/__init__.py": "from .tool import function_tool\n",
            "acme/vendor/agents/tool.py": "import openai\ndef function_tool(function): ...\n",
            "acme/shell.py": """
                from acme.vendor.agents import function_tool

                @function_tool
                def run(command: str) -> str: ...
                """,
        },
        {"run": ["command"]},
    ),
    "a namesake elsewhere": (
        {
            "acme/__init__.py": "",
            "acme/smolagents/forms.py": "import openai\nclass Tool: ...\ndef tool(function): ...\n",
            "acme/ui.py": """
                from acme.smolagents.forms import Tool, tool

                @tool
                def draw(text: str): ...

                class Pen(Tool):
                    def forward(self, text: str): ...
                """,
        },
        {},
    ),
}


@pytest.mark.parametrize(("files", "expected"), OWN.values(), ids=OWN.keys())
def test_the_project_is_or_carries_a_framework(files: dict[str, str], expected: Tools) -> None:
    assert chosen(files) == expected


PARAMETERS = {
    "text": ("a: str, b: str | None, c: 'Optional[str]', d, e: bytes", ["a", "b", "c", "d", "e"]),
    "containers": ("a: list[str], b: dict, c: dict[str, int], d: Sequence[str]", ["a", "b", "c", "d"]),
    "described": ("a: Annotated[str, Field(description='x')], b: str = Field(default='')", ["a", "b"]),
    "numbers": ("a: int, b: float | None, c: bool = False, d: list[int] = [], e: 'int | None' = None", []),
    "choices": ("a: Literal['x', 'y'], b: Colour, c: Mode, d: Optional[Colour] = None", []),
    "dates": ("a: datetime.date, b: uuid.UUID, c: Decimal", []),
    "described numbers": ("a: Annotated[int, Field(ge=1)], b: Optional[Literal['x']] = None", []),
    "data": ("a: Options, b: Record, c: Keys", ["a", "b", "c"]),
    "data without text": ("a: Point", []),
    "objects of the program": ("a: Session, b: Session | None, c: Optional[Session]", []),
    "given by the framework": (
        "ctx: Context, a: str, b: Context | None = None, c: str = Depends(get)",
        ["a"],
    ),
    "what no signature names": ("a: str, *args, **kwargs", ["a"]),
}

SCOPE = """
import datetime, uuid, enum, dataclasses
from decimal import Decimal
from typing import Annotated, Literal, Optional, Sequence, TypedDict
from fastmcp import Context, FastMCP
from fastmcp.dependencies import Depends
from pydantic import BaseModel, Field

Mode = Literal["fast", "slow"]
class Colour(str, enum.Enum):
    RED = "red"
class Options(BaseModel):
    path: str
    depth: int
class Keys(TypedDict):
    name: str
@dataclasses.dataclass
class Record:
    text: str
@dataclasses.dataclass
class Point:
    x: int
    y: float
class Session:
    def __init__(self, url): ...
def get(): ...

mcp = FastMCP("x")

@mcp.tool
def work({}): ...
"""


@pytest.mark.parametrize(("params", "expected"), PARAMETERS.values(), ids=PARAMETERS.keys())
def test_parameters_a_model_chooses(params: str, expected: list[str]) -> None:
    assert chosen({"app.py": SCOPE.format(params)}) == {"work": expected}


def test_parameter_of_an_output_parser_is_an_answer() -> None:
    text = """
        from langchain_core.output_parsers import BaseOutputParser

        class Lines(BaseOutputParser[list[str]]):
            def parse(self, text: str) -> list[str]: ...
            def get_format_instructions(self, hint: str) -> str: ...
        """
    tools = project_of({"app.py": textwrap.dedent(text)}).tools
    assert [(f.qualname, list(tools.answered(f))) for f in tools.parsers()] == [("Lines.parse", ["text"])]
    assert tools.functions() == []


def test_fields_a_model_fills() -> None:
    text = """
        from agency_swarm.tools import BaseTool
        from pydantic import Field

        class Run(BaseTool):
            command: str = Field(..., description="What to run")
            limit: int = 5
            _kept: str = ""

            def run(self):
                return self.command
        """
    tools = project_of({"app.py": textwrap.dedent(text)}).tools
    assert [(f.cls.name, f.name, f.func.qualname) for f in tools.fields()] == [("Run", "command", "Run.run")]
