"""What is written down in Markdown: pages, the stretches of them, what they link."""

from __future__ import annotations

import re

from llmlint.audit.pages import Page
from llmlint.repository.markdown import parse

TEXT = """\
# Runbook

Lead.

## Turn it off

Set `OFF=1` [here](https://flags.acme.test).

```
kubectl scale
```

### Afterwards

Tell support.

## Roll back

See [how](back.md).
"""
PAGE = Page.whole("docs/runbook.md", parse(TEXT))


def test_a_section_has_its_subsections_and_its_links() -> None:
    (found,) = PAGE.headed(re.compile("turn", re.IGNORECASE))
    assert (found.path, found.line, found.title, [one.title for one in found.inner]) == (
        "docs/runbook.md",
        5,
        "Turn it off",
        ["Afterwards"],
    )
    assert [block.line for block in found.blocks] == [7, 9, 15]
    assert [link.target for link in found.links] == ["https://flags.acme.test"]
    assert "Afterwards" in found.text and "Roll back" not in found.text


def test_a_sentence_has_the_code_that_follows_it() -> None:
    (found,) = PAGE.saying(re.compile("Set"))
    assert [block.kind for block in found.blocks] == ["paragraph", "code"]
    assert (found.line, found.title, found.evidence.what) == (7, "", "Set OFF=1 here.")


def test_a_part_of_a_page_is_a_page() -> None:
    part = PAGE.below(PAGE.sections[2])
    assert [section.title for section in part.sections] == ["Turn it off", "Afterwards"]
    assert part.passage.line == 5
    assert [link.target for link in part.links] == ["https://flags.acme.test"]


def test_addresses_that_are_written_out_are_links() -> None:
    page = Page.whole("a.md", parse("Look at https://status.openai.com, or [there](https://x.test).\n"))
    assert [link.target for link in page.passage.targets] == ["https://x.test", "https://status.openai.com"]
