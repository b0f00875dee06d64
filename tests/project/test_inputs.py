"""What a remote person fills, and which expressions read a secret."""

from __future__ import annotations

import functools

import pytest

from llmlint.catalogue.lookup import load
from llmlint.facts import model as m
from llmlint.project.inputs import Inputs
from llmlint.project.project import Project
from tests.project.building import project_of, scope_of

FASTAPI = """
    from enum import Enum
    from typing import Annotated, Optional
    from fastapi import APIRouter, Depends, FastAPI, Request, Security, UploadFile, WebSocket
    from pydantic import BaseModel

    app = FastAPI()
    router = APIRouter()

    class Body(BaseModel):
        text: str
    class Store:
        pass
    def make() -> Store: ...
    StoreDep = Annotated[Store, Depends(make)]
"""

FLASK = "from flask import Flask, Blueprint, request\napp = Flask(__name__)\nbp = Blueprint('b', __name__)\n"
DISCORD = "import discord\nfrom discord.ext import commands\nbot = commands.Bot('!')\n"
SLACK = "from slack_bolt import App\napp = App()\n"


def inputs_of(project: Project) -> Inputs:
    """As a project makes them: calls that register functions are known."""
    found = Inputs(project.evaluator, project.catalogue)
    for sites in project.graph.sites.values():
        found.register(sites)
    return found


def dedented(code: str) -> str:
    return "\n".join(line[4:] if line.startswith("    ") and code.startswith("\n    ") else line
                     for line in code.splitlines())  # fmt: skip


@functools.cache
def asked(prelude: str, function: str) -> tuple[Inputs, Project]:
    project = project_of({"app/web.py": f"{dedented(prelude)}\n{function}"})
    return inputs_of(project), project


def filled(prelude: str, function: str, name: str = "f") -> tuple[str, ...]:
    inputs, project = asked(prelude, function)
    return inputs.parameters(scope_of(project, "app/web.py", name))


@pytest.mark.parametrize(
    ("prelude", "function", "expected"),
    [
        (FASTAPI, "@app.post('/x')\ndef f(text: str): ...", ("text",)),
        (FASTAPI, "@app.post('/x')\nasync def f(body: Body, lang: Optional[str] = None): ...",
         ("body", "lang")),
        (FASTAPI, "@router.get('/x')\ndef f(q, store: Store = Depends(make)): ...", ("q",)),
        (FASTAPI, "@router.get('/x')\ndef f(q: str, user=Security(make)): ...", ("q",)),
        (FASTAPI, "@router.get('/x')\ndef f(q: str, s: Annotated[Store, Depends(make)]): ...", ("q",)),
        (FASTAPI, "@router.get('/x')\ndef f(q: str, s: StoreDep): ...", ("q",)),
        (FASTAPI, "@router.get('/x')\ndef f(q: str, request: Request): ...", ("q",)),
        (FASTAPI, "@router.get('/x')\ndef f(q: 'str', ws: WebSocket, up: UploadFile): ...", ("q",)),
        (FASTAPI, "@router.post('/x')\ndef f(system_prompt: str, text: str): ...", ("text",)),
        (FASTAPI, "def f(text: str): ...", ()),
        (FASTAPI, "def f(text: str): ...\napp.add_api_route('/x', f)", ("text",)),
        (FLASK, "@app.route('/a/<name>/<int:n>')\ndef f(name, n, user=None): ...", ("name",)),
        (FLASK, "@bp.post('/a')\ndef f(user): ...", ()),
        (DISCORD, "@bot.command()\nasync def f(ctx, who: discord.Member, *, text: str): ...", ("text",)),
        (DISCORD, "@bot.tree.command()\nasync def f(interaction, text: str): ...", ("text",)),
        (SLACK, "@app.event('message')\ndef f(event, say, client): ...", ("event",)),
        ("", "def lambda_handler(event, context): ...", ("event",)),
        ("", "def render(event, context): ...", ()),
        ("import click", "@click.command()\ndef f(text: str): ...", ()),
    ],
)  # fmt: skip
def test_parameters(prelude: str, function: str, expected: tuple[str, ...]) -> None:
    name = "f" if "def f(" in function else function.split("def ")[1].split("(")[0]
    assert filled(prelude, function, name) == expected


