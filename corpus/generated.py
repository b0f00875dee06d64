"""A project of any size, always the same for the same number: for how time and memory grow.

    python corpus/generated.py DIRECTORY --functions 50000

Packages are written until there are so many functions. Each has what applications have: wrappers around
clients, tools and what they call, endpoints, prompts, stored state, base classes with implementations here
and elsewhere, chains and circles of calls through its neighbours, and mostly code that no model comes near.
Text that a model wrote goes through returns, fields, arguments, containers and closures; a few of the ways
end at a sink. Nothing of it is ever run.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

KERNEL = '''
"""What all packages share."""
from abc import ABC, abstractmethod

from openai import OpenAI


class Component(ABC):
    registry = {}

    def __init__(self, name, settings=None):
        self.name = name
        self.settings = settings or {}
        self.history = []

    @abstractmethod
    def run(self, text):
        ...

    def remember(self, text):
        self.history.append(text)
        return text

    def describe(self):
        return f"{self.name}: {len(self.history)}"


def client(timeout=30):
    return OpenAI(timeout=timeout, max_retries=2)


def register(cls):
    Component.registry[cls.__name__] = cls
    return cls
'''

LLM = """
from shop.kernel import client
from shop.area_$near.storage import Repository as Other
from .prompts import SYSTEM, render

_client = client(timeout=20)


class Assistant:
    def __init__(self, model="gpt-4o-2024-08-06", sender=None):
        self.client = sender or client()
        self.model = model
        self.last = ""
        self.other = Other()

    def ask(self, text, **options):
        answer = self.client.chat.completions.create(
            model=self.model,
            messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": render(text)}],
            max_tokens=500,
            **options,
        )
        self.last = answer.choices[0].message.content
        return self.last

    def ask_twice(self, text):
        first = self.ask(text)
        return self.ask(first + text)

    def lines(self, text):
        return [line.strip() for line in self.ask(text).splitlines()]

    def fields(self, text):
        found = {"text": text, "answer": self.ask(text)}
        found["lines"] = self.lines(text)
        return found

    def stored(self):
        return self.other.load(self.last)


def complete(text, limit=200):
    answer = _client.chat.completions.create(
        model="gpt-4o-2024-08-06", messages=[{"role": "user", "content": text}], max_tokens=limit
    )
    return answer.choices[0].message.content


def summarise(texts):
    parts = []
    for text in texts:
        try:
            parts.append(complete(text))
        except Exception:
            parts.append("")
    return "\\n".join(parts)


def chosen(text, choices):
    answer = complete(text)
    if answer not in choices:
        return choices[0]
    return answer
"""

PROMPTS = """
SYSTEM = "You are the assistant of area $n. Answer in one sentence and never speak of other areas."
TEMPLATE = "Question: {text}\\nAnswer:"


def render(text):
    return TEMPLATE.format(text=text)


def few_shot(examples, text):
    shown = [f"Q: {question}\\nA: {answer}" for question, answer in examples]
    return "\\n\\n".join([*shown, render(text)])


def shortened(text, limit=4000):
    return text if len(text) <= limit else text[:limit] + "…"
"""

TOOLS = '''
import json
import logging
import subprocess
from pathlib import Path

from langchain_core.tools import tool

from shop.area_$near.helpers import normal, words
from .helpers import quoted, run_quietly, scaled
from .llm import complete

logger = logging.getLogger(__name__)
ALLOWED = {"ls", "pwd", "date"}


@tool
def search_$n(query: str, limit: int = 5) -> str:
    """Search the records of this area."""
    return "\\n".join(words(normal(query))[:limit])


@tool
def list_files_$n(command: str) -> str:
    """List files with one of a few commands."""
    if command not in ALLOWED:
        return "not allowed"
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout


@tool
def execute_$n(command: str) -> str:
    """Run a command."""
    return run_quietly(quoted(command))


@tool
def read_$n(name: str) -> str:
    """Read a file of this area."""
    root = Path("/srv/area_$n")
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ValueError(name)
    return path.read_text()


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        logger.warning("no JSON")
        return {}


def planned(goal):
    plan = parsed(complete(goal))
    steps = plan.get("steps", [])
    return [scaled(step) for step in steps]


TOOLS = [search_$n, list_files_$n, execute_$n, read_$n]
'''

HELPERS = """
import re
import shlex
import subprocess

SPACES = re.compile(r"\\s+")


def normal(text):
    return SPACES.sub(" ", text).strip().lower()


def words(text):
    return [word for word in text.split(" ") if word]


def counted(values):
    found = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return found


