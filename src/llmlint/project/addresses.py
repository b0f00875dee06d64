"""Where requests go: to the provider of the SDK, or to an address that the program gives."""

from __future__ import annotations

from llmlint.project.calls import LlmCall
from llmlint.project.deadlines import Deadlines


class Addresses:
    """Reads constructors and calls."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines

    def is_provider(self, call: LlmCall) -> bool:
        """Whether an LLM call goes to the SDK's own provider, with nothing in between that we know of."""
        site, entry, client = call.site, call.entry, call.client
        if self._deadlines.setting(site.call, site.func, entry.elsewhere).state not in ("absent", "none"):
            return False
        if client is None:
            return call.http is None
        if client.site is None or client.inner or client.changes:
            return False
        made, given = client.site, (*client.entry.elsewhere, *client.entry.opaque)
        return self._deadlines.setting(made.call, made.func, given).state in ("absent", "none")
