"""Which rule is produced by what: fixtures, and findings in published code.

    python corpus/producer.py

For every code of the registry, the number of fixtures whose comments announce a finding of it (the tests
hold them to it), of findings in published code that a reader called true or debatable, and of lines a
reader expected a finding on before llmlint ran. Writes the table into docs/accuracy.md. Runs no rule.
"""

from __future__ import annotations

import collections
import sys
from pathlib import Path

from measuring import LABELS, labels, table, write_section
from recall_labels import read

from llmlint import registry


def fixtures() -> collections.Counter[str]:
    """How many fixtures announce a finding of each code."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.fixture_lives.situations import situations

    announced = [{c for a in one.annotations if a.kind == "error" for c in a.codes} for one in situations()]
    return collections.Counter(code for codes in announced for code in codes)


def main() -> int:
    """Count and write."""
    made = fixtures()
    said = collections.Counter(
        (code, verdict)
        for path in LABELS.glob("*.toml")
        for (_, _, code), (verdict, _) in labels(path.stem).items()
    )
    expected = collections.Counter(label.code for label in read()[1] if label.verdict == "clear")
    rows = [
        (f"{code} {name}", made[code], said[code, "true"], said[code, "debatable"], expected[code])
        for code, name in registry.names().items()
    ]
    head = ("rule", "fixtures", "labelled true", "labelled debatable", "expected by a reader")
    lines = table(head, rows)
    print("\n".join(lines))
    write_section("producer", lines)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
