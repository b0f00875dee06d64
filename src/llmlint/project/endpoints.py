"""Raw HTTP requests to providers."""

from __future__ import annotations

import re

from llmlint.catalogue import schema as s
from llmlint.catalogue.lookup import Catalogue
from llmlint.facts import model as m
from llmlint.facts import walk
from llmlint.project.content import embeds as names_embedding
from llmlint.project.kinds import Data, ExternalObject
from llmlint.project.scopes import Func
from llmlint.project.sites import CallSite
from llmlint.project.values import Evaluator

_HOLE = "\x00"
"""Stands for the unknown parts of a URL: matches no host and no path."""


class Endpoints:
    """Tells requests to a known LLM endpoint from all others."""

    def __init__(self, evaluator: Evaluator, catalogue: Catalogue) -> None:
        self._evaluator = evaluator
        self._catalogue = catalogue
        self._patterns = [
            (re.compile(r"https?://" + _host_pattern(e.host) + r"(?=[/:?]|$)"), e)
            for e in catalogue.endpoints
        ]
        self._entries: dict[tuple[s.HttpClient, bool], s.Call] = {}

    def entry(self, http: s.HttpClient, func: Func) -> s.Call:
        """The request as a call of the catalogue: deadlines of the HTTP library, result a response.

        Some addresses generate text or embed it, as the model is; then ``func`` says so by its name.
        """
        embeds = any(names_embedding(part) for part in func.qualname.split("."))
        found = self._entries.get((http, embeds))
        if found is None:
            found = s.Call(
                path=http.path or http.method,
                kind="embedding" if embeds else "chat",
                llm=not embeds,
                is_async=http.is_async,
                timeout=http.timeout,
                default_timeout=http.default_timeout,
                no_deadline=http.no_deadline,
                prompt=http.body,
                source=http.source,
                date=http.date,
            )
            self._entries[http, embeds] = found
        return found

    def llm_request(self, name: str, site: CallSite) -> tuple[s.HttpClient, s.Endpoint] | None:
        """The HTTP function and the endpoint, when calling ``name`` so sends a request to a model."""
        for http in self._catalogue.http.get(name):
            given = walk.argument(site.call, http.url)
            if given is None:
                continue
            for url in self.texts(given, site.func):
                endpoint = self.endpoint(url)
                if endpoint is not None:
                    return http, endpoint
        return None

    def endpoint(self, url: str) -> s.Endpoint | None:
        """The provider a URL belongs to."""
        for pattern, endpoint in self._patterns:
            if pattern.search(url) and (not endpoint.paths or any(p in url for p in endpoint.paths)):
                return endpoint
        return None

    def texts(self, expr: m.Expr, func: Func, depth: int = 0) -> list[str]:
        """The texts an expression can be, unknown parts as holes; at most eight."""
        if depth > 6:
            return []
        match expr:
            case m.Text(value=value):
                return [value]
            case m.Template(parts=parts):
                found = [""]
                for part in parts:
                    pieces = self.texts(part, func, depth + 1) or [_HOLE]
                    found = [head + piece for head in found for piece in pieces][:8]
                return found
            case m.BinOp(op="+", left=left, right=right):
                heads = self.texts(left, func, depth + 1) or [_HOLE]
                tails = self.texts(right, func, depth + 1) or [_HOLE]
                return [head + tail for head in heads for tail in tails][:8]
        texts: list[str] = []
        for known in self._evaluator.eval(expr, func):
            if isinstance(known, Data) and known.expr is not expr:
                place = known.func
                if isinstance(known.expr, m.Text | m.Template | m.BinOp):
                    texts += self.texts(known.expr, place, depth + 1)
                elif isinstance(known.expr, m.Call):
                    texts += self._default_text(known.expr, place, depth)
            elif isinstance(known, ExternalObject) and known.call is not None and known.func is not None:
                # ``urllib.request.Request(url, …)``, ``httpx.URL(url)``
                first = walk.argument(known.call, "0|url")
                if first is not None:
                    texts += self.texts(first, known.func, depth + 1)
            if len(texts) >= 8:
                break
        return texts[:8]

    def _default_text(self, call: m.Call, func: Func, depth: int) -> list[str]:
        """``os.getenv("X", "https://…")`` and ``"https://…".rstrip("/")``."""
        if isinstance(call.func, m.Attr) and call.func.name in ("rstrip", "strip", "format"):
            return self.texts(call.func.value, func, depth + 1)
        return []


def _host_pattern(host: str) -> str:
    parts = re.split(r"\*|\{[^}]*\}", host)
    return r"[^/\s]*".join(re.escape(part) for part in parts)
