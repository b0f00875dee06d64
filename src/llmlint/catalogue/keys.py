"""Tables of the catalogue about the keys that providers hand out.

What the words mean is said in ``schema``.
"""

from __future__ import annotations

from llmlint.catalogue.tables import Entry


class Key(Entry, frozen=True, kw_only=True, eq=False):
    """How the keys of one provider are told from other text."""

    provider: str
    prefixes: tuple[str, ...]
    """Texts with one of which every such key begins."""
    pattern: str
    """The whole key, as a regular expression."""
    entropy: float = 3.5
    """Bits per character that a random key of this alphabet and length has at the least."""
    alphabets: int = 3
    """How many of capitals, small letters and digits occur in every such key."""
    beside: tuple[str, ...] = ()
    """For keys that other services use, too, and may show to everybody: words (in lower case) one of
    which occurs in the names, imports or texts of the file."""


class KeyPlaceholder(Entry, frozen=True, kw_only=True, eq=False):
    """Words (in lower case) that stand in made-up keys only."""

    words: tuple[str, ...]
