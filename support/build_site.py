"""Build the documentation site into ``site/`` (needs the ``docs`` dependency group).

Pages are written to be read in the repository. The site wants one directory, and rule pages under
their code alone, since names may improve and addresses must not: ``rules/LLM301-….md`` becomes
``rules/LLM301.md``, and links are turned to match.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAGE = ROOT / "build" / "docs"
RULE_PAGE = re.compile(r"\b(LLM\d{3})-[a-z0-9-]+\.md")
FROM_RULE = re.compile(r"\(\.\./docs/")
FROM_README = re.compile(r"\((?:\./)?docs/")
TO_RULE = re.compile(r"\((?:\.\./)+rules/")


def stage() -> None:
    """Put docs/, the rule pages and the README side by side, with links that fit."""
    shutil.rmtree(STAGE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", STAGE)
    for page in STAGE.rglob("*.md"):
        depth = len(page.relative_to(STAGE).parts) - 1
        text = TO_RULE.sub(f"({'../' * depth}rules/", page.read_text(encoding="utf-8"))
        page.write_text(RULE_PAGE.sub(r"\1.md", text), encoding="utf-8")
    (STAGE / "rules").mkdir(exist_ok=True)
    for page in sorted((ROOT / "rules").glob("LLM*.md")):
        text = FROM_RULE.sub("(../", page.read_text(encoding="utf-8"))
        (STAGE / "rules" / f"{page.name[:6]}.md").write_text(RULE_PAGE.sub(r"\1.md", text), encoding="utf-8")
    for source, name in (("README.md", "index.md"), ("CONTRIBUTING.md",) * 2, ("CHANGELOG.md",) * 2):
        text = FROM_README.sub("(", (ROOT / source).read_text(encoding="utf-8"))
        (STAGE / name).write_text(RULE_PAGE.sub(r"\1.md", text), encoding="utf-8")


if __name__ == "__main__":
    stage()
    sys.exit(subprocess.call([sys.executable, "-m", "zensical", "build", "--clean"], cwd=ROOT))
