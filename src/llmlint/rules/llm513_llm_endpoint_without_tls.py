"""LLM513: prompts, answers and keys travel unencrypted, or to whoever claims to be the provider."""

from __future__ import annotations

from collections.abc import Iterator

from llmlint.model.finding import Finding, Step
from llmlint.model.rule import Confidence, Rule, Severity
from llmlint.project.project import Project
from llmlint.project.transport import Exposure
from llmlint.project.wording import callee

HELP_ADDRESS = (
    "Use an https:// address; for a server of your own, put a certificate on it or a tunnel before it."
)
HELP_VERIFY = (
    "Give the CA of your proxy or server (`verify=<path>`, SSL_CERT_FILE) instead of trusting everybody."
)


def check(project: Project) -> Iterator[Finding]:
    """Report plain addresses and unchecked certificates where they are written."""
    for found in project.transport.exposed():
        help = HELP_ADDRESS if found.host else HELP_VERIFY
        steps = []
        if found.user is not None:
            func, call = found.user
            steps = [Step(project.location(func, call.span), f"`{callee(call)}` is used with it")]
        yield project.finding("LLM513", found.func, found.span, _message(found), help=help, steps=steps)


def _message(found: Exposure) -> str:
    if found.host:
        host = found.host if len(found.host) <= 40 else f"{found.host[:39]}…"
        return f"Prompts, answers and keys go to `{host}` over plain HTTP, readable on the way"
    return f"`{found.written}` accepts any certificate, so prompts and keys go to whoever intercepts"


RULE = Rule(
    code="LLM513",
    name="llm-endpoint-without-tls",
    summary="Requests to a model go over plain HTTP, or to a server whose certificate is not checked",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    check=check,
)