@pytest.mark.parametrize(
    ("code", "name", "param", "part"),
    [
        ("from fastapi import Request\ndef f(r: Request): ...", "f", "r", "json"),
        ("from django.http import HttpRequest\ndef f(r: HttpRequest): ...", "f", "r", "POST"),
        ("from django.shortcuts import render\ndef f(request): ...", "f", "request", "GET"),
        ("from django.views import View\nclass V(View):\n    def post(self, request): ...",
         "V.post", "request", "body"),
        ("from aiohttp import web\nasync def f(request): ...", "f", "request", "json"),
        (DISCORD + "@bot.event\nasync def on_message(message): ...", "on_message", "message", "content"),
        ("import discord\nclass B(discord.Client):\n    async def on_message(self, message): ...",
         "B.on_message", "message", "content"),
        ("import functions_framework\n@functions_framework.http\ndef f(request): ...",
         "f", "request", "get_json"),
        ("from telegram import Bot\nasync def f(update, context): ...", "f", "update", "message.text"),
    ],
)  # fmt: skip
def test_typed(code: str, name: str, param: str, part: str) -> None:
    inputs, project = asked("", code)
    func = scope_of(project, "app/web.py", name)
    assert part in inputs.typed(func)[param]
    assert inputs.parameters(func) == ()


def test_untyped_request_elsewhere_is_nothing() -> None:
    inputs, project = asked("", "import httpx\ndef f(request): ...\n")
    assert inputs.typed(scope_of(project, "app/web.py", "f")) == {}


READS = [
    (FLASK + "def f():\n    v = request.form['x']", True),
    (FLASK + "def f():\n    v = request.get_json()", True),
    (FLASK + "def f():\n    v = request.method", False),
    ("from telegram import Update\ndef f(update: Update):\n    v = update.message.text", True),
    ("from telegram import Update\ndef f(update: Update):\n    v = update.message.chat_id", False),
    ("from aiohttp import web\nasync def f(request):\n    v = await request.json()", True),
    ("import tornado.web\nclass f(tornado.web.RequestHandler):\n    v = 1\n"
     "    def get(self):\n        v = self.get_argument('q')", True),
    ("class R:\n    form = {}\ndef f(request: R):\n    v = request.form", False),
    ("def f(request):\n    v = request.form", False),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), READS)
def test_reads(code: str, expected: bool) -> None:
    inputs, project = asked("", code)
    found = [
        inputs.reads(node, func)
        for mod in project.modules
        for func in mod.functions
        if func.facts.kind == "function"
        for node in func.nodes
        if isinstance(node, m.Attr)
    ]
    assert any(found) == expected


def test_a_request_handed_to_a_helper_is_known_there() -> None:
    project = project_of(
        {
            "app/web.py": """
                from flask import request
                from app.parts import question
                def view():
                    return question(request)
            """,
            "app/parts.py": """
                def question(req):
                    return req.form["q"]
            """,
        }
    )
    inputs = inputs_of(project)
    func = scope_of(project, "app/parts.py", "question")
    assert [inputs.reads(n, func) for n in func.nodes if isinstance(n, m.Attr)] == [True]


def test_a_dependency_named_in_another_file_is_no_input() -> None:
    project = project_of(
        {
            "app/deps.py": """
                from typing import Annotated
                from fastapi import Depends
                class Store: ...
                def make() -> Store: ...
                StoreDep = Annotated[Store, Depends(make)]
            """,
            "app/web.py": """
                from fastapi import FastAPI
                from app.deps import StoreDep
                app = FastAPI()
                @app.post("/ask")
                def ask(question: str, store: StoreDep): ...
            """,
        }
    )
    assert inputs_of(project).parameters(scope_of(project, "app/web.py", "ask")) == ("question",)


def test_fields_of_a_slack_event_that_nobody_words() -> None:
    inputs, project = asked(SLACK, "@app.event('message')\ndef f(event, say): ...")
    fixed = inputs.fixed(scope_of(project, "app/web.py", "f"))
    assert {"user", "channel", "ts", "system_prompt"} <= fixed
    assert "text" not in fixed