def scaled(value, factor=2):
    if isinstance(value, str):
        return value * factor
    if isinstance(value, list):
        return [scaled(one, factor) for one in value]
    return value


def quoted(text):
    return shlex.quote(text) if text.startswith("-") else text


def run_quietly(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout


def merged(*tables, **more):
    result = {}
    for table in tables:
        result.update(table)
    result.update(more)
    return result


def grouped(rows, key):
    found = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def is_even(number):
    return True if number == 0 else is_odd(number - 1)


def is_odd(number):
    return False if number == 0 else is_even(number - 1)
"""

STORAGE = """
import sqlite3
from dataclasses import dataclass, field


@dataclass
class Record:
    key: str
    text: str = ""
    tags: list[str] = field(default_factory=list)
    weight: float = 1.0

    def tagged(self, tag):
        return tag in self.tags

    def to_row(self):
        return (self.key, self.text, ",".join(self.tags), self.weight)


class Repository:
    def __init__(self, path="area_$n.db"):
        self.connection = sqlite3.connect(path)
        self.cache = {}
        self.name = path

    def load(self, key):
        if key in self.cache:
            return self.cache[key]
        row = self.connection.execute("SELECT text FROM records WHERE key = ?", (key,)).fetchone()
        self.cache[key] = Record(key, row[0] if row else "")
        return self.cache[key]

    def save(self, record):
        self.connection.execute("INSERT INTO records VALUES (?, ?, ?, ?)", record.to_row())
        self.cache[record.key] = record

    def all(self):
        for key in list(self.cache):
            yield self.load(key)

    def texts(self):
        return [record.text for record in self.all()]

    def heaviest(self, count=10):
        return sorted(self.all(), key=lambda record: record.weight)[-count:]

    def close(self):
        self.connection.close()


class CachedRepository(Repository):
    def __init__(self, path="area_$n.db", size=100):
        super().__init__(path)
        self.size = size

    def load(self, key):
        found = super().load(key)
        self.trim()
        return found

    def trim(self):
        while len(self.cache) > self.size:
            self.cache.popitem()
"""

AGENT = """
from shop.kernel import Component, register
from shop.area_$near.agent import Planner as OtherPlanner
from .llm import Assistant, chosen
from .storage import CachedRepository, Record
from .tools import TOOLS, parsed


class Step(Component):
    def run(self, text):
        return self.remember(self.transform(text))

    def transform(self, text):
        raise NotImplementedError


@register
class Rewriter(Step):
    def __init__(self, name, assistant):
        super().__init__(name)
        self.assistant = assistant

    def transform(self, text):
        return self.assistant.ask(text)


@register
class Cleaner(Step):
    def transform(self, text):
        return text.strip()


class Planner(Component):
    def __init__(self, name="planner_$n", deeper=None):
        super().__init__(name)
        self.assistant = Assistant()
        self.repository = CachedRepository()
        self.steps: list[Step] = [Rewriter("rewrite", self.assistant), Cleaner("clean")]
        self.deeper = deeper or OtherPlanner()
        self.plan = ""

    def run(self, text):
        self.plan = self.assistant.ask_twice(text)
        for step in self.steps:
            self.plan = step.run(self.plan)
        self.keep(self.plan)
        return self.finish(self.plan)

    def keep(self, text):
        self.repository.save(Record(self.name, text))

    def finish(self, text):
        if chosen(text, ["deeper", "done"]) == "deeper":
            return self.deeper.finish(text)
        return self.report()

    def report(self):
        return {"plan": self.plan, "records": self.repository.texts(), "tools": len(TOOLS)}

    def decide(self, text, rounds=3):
        for _ in range(rounds):
            decision = parsed(self.assistant.ask(text))
            if decision.get("done"):
                return decision
            text = decision.get("next", text)
        return {}
"""

API = """
import logging

from fastapi import FastAPI, HTTPException

from .agent import Planner
from .llm import Assistant, complete
from .prompts import few_shot, shortened

app = FastAPI()
planner = Planner()
logger = logging.getLogger(__name__)


@app.post("/area_$n/ask")
def ask(question: str):
    try:
        return {"answer": Assistant().ask(shortened(question))}
    except Exception as error:
        logger.error("failed: %s", error)
        raise HTTPException(502) from error


@app.post("/area_$n/plan")
def plan(goal: str):
    return planner.run(goal)


@app.get("/area_$n/report")
def report():
    return planner.report()


def with_examples(examples):
    def answer(text):
        return complete(few_shot(examples, text))

    return answer


def main():
    answer = with_examples([("1+1", "2")])
    print(answer("2+2"))
"""

BILLING = """
from decimal import Decimal

from shop.area_$near.billing import Invoice as Other
from .helpers import counted, grouped, merged

RATES = {"basic": Decimal("0.1"), "full": Decimal("0.2")}


class Line:
    def __init__(self, text, amount, rate="basic"):
        self.text = text
        self.amount = Decimal(amount)
        self.rate = rate

    def tax(self):
        return self.amount * RATES.get(self.rate, Decimal(0))

    def total(self):
        return self.amount + self.tax()

    def row(self):
        return {"text": self.text, "amount": self.amount, "rate": self.rate}


class Invoice:
    def __init__(self, number, lines=()):
        self.number = number
        self.lines = list(lines)
        self.before = None

    def add(self, text, amount, rate="basic"):
        line = Line(text, amount, rate)
        self.lines.append(line)
        return line

    def total(self):
        return sum(line.total() for line in self.lines)

    def by_rate(self):
        return grouped([line.row() for line in self.lines], "rate")

    def texts(self):
        return [line.text for line in self.lines]

    def most_common(self):
        counts = counted(self.texts())
        return max(counts, key=counts.get) if counts else None

    def follow(self, other: Other):
        self.before = other
        return merged(self.by_rate(), other.by_rate())

    def history(self):
        return self.before.history() + [self.number] if self.before else [self.number]


def reminder(invoice, days=14):
    return f"Invoice {invoice.number} over {invoice.total()} is due in {days} days"


def sent(invoices, send):
    return [send(reminder(invoice)) for invoice in invoices]
"""

PLAIN = """
from .helpers import merged, normal, words


class Node:
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        if parent is not None:
            parent.attach(self)

    def attach(self, child):
        self.children.append(child)
        return child

    def path(self):
        return (self.parent.path() if self.parent else []) + [self.name]

    def depth(self):
        return len(self.path())

    def find(self, name):
        if self.name == name:
            return self
        for child in self.children:
            found = child.find(name)
            if found is not None:
                return found
        return None

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()


class Index:
    def __init__(self):
        self.entries = {}
        self.size = 0

    def put(self, text, node):
        for word in words(normal(text)):
            self.entries.setdefault(word, set()).add(node)
            self.size += 1

    def get(self, text):
        found = None
        for word in words(normal(text)):
            nodes = self.entries.get(word, set())
            found = nodes if found is None else found & nodes
        return found or set()

    def names(self):
        return sorted(node.name for nodes in self.entries.values() for node in nodes)


def tree(table, name="root", parent=None):
    node = Node(name, parent)
    for key, below in table.items():
        tree(below, key, node)
    return node


def flat(node):
    return merged(*[{".".join(one.path()): one.depth()} for one in node.walk()])
"""

MODULES = {
    "prompts": PROMPTS,
    "helpers": HELPERS,
    "storage": STORAGE,
    "llm": LLM,
    "tools": TOOLS,
    "agent": AGENT,
    "api": API,
    "billing": BILLING,
    "plain": PLAIN,
}
PLAIN_COPIES = 3
"""Of the modules without LLM code each package has more: they are the larger part of every application."""
DEFINES = re.compile(r"^ *def ", re.MULTILINE)


def files(functions: int) -> Iterator[tuple[str, str]]:
    """Path and text of each file of a project of (a little more than) so many functions."""
    yield "shop/__init__.py", ""
    yield "shop/kernel.py", KERNEL.lstrip()
    written = len(DEFINES.findall(KERNEL))
    number = 0
    while written < functions:
        for path, text in package(number):
            yield path, text
            written += len(DEFINES.findall(text))
        number += 1


def package(number: int) -> Iterator[tuple[str, str]]:
    """One package. It calls into the one before, so that chains of ten packages come about."""
    near = number - 1 if number % 10 else max(number // 10 - 1, 0)
    names = {"n": str(number), "near": str(near)}
    folder = f"shop/area_{number}"
    yield f"{folder}/__init__.py", ""
    for name, text in MODULES.items():
        filled = Template(text.lstrip()).substitute(names)
        for copy in range(PLAIN_COPIES if name in ("billing", "plain") else 1):
            yield f"{folder}/{name}{copy or ''}.py", filled


def write(root: Path, functions: int) -> int:
    """Write the project below ``root``; how many files it has."""
    count = 0
    for path, text in files(functions):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        count += 1
    return count


def main() -> None:
    """Write one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--functions", type=int, default=50_000)
    arguments = parser.parse_args()
    print(f"{write(arguments.directory, arguments.functions)} files")


if __name__ == "__main__":
    main()
