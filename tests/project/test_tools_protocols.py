"""Tools of protocols that applications write themselves, and what only looks like them."""

from __future__ import annotations

import textwrap

import pytest

from tests.project.building import project_of
from tests.project.test_tools_registered import Tools, chosen

FOUND: dict[str, tuple[dict[str, str], Tools]] = {
    "decorator with schemas of parameters": (
        {
            "registry.py": "import openai\ndef command(name, description, parameters): ...\n",
            "shell.py": """
                from registry import command

                @command("run", "Runs a script", {
                    "script": {"type": "string", "description": "The script", "required": True},
                    "retries": {"type": "integer", "description": "How often"},
                })
                def run(script: str, retries: int, agent) -> str: return ""
                """,
        },
        {"run": ["script"]},
    ),
    "decorator with objects of parameters": (
        {
            "shell.py": """
                import openai
                from schema import Parameter
                from helpers import nothing

                def command(name, description, parameters): ...

                @command("run", "Runs a script", {"script": Parameter(type="string", description="It")})
                def run(script: str, agent) -> str: return ""
                """,
        },
        {"run": ["script"]},
    ),
    "decorator with a sketch of the call": (
        {
            "shell.py": """
                import openai

                def command(name, description, signature): ...

                @command("run", "Runs a script", '"script": "<script>", "where": "<folder>"')
                def run(script: str, where: str, agent) -> str: return ""
                """,
        },
        {"run": ["script", "where"]},
    ),
    "class decorator that names methods": (
        {
            "registry.py": "import openai\ndef register_tool(tags=None, methods=None): ...\n",
            "editor.py": """
                from registry import register_tool

                @register_tool(methods=["write", "read"])
                class Editor:
                    def write(self, path: str, text: str): ...
                    def read(self, path: str): ...
                    def repair(self, path: str): ...
                """,
        },
        {"Editor.write": ["path", "text"], "Editor.read": ["path"]},
    ),
    "class with name, description and schema": (
        {
            "base.py": """
                import openai

                class Capability:
                    def to_schema(self):
                        return {"type": "function", "function": {
                            "name": self.name, "description": self.description, "parameters": self.parameters,
                        }}
                """,
            "shell.py": """
                from base import Capability

                class Shell(Capability):
                    name = "shell"
                    description = "Runs a command"
                    parameters = {
                        "type": "object",
                        "properties": {"command": {"type": "string"}, "timeout": {"type": "integer"}},
                    }

                    async def execute(self, command: str, timeout: int = 5, log=None) -> str: return ""
                """,
        },
        {"Shell.execute": ["command"]},
    ),
    "properties instead of attributes": (
        {
            "shell.py": """
                import openai

                class ShellTool:
                    @property
                    def name(self): return "shell"
                    @property
                    def description(self): return "Runs a command"
                    @property
                    def parameters(self):
                        return {"type": "object", "properties": {"command": {"type": "string"}}}

                    def run(self, command: str) -> str: return ""
                """,
        },
        {"ShellTool.run": ["command"]},
    ),
    "model of the arguments": (
        {
            "base.py": """
                import openai

                class BaseTool:
                    name: str

                    def _execute(self, *args, **kwargs): raise NotImplementedError
                """,
            "shell.py": """
                from typing import Type
                from pydantic import BaseModel
                from base import BaseTool

                class Arguments(BaseModel):
                    command: str

                class Shell(BaseTool):
                    name: str = "shell"
                    description = "Runs a command"
                    args_schema: Type[BaseModel] = Arguments

                    def _execute(self, command: str) -> str: return ""
                """,
        },
        {"Shell._execute": ["command"]},
    ),
    "name and description given to the base": (
        {
            "shell.py": """
                import openai
                from base import Tool

                class Shell(Tool):
                    def __init__(self):
                        super().__init__(
                            name="shell", description="Runs a command",
                            parameters={"command": {"type": "string", "description": "It"}},
                        )

                    def forward(self, command: str) -> str: return ""
                """,
        },
        {"Shell.forward": ["command"]},
    ),
    "base class run with arguments by name": (
        {
            "tool.py": """
                from abc import abstractmethod

                class Tool:
                    def __init__(self, agent, args: dict):
                        self.args = args

                    @abstractmethod
                    async def execute(self, **kwargs): ...
                """,
            "tools/fetch.py": """
                from tool import Tool

                class Fetch(Tool):
                    async def execute(self, url: str = "", **kwargs): return url
                """,
            "agent.py": """
                import json, openai

                async def step(text, agent):
                    request = json.loads(text)
                    tool = agent.get_tool(request["tool"])
                    arguments = request["arguments"]
                    return await tool.execute(**arguments)
                """,
        },
        {"Fetch.execute": ["url", "kwargs"]},
    ),
    "dispatcher of its own schemas": (
        {
            "shell.py": """
                import openai
                from toolkit import Tool

                class Shell:
                    def tools(self):
                        return [Tool(tool_name="run", description="Runs", parameters={"type": "object"})]

                    async def run_command(self, command: str): ...

                    async def call_tool(self, server: str, *, tool_name: str, tool_args: dict):
                        if tool_name == "run":
                            return await self.run_command(tool_args["command"])
                """,
        },
        {"Shell.call_tool": ["tool_args"]},
    ),
    "a model class that describes itself": (
        {
            "shell.py": """
                from pydantic import BaseModel

                class Function(BaseModel):
                    command: str

                    @classmethod
                    def execute(cls, command: str) -> str: return command

                    @classmethod
                    def openai_schema(cls):
                        return {"type": "function", "function": {
                            "name": "shell", "description": "It", "parameters": cls.model_json_schema(),
                        }}
                """,
        },
        {"Function.execute": ["command"]},
    ),
    "match on the name": (
        {
            "app.py": """
                import openai

                TOOLS = [{"type": "function", "function": {"name": "run", "parameters": {"type": "object"}}}]

                def run(command: str): ...
                def stop(reason: str): ...

                def handle(name: str, arguments: dict):
                    match name:
                        case "run":
                            return run(**arguments)
                        case "other":
                            return stop(**arguments)
                """,
        },
        {"run": ["command"], "handle": ["arguments"]},
    ),
    "looked up on the object": (
        {
            "app.py": """
                import openai

                class Files:
                    SCHEMAS = [{"name": "write", "description": "Writes", "input_schema": {"type": "object"}}]

                    def write(self, path: str): ...
                    def close(self, reason: str): ...

                    def call(self, name, args):
                        method = getattr(self, name)
                        return method(**args)
                """,
        },
        {"Files.write": ["path"]},
    ),
    "looked up in the module": (
        {
            "app.py": """
                import json, openai

                SCHEMAS = [{"name": "write", "description": "Writes", "input_schema": {"type": "object"}}]

                def write(path: str): ...
                def close(reason: str): ...

                def call(block):
                    return globals()[block.name](**json.loads(block.arguments))
                """,
        },
        {"write": ["path"]},
    ),
    "names given to an agent, modules by name": (
        {
            "acme/__init__.py": "",
            "acme/tools/__init__.py": """
                import openai

                LAZY = {"read": (".files", "Files"), "list": (".shell", None), "close": (".files", "Files")}
                """,
            "acme/tools/files.py": """
                class Files:
                    def read(self, path: str): ...
                    def close(self, path: str): ...
                """,
            "acme/profiles.py": 'from agent import Agent\nagent = Agent(tools=["read"])\n',
        },
        {"Files.read": ["path"]},
    ),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND.keys())
