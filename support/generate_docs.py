"""Write the tables of rules that README.md and docs/axes/*.md carry between markers.

``<!-- rules:3 -->`` … ``<!-- /rules -->`` holds the rules of axis 3, ``<!-- rules -->`` all of them.
Run without arguments after adding a rule; ``--check`` changes nothing and fails when something would.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from llmlint.model.rule import AXES, Rule
from llmlint.registry import all_rules

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(<!-- rules(?::(\d))? -->\n).*?(<!-- /rules -->)", re.DOTALL)


def targets() -> list[Path]:
    """The files that carry tables."""
    return [ROOT / "README.md", *sorted((ROOT / "docs" / "axes").glob("*.md"))]


def axis_page(axis: int) -> Path:
    """The page of an axis: its number and its name."""
    return ROOT / "docs" / "axes" / f"{axis}-{AXES[axis].replace(' ', '-')}.md"


def rule_page(rule: Rule) -> Path:
    """The page of a rule: its code and its name."""
    return ROOT / "rules" / f"{rule.code}-{rule.name}.md"


def link(target: Path, page: Path) -> str:
    """A relative link, with forward slashes everywhere."""
    return Path(os.path.relpath(target, page.parent)).as_posix()


def table(rules: Iterable[Rule], page: Path, *, with_axis: bool) -> str:
    """The rules as a Markdown table, or a sentence when there is none."""
    rows = sorted(rules, key=lambda rule: rule.code)
    if not rows:
        return "None yet; the audit criteria below cover this axis.\n"
    axis_head, axis_rule = (" axis |", "---|") if with_axis else ("", "")
    lines = [f"| code | name | what it finds |{axis_head} default |", f"|---|---|---|{axis_rule}---|"]
    for rule in rows:
        axis = f" {axis_cell(rule, page)} |" if with_axis else ""
        name = f"[{rule.name}]({link(rule_page(rule), page)})"
        default = "on" if rule.default else "off"
        lines.append(
            f"| {rule.code} | {name} | {rule.summary.replace('|', chr(92) + '|')} |{axis} {default} |"
        )
    return "\n".join(lines) + "\n"


def axis_cell(rule: Rule, page: Path) -> str:
    """The rule's axis, linked to its page when it has one."""
    name = AXES[rule.axis]
    return f"[{name}]({link(axis_page(rule.axis), page)})" if rule.axis else name


def rewritten(page: Path, rules: tuple[Rule, ...]) -> str:
    """The page with its tables as they have to be."""

    def fill(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[1] + table(rules, page, with_axis=True) + match[3]
        axis = int(match[2])
        return match[1] + table((r for r in rules if r.axis == axis), page, with_axis=False) + match[3]

    return BLOCK.sub(fill, page.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    rules = all_rules()
    stale = [page for page in targets() if rewritten(page, rules) != page.read_text(encoding="utf-8")]
    for page in stale:
        print(page.relative_to(ROOT).as_posix())
        if "--check" not in arguments:
            page.write_text(rewritten(page, rules), encoding="utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
