"""Markdown as sections and links, with their lines."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image: where it leads, what it says, the line of the block it is in."""

    target: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, table cell or block of code."""

    kind: str
    """``paragraph``, ``item``, ``cell`` or ``code``."""
    text: str
    line: int
    spans: tuple[str, ...] = ()
    """The code in it, where it is not code itself."""
    depth: int = 0
    """In how many lists it stands, each inside of the one before."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it up to the next heading of its level or a higher one."""

    title: str
    level: int
    """1 to 6; 0 is what stands before the first heading."""
    line: int
    blocks: tuple[Block, ...]
    """Those of its subsections among them."""

    @property
    def text(self) -> str:
        """What it says, without its title."""
        return "\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Markdown:
    """A parsed file. A mention in an HTML comment is in none of its parts."""

    sections: tuple[Section, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]


def parse(text: str) -> Markdown:
    """Sections, blocks and links of a text; any text is Markdown."""
    try:
        tokens = _parser().parse(text)
    except (RecursionError, ValueError, IndexError):  # the parser's own limits
        return Markdown((), (), ())
    headings: list[tuple[str, int, int, int]] = [("", 0, 1, 0)]
    blocks: list[Block] = []
    links: list[Link] = []
    around = ["paragraph"]
    line = 1
    for at, token in enumerate(tokens):
        if token.map:
            line = token.map[0] + 1
        match token.type:
            case "heading_open":
                level = int(token.tag[1])
                headings.append((_words(tokens[at + 1]), level, line, len(blocks)))
                links += _links(tokens[at + 1], line)
            case "list_item_open":
                around.append("item")
            case "td_open" | "th_open":
                around.append("cell")
            case "list_item_close" | "td_close" | "th_close":
                around.pop()
            case "fence" | "code_block":
                blocks.append(Block("code", token.content, line, depth=around.count("item")))
            case "inline" if tokens[at - 1].type != "heading_open":
                depth = around.count("item")
                blocks.append(Block(around[-1], _words(token), line, _spans(token), depth))
                links += _links(token, line)
    return Markdown(tuple(_sections(headings, blocks)), tuple(blocks), tuple(links))


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _sections(headings: list[tuple[str, int, int, int]], blocks: list[Block]) -> Iterator[Section]:
    for number, (title, level, line, start) in enumerate(headings):
        below = (first for _, other, _, first in headings[number + 1 :] if other <= level or level == 0)
        yield Section(title, level, line, tuple(blocks[start : next(below, len(blocks))]))


def _words(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "code_inline", "image"):
            parts.append(child.content)
    return "".join(parts)


def _spans(token: Token) -> tuple[str, ...]:
    return tuple(child.content for child in token.children or () if child.type == "code_inline")


def _links(token: Token, line: int) -> Iterator[Link]:
    target = ""
    words: list[str] = []
    for child in token.children or ():
        if child.type == "link_open":
            target, words = str(child.attrs.get("href", "")), []
        elif child.type == "link_close":
            yield Link(target, "".join(words), line)
            target = ""
        elif child.type == "image":
            yield Link(str(child.attrs.get("src", "")), child.content, line)
        elif target:
            words.append(child.content)