@pytest.mark.parametrize(
    ("call", "expected"),
    [("st.chat_input('Ask')", True), ("st.sidebar.text_input('x')", True), ("st.slider('x')", False),
     ("input('x')", False)],
)  # fmt: skip
def test_call_result(call: str, expected: bool) -> None:
    inputs, project = asked("", f"import streamlit as st\ndef f():\n    return {call}\n")
    func = scope_of(project, "app/web.py", "f")
    node = next(n for n in func.nodes if isinstance(n, m.Call))
    callees = project.evaluator.eval(node.func, func)
    assert any(inputs.call_result(c, node, func) for c in callees) == expected


PREAMBLE = """
import os, boto3, keyring, streamlit as st
from os import environ, getenv
from decouple import config
from django.conf import settings as dj
from dotenv import dotenv_values
from google.cloud import secretmanager
from azure.keyvault.secrets import SecretClient
from pydantic import SecretStr
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    db_password: str
    api_key: SecretStr
    model: str = "m"

class Plain:
    db_password = ""

NAME = "DB_PASSWORD"
settings = Settings()
plain = Plain()
values = dotenv_values()
vault = SecretClient(vault_url="u", credential=None)
aws = boto3.client("secretsmanager")
google = secretmanager.SecretManagerServiceClient()
"""


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("os.environ['DB_PASSWORD']", "DB_PASSWORD"),
        ("os.environ[NAME]", "DB_PASSWORD"),
        ("os.environ.get('STRIPE_API_KEY', '')", "STRIPE_API_KEY"),
        ("environ['GITHUB_TOKEN']", "GITHUB_TOKEN"),
        ("getenv('SENTRY_DSN')", "SENTRY_DSN"),
        ("config('clientSecret')", "clientSecret"),
        ("values['SMTP_PASSWD']", "SMTP_PASSWD"),
        ("dj.SECRET_KEY", "SECRET_KEY"),
        ("dj.DATABASES['default']['PASSWORD']", "PASSWORD"),
        ("st.secrets['db']['password']", "password"),
        ("st.secrets.db.password", "password"),
        ("settings.db_password", "db_password"),
        ("settings.api_key.get_secret_value()", "api_key"),
        ("keyring.get_password('mail', 'me')", "me"),
        ("vault.get_secret('prod')", "prod"),
        ("aws.get_secret_value(SecretId='prod/db')", "prod/db"),
        ("google.access_secret_version(name='n')", "n"),
        ("os.environ['MODEL']", None),
        ("os.environ['MAX_TOKENS']", None),
        ("os.environ['TOKENIZER_PATH']", None),
        ("os.environ['TOKEN_LIMIT']", None),
        ("os.environ['PUBLIC_KEY']", None),
        ("os.environ['KEYWORDS']", None),
        ("os.environ['S3_KEY_PREFIX']", None),
        ("os.environ['GOOGLE_APPLICATION_CREDENTIALS']", None),
        ("os.environ['MONKEY']", None),
        ("settings.model", None),
        ("settings.api_key", None),
        ("plain.db_password", None),
        ("unknown['DB_PASSWORD']", None),
    ],
)
def test_secret(code: str, name: str | None) -> None:
    inputs, project = asked("", f"{PREAMBLE}\ndef f(unknown):\n    return {code}\n")
    func = scope_of(project, "app/web.py", "f")
    (statement,) = func.returns
    assert statement.value is not None
    assert inputs.secret(statement.value, func) == name


def test_tables_are_complete() -> None:
    """Every table says which function, class or object it is about, and types it refers to exist."""
    catalogue = load()
    tables = [t for file in catalogue.files for t in file.input]
    forms = {"object", "type", "call", "handler", "register", "method", "named"}
    assert {t.form for t in tables} == forms
    for table in tables:
        assert bool(table.path) + bool(table.on and table.names) + bool(table.signature) == 1, table
        assert bool(table.parts) == (table.form in ("object", "type")), table
        assert not table.of or any(t.form == "type" for t in catalogue.inputs.get(table.of)), table
        assert (table.form == "register") == bool(table.arg), table
    secrets = [t for file in catalogue.files for t in file.secret]
    assert {t.form for t in secrets} == {"call", "mapping", "method", "settings"}
