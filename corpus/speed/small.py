"""Triage of support tickets: classify, look things up, draft an answer, write a report.

    python small.py TICKETS.jsonl --out REPORT.md

A script as people write them, with some of the mistakes they make: what the speed benchmark calls S. It is
read and never run.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import logging
import os
import pathlib
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from openai import APIConnectionError, OpenAI, RateLimitError
from pydantic import BaseModel, ValidationError

log = logging.getLogger("triage")

MODEL = os.environ.get("TRIAGE_MODEL", "gpt-4.1-mini")
EMBEDDING_MODEL = os.environ.get("TRIAGE_EMBEDDINGS", "text-embedding-3-small")
DATABASE = pathlib.Path(os.environ.get("TRIAGE_DATABASE", "orders.db"))
CATEGORIES = ("billing", "delivery", "returns", "account", "other")
MAX_STEPS = 6

client = OpenAI()

CLASSIFY_PROMPT = """\
You sort support tickets of a shop. Answer with one JSON object with the keys "category" (one of billing,
delivery, returns, account, other), "urgency" (1 to 5), "language" (an ISO 639-1 code) and "order_id" (a
string, or null when the ticket names no order). Do not add any other text.
"""

DRAFT_PROMPT = """\
You draft answers for a support team. Be friendly and short. Use only what the tools returned about the
order. When something is missing, ask the customer for it. Never promise a refund; a colleague decides that.
"""


class Classification(BaseModel):
    """What the model says of a ticket."""

    category: str
    urgency: int
    language: str
    order_id: str | None = None


@dataclasses.dataclass
class Ticket:
    """One line of the input."""

    number: int
    customer: str
    subject: str
    body: str
    received: datetime.datetime

    @property
    def text(self) -> str:
        """Subject and body, as the model sees them."""
        return f"Subject: {self.subject}\n\n{self.body}"


@dataclasses.dataclass
class Triaged:
    """A ticket with what has been found out about it."""

    ticket: Ticket
    classification: Classification | None = None
    draft: str = ""
    similar: list[int] = dataclasses.field(default_factory=list)
    tokens: int = 0


TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "description": "Look up one order by its id.",
            "parameters": {
                "type": "object",
                "properties": {"order_id": {"type": "string"}},
                "required": ["order_id"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "search_orders",
            "description": "Orders of a customer that match a condition, newest first.",
            "parameters": {
                "type": "object",
                "properties": {"customer": {"type": "string"}, "condition": {"type": "string"}},
                "required": ["customer"],
            },
        },
    },
]


def read_tickets(path: pathlib.Path) -> Iterator[Ticket]:
    """The tickets of a file with one JSON object a line; lines that are none are skipped."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                raw = json.loads(line)
            except json.JSONDecodeError as error:
                log.warning("line %d is not JSON: %s", number, error)
                continue
            received = datetime.datetime.fromisoformat(raw["received"])
            yield Ticket(number, raw["customer"], raw.get("subject", ""), raw["body"], received)


def classify(ticket: Ticket) -> tuple[Classification | None, int]:
    """What kind of ticket it is and how many tokens that took; None when the answer cannot be read."""
    response = client.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": CLASSIFY_PROMPT},
            {"role": "user", "content": ticket.text},
        ],
        response_format={"type": "json_object"},
        temperature=0,
    )
    used = response.usage.total_tokens if response.usage else 0
    answer = response.choices[0].message.content or ""
    try:
        found = Classification.model_validate_json(answer)
    except ValidationError as error:
        log.warning("ticket %d: cannot be classified: %s", ticket.number, error)
        return None, used
    if found.category not in CATEGORIES:
        found.category = "other"
    return found, used


def classify_patiently(ticket: Ticket, attempts: int = 4) -> tuple[Classification | None, int]:
    """As ``classify``, tried again when the service is busy."""
    for attempt in range(attempts):
        try:
            return classify(ticket)
        except (RateLimitError, APIConnectionError):
            if attempt == attempts - 1:
                raise
            time.sleep(2**attempt)
    return None, 0


def find_order(order_id: str) -> dict[str, Any]:
    """One order, or an empty dict."""
    with sqlite3.connect(DATABASE) as connection:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
    return dict(row) if row else {}


def search_orders(customer: str, condition: str = "1 = 1") -> list[dict[str, Any]]:
    """Orders of a customer; the condition comes from the model."""
    query = f"SELECT * FROM orders WHERE customer = ? AND {condition} ORDER BY placed DESC LIMIT 20"
    with sqlite3.connect(DATABASE) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query, (customer,))]