def test_hand_written_tools(files: dict[str, str], expected: Tools) -> None:
    assert chosen(files) == expected


TRAPS = {
    "commands with a name and a description": """
        import openai

        def command(name, description): ...

        @command("run", "Runs a script")
        def run(script: str): ...
        """,
    "rules for a request body": """
        import openai

        def validate(rules): ...

        @validate({"script": {"type": "string", "required": True}})
        def run(script: str): ...
        """,
    "an example in a docstring of a decorator": """
        import openai

        def documented(name, example): ...

        @documented("run", 'answers {"status": "ok", "script": "…"}')
        def run(script: str): ...
        """,
    "a decorator of a foreign package": """
        import openai
        from flasgger import doc

        @doc("run", "Runs", {"script": {"type": "string", "description": "It"}})
        def run(script: str): ...
        """,
    "a management command": """
        import openai
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            name = "run"
            description = "Runs a script"
            help = "Runs a script"

            def execute(self, script: str): return 1
        """,
    "an action with inputs": """
        import openai

        class Notify:
            name = "notify"
            description = "Sends a message"
            inputs = {"channel": {"description": "Where", "required": True}}

            def run(self, channel: str): return 1
        """,
    "a plugin with a schema of settings": """
        import openai

        class Exporter:
            name = "exporter"
            description = "Exports"
            parameters = {"folder": {"type": "string", "description": "Where to"}}

            def run(self, folder: str): return 1
        """,
    "a drawing tool": """
        import openai
        from abc import abstractmethod

        class Tool:
            @abstractmethod
            def execute(self, **kwargs): ...

        class Pen(Tool):
            def execute(self, text: str = "", **kwargs): return 1

        def draw(tool, x):
            tool.execute(text=x)
        """,
    "tasks run with keywords": """
        import openai

        class Task:
            def execute(self, **kwargs): raise NotImplementedError

        class Import(Task):
            def execute(self, path: str = "", **kwargs): return 1

        def work(task, settings):
            task.execute(**settings)
        """,
    "a table of file types that shares a name": """
        import openai

        SCHEMAS = [{"name": "email", "description": "Sends", "parameters": {"type": "object"}}]

        class Parser:
            def _email(self, name: str): ...
            def _pdf(self, name: str): ...
            def _doc(self, name: str): ...

            def __call__(self, kind, name):
                handlers = {"email": self._email, "pdf": self._pdf, "doc": self._doc}
                return handlers[kind](name)
        """,
    "names compared without a schema": """
        import openai

        def run(command: str): ...

        def handle(name: str, arguments: dict):
            if name == "run":
                return run(**arguments)
        """,
    "kinds of blocks compared with names of tools": """
        import openai

        SCHEMAS = [{"name": "run", "description": "Runs", "parameters": {"type": "object"}}]

        def show(text: str): ...

        def render(block, arguments: dict):
            if block.type == "run":
                show(arguments["text"])
        """,
    "attributes read by name": """
        import openai

        SCHEMAS = [{"name": "write", "description": "Writes", "input_schema": {"type": "object"}}]

        class Files:
            def write(self, path: str): ...

            def dump(self, names):
                return [getattr(self, name) for name in names]
        """,
    "names of modules that no agent is given": """
        import openai

        LAZY = {"read": (".files", "Files")}

        class Files:
            def read(self, path: str): ...
        """,
    "a class decorator that names methods for something else": """
        import openai

        def cached(methods): ...

        @cached(methods=["read"])
        class Files:
            def read(self, path: str): ...
        """,
}


@pytest.mark.parametrize("text", TRAPS.values(), ids=TRAPS.keys())
def test_only_like_tools(text: str) -> None:
    assert chosen({"app.py": text}) == {}


def test_name_chains_are_known_as_such() -> None:
    text = """
        import openai
        SCHEMAS = [{"name": "run", "description": "Runs", "parameters": {"type": "object"}}]

        def run(command: str): ...

        def handle(name: str, arguments: dict):
            if name == "run":
                return run(**arguments)
        """
    tools = project_of({"app.py": textwrap.dedent(text)}).tools
    assert {f.qualname: tools.only_by_name(f) for f in tools.functions()} == {"run": True, "handle": True}


def test_arguments_kept_by_the_base_class() -> None:
    files = FOUND["base class run with arguments by name"][0]
    tools = project_of({path: textwrap.dedent(text) for path, text in files.items()}).tools
    assert [(f.cls.name, f.name, f.func.qualname) for f in tools.fields()] == [
        ("Fetch", "args", "Fetch.execute")
    ]
