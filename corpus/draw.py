"""Draw, once and by seed, which trees are tuning or hold-out and which files are read for recall.

    python corpus/draw.py

Prints both drawings as TOML. They were made before any label of step 2 was written, and are kept in
``corpus/split.toml`` and ``corpus/recall/files.toml``; running this again must give the same.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

SEED = 20261121
CACHE = Path(__file__).resolve().parent / ".cache"
# The last one is a folder of versions with published flaws.
NOT_LLM = ("django", "twilio", "requests", "flask", "boto3", "ansible", "flaws")
MENTIONS = re.compile(
    rb"^\s*(?:from|import)\s+(?:openai|anthropic|litellm|langchain\w*|langgraph|llama_index|google\.genai|"
    rb"google\.generativeai|vertexai|boto3|groq|ollama|mistralai|cohere|crewai|mcp|fastmcp|smolagents|dspy|"
    rb"together|instructor|strands|pydantic_ai)\b|chat\.completions|ChatCompletion|bedrock-runtime|\.aask\(",
    re.MULTILINE,
)
SKIPPED = re.compile(
    r"(?:^|/)(?:tests?|examples?|docs?|benchmarks?|evals?|notebooks?)(?:/|$)|(?:^|/)test_|_test\.py$"
)
LINES = range(40, 451)
PER_TREE = 4
FROM_PACKAGES = 32
FROM_REPOSITORIES = 36


def trees() -> tuple[list[str], list[str]]:
    """Names of the fetched packages and repositories that call a model."""
    names = sorted(p.name for p in CACHE.iterdir() if p.is_dir() and not p.name.startswith(NOT_LLM))
    return [n for n in names if "+" not in n], [n for n in names if "+" in n]


def candidates(tree: str) -> list[str]:
    """Files that name an SDK, long enough to hold something and short enough to be read in full."""
    found = []
    for path in sorted((CACHE / tree).rglob("*.py")):
        name = path.relative_to(CACHE / tree).as_posix()
        data = path.read_bytes()
        if not SKIPPED.search(name) and MENTIONS.search(data) and data.count(b"\n") in LINES:
            found.append(name)
    return found


def draw_files(names: list[str], wanted: int, dice: random.Random) -> list[tuple[str, str]]:
    """``wanted`` files, tree by tree in a random order, at most ``PER_TREE`` of each."""
    pools = {name: candidates(name) for name in names}
    for pool in pools.values():
        dice.shuffle(pool)
    order = list(names)
    dice.shuffle(order)
    found = [(name, pools[name][k]) for k in range(PER_TREE) for name in order if k < len(pools[name])]
    return sorted(found[:wanted])


def main() -> None:
    """Print both drawings."""
    dice = random.Random(SEED)
    packages, repositories = trees()
    held = sorted(dice.sample(packages, len(packages) // 2)) + sorted(
        dice.sample(repositories, len(repositories) * 3 // 5)
    )
    print(f"# seed {SEED}\nhold_out = [")
    print("".join(f'    "{name}",\n' for name in held) + "]")
    for tree, path in draw_files(packages, FROM_PACKAGES, dice) + draw_files(
        repositories, FROM_REPOSITORIES, dice
    ):
        print(f'\n[[file]]\ntree = "{tree}"\npath = "{path}"')


if __name__ == "__main__":
    main()