def call_tool(name: str, arguments: str) -> str:
    """Run the tool the model asked for; what it gives back is JSON."""
    try:
        given = json.loads(arguments)
    except json.JSONDecodeError:
        return json.dumps({"error": "the arguments are not JSON"})
    if name == "find_order":
        return json.dumps(find_order(given["order_id"]), default=str)
    if name == "search_orders":
        return json.dumps(
            search_orders(given["customer"], given.get("condition", "1 = 1")),
            default=str,
        )
    return json.dumps({"error": f"no tool {name}"})


def draft(triaged: Triaged) -> str:
    """An answer to the customer; the model may look up orders first."""
    messages: list[Any] = [
        {"role": "system", "content": DRAFT_PROMPT},
        {"role": "user", "content": f"Customer {triaged.ticket.customer} writes:\n\n{triaged.ticket.text}"},
    ]
    for _ in range(MAX_STEPS):
        response = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
        if response.usage:
            triaged.tokens += response.usage.total_tokens
        message = response.choices[0].message
        if not message.tool_calls:
            return message.content or ""
        messages.append(message)
        for call in message.tool_calls:
            result = call_tool(call.function.name, call.function.arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    log.info("ticket %d: no draft after %d steps", triaged.ticket.number, MAX_STEPS)
    return ""


def embed(texts: list[str]) -> list[list[float]]:
    """A vector for each text."""
    response = client.embeddings.create(model=EMBEDDING_MODEL, input=texts, timeout=20)
    return [item.embedding for item in response.data]


def likeness(one: list[float], other: list[float]) -> float:
    """The cosine of two vectors."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    length = (sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5
    return product / length if length else 0.0


def link_similar(items: list[Triaged], least: float = 0.82) -> None:
    """Note for each ticket which others are about the same thing."""
    try:
        vectors = embed([item.ticket.text for item in items])
    except Exception:
        log.debug("no vectors")
        return
    for index, item in enumerate(items):
        near = [
            (likeness(vectors[index], vectors[other]), items[other].ticket.number)
            for other in range(len(items))
            if other != index
        ]
        item.similar = [number for value, number in sorted(near, reverse=True) if value >= least][:3]


def headline(items: list[Triaged]) -> str:
    """One sentence about the day."""
    subjects = "\n".join(f"- {item.ticket.subject}" for item in items)
    try:
        response = client.responses.create(
            model=MODEL,
            instructions="Sum up in one sentence what these support tickets are about.",
            input=subjects,
            max_output_tokens=80,
        )
        return response.output_text.strip()
    except Exception:
        return ""


def report(items: list[Triaged]) -> str:
    """The report in Markdown."""
    counted = Counter(item.classification.category for item in items if item.classification)
    lines = [f"# Tickets of {datetime.date.today():%d %B %Y}", "", headline(items), ""]
    lines += [f"- {name}: {counted[name]}" for name in CATEGORIES if counted[name]]
    for item in sorted(items, key=urgency, reverse=True):
        found = item.classification
        kind = f"{found.category}, urgency {found.urgency}" if found else "not classified"
        lines += ["", f"## {item.ticket.number}: {item.ticket.subject}", "", f"*{kind}*"]
        if item.similar:
            lines.append(f"Like {', '.join(map(str, item.similar))}.")
        lines += ["", item.draft or "No draft."]
    return "\n".join(lines) + "\n"


def urgency(item: Triaged) -> int:
    """How soon somebody has to look; what could not be classified comes first."""
    return item.classification.urgency if item.classification else 6


def triage(tickets: Iterable[Ticket], *, drafts: bool = True) -> list[Triaged]:
    """Everything that is to be found out about the tickets."""
    items = []
    for ticket in tickets:
        item = Triaged(ticket)
        item.classification, item.tokens = classify_patiently(ticket)
        if drafts and item.classification and item.classification.category != "other":
            item.draft = draft(item)
        items.append(item)
        log.info("ticket %d: %d tokens", ticket.number, item.tokens)
    if len(items) > 1:
        link_similar(items)
    return items


def main() -> int:
    """Read, triage, write."""
    parser = argparse.ArgumentParser(description="Triage support tickets.")
    parser.add_argument("tickets", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("report.md"))
    parser.add_argument("--no-drafts", action="store_true")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    items = triage(read_tickets(options.tickets), drafts=not options.no_drafts)
    options.out.write_text(report(items), encoding="utf-8")
    print(f"{len(items)} tickets, {sum(item.tokens for item in items)} tokens")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
