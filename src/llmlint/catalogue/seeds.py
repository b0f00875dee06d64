"""What makes a file worth parsing, as the whole catalogue says, without reading the whole catalogue.

``rules/seeds.json`` is made of the catalogue by ``support/generate_docs.py``: a project that has nothing to
do with LLMs need not wait for all the tables.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from llmlint.resources import rules_directory
from llmlint.source.triage_bytes import Seeds

if TYPE_CHECKING:
    from llmlint.catalogue.lookup import Catalogue

FILE = "seeds.json"


def seeds(added: Iterable[str] = (), at_home: Iterable[str] = ()) -> Seeds:
    """What makes a file worth parsing; ``added`` roots are the project's own, those ``at_home`` are in it."""
    shipped = _shipped()
    return replace(shipped, roots=(shipped.roots | set(added)) - set(at_home))


@functools.cache
def _shipped() -> Seeds:
    return Seeds.of(**json.loads((rules_directory() / FILE).read_text(encoding="utf-8")))


def text_of(catalogue: Catalogue) -> str:
    """The content of the file for this catalogue."""
    said = {
        "roots": sorted(catalogue.import_roots()),
        "hosts": sorted({endpoint.host for endpoint in catalogue.endpoints}),
        "texts": sorted(catalogue.dispatch_mentions),
        "conditional": catalogue.conditional_roots(),
        "keys": sorted({prefix for key in catalogue.keys for prefix in key.prefixes}),
        "lone": sorted({text for switch in catalogue.switches for text in switch.mentions}),
        "witnesses": sorted(catalogue.observed.roots),
        "variables": sorted(catalogue.observed.variables),
    }
    return json.dumps(said, indent=1, sort_keys=True) + "\n"
