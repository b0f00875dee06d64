"""Headings and code of reStructuredText, AsciiDoc and front matter, written as Markdown has them.

Only what `markdown` tells apart is rewritten, and each line stays where it is: a place in the result is one
in the file.
"""

from __future__ import annotations

import re

RST = (".rst",)
ASCIIDOC = (".adoc", ".asciidoc")
_RULE = re.compile(r"^([=\-~^\"'`#*+.:_<>])\1{2,}$")
_HEADING = re.compile(r"^(={1,6})\s+(\S.*)$")
_ITEM = re.compile(r"^(\*{1,5}|\.{1,5})\s+(?=\S)")
_DIRECTIVE = re.compile(r"^\s*\.\. (?!image::|figure::|_)")
_IMAGE = re.compile(r"^\s*\.\. (?:image|figure):: (\S+)")
_LINK = re.compile(r"`([^`<]+?)\s*<([^>`]+)>`__?")
_FRONT = re.compile(r"---[ \t]*\n(?=[\w-]+[ \t]*:)(?:.*\n)*?---[ \t]*(?:\n|$)")
"""Settings of a page for the site that shows it."""
_SAID = re.compile(r"title[ \t]*:[ \t]*[\"']?(.+?)[\"']?[ \t]*$|(parent[ \t]*:.+)$")
_DEEPEST = 6


def as_markdown(path: str, text: str) -> str:
    """The text of a document as Markdown, by the ending of its name; what is no such document is itself."""
    lower = path.lower()
    if lower.endswith(RST):
        return _of_rst(text)
    return _of_asciidoc(text) if lower.endswith(ASCIIDOC) else _of_front_matter(text)


def _of_front_matter(text: str) -> str:
    """The title, and the page above it, are headings; what else the site is told nobody reads."""
    front = _FRONT.match(text)
    if front is None:
        return text
    said = (_SAID.match(line) for line in front[0].splitlines())
    headings = ("" if one is None else f"# {one[1]}" if one[1] else f"## {one[2]}" for one in said)
    return "\n".join(headings) + "\n" + text[front.end() :]


def _of_rst(text: str) -> str:
    """A heading is underlined, perhaps overlined; which sign is which level, the file says by using them."""
    lines = text.split("\n")
    levels: dict[str, int] = {}
    found = list(lines)
    for at, line in enumerate(lines):
        rule = _RULE.match(line.rstrip())
        title = lines[at - 1].rstrip() if at else ""
        if rule and title and not _RULE.match(title) and len(line.rstrip()) >= len(title.strip()):
            over = at > 1 and lines[at - 2].rstrip() == line.rstrip()
            if over or not title.startswith(" "):
                level = levels.setdefault(rule[1] * (1 + over), len(levels) + 1)
                found[at - 1], found[at] = f"{'#' * min(level, _DEEPEST)} {title.strip()}", ""
                if over:
                    found[at - 2] = ""
        elif image := _IMAGE.match(line):
            found[at] = f"![]({image[1]})"
        elif _DIRECTIVE.match(line):
            found[at] = ""
        else:
            found[at] = _LINK.sub(r"[\1](\2)", found[at])
    return "\n".join(found)


def _of_asciidoc(text: str) -> str:
    """``== Heading``, ``----`` around code, ``* item`` and ``. step``."""
    found = []
    code = False
    for line in text.split("\n"):
        if re.fullmatch(r"-{4,}|\.{4,}", line.rstrip()):
            code = not code
            found.append("```")
            continue
        heading = None if code else _HEADING.match(line)
        if heading:
            found.append(f"{'#' * len(heading[1])} {heading[2]}")
        elif code:
            found.append(line)
        else:
            line = re.sub(r"(https?://[^\s\[]+)\[([^]]+)\]", r"[\2](\1)", line)
            found.append(_ITEM.sub(lambda m: "1. " if m[1][0] == "." else "- ", line))
    return "\n".join(found)
