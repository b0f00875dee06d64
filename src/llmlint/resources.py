"""Finds ``rules/``: beside ``src/`` in a checkout, inside the package in a wheel."""

from __future__ import annotations

from pathlib import Path


def rules_directory() -> Path:
    """The directory of the rule pages and of ``catalogue/``.

    The checkout comes first: an editable install reads the files one is editing.
    """
    here = Path(__file__).resolve()
    checkout = here.parents[2] / "rules"
    if (checkout / "catalogue").is_dir():
        return checkout
    return here.parent / "_rules"
