"""The page and the Markdown of the audit: what a repository holds stays text, and every verdict is there."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from llmlint.audit.crosswalk import items, lists
from llmlint.audit.model import AuditReport, Evidence
from llmlint.reporters.audit import FORMATS, Wanted, text
from llmlint.reporters.audit.places import address, beside, pieces
from tests.audit.hostile import report
from tests.conftest import Tree, run

from .situations import FIXTURES, report_on

LLM = (FIXTURES / "_app/app/llm.py").read_text(encoding="utf-8")
LINK = "https://example.org/blob/main/{path}#L{line}"
TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "article",
        "section",
        "nav",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "a",
        "code",
        "strong",
        "em",
        "q",
        "span",
        "i",
        "div",
        "details",
        "summary",
        "input",
        "label",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ]
)
VOID = frozenset({"meta", "input"})


class Page(HTMLParser):
    """Elements with attributes, and the text, of a page whose elements are all closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.text += data

    def having(self, attribute: str) -> list[dict[str, str]]:
        return [attributes for _, attributes in self.elements if attribute in attributes]


def page(reports: list[AuditReport], wanted: Wanted | None = None) -> Page:
    return Page(text("html", reports, wanted or Wanted()))


# -- the page -----------------------------------------------------------------------------------


def test_nothing_of_a_repository_is_markup(tmp_path: Path) -> None:
    found = page([report(tmp_path)])
    assert {tag for tag, _ in found.elements} <= TAGS
    assert [key for _, attributes in found.elements for key in attributes if key.startswith("on")] == []
    assert "owned" in found.text and "<script>document.title" in found.text  # as text
    assert "document.title" not in " ".join(a.get("class", "") for _, a in found.elements)


def test_links_lead_to_files_or_to_what_somebody_attests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    targets = {attributes["href"] for attributes in page([report(tmp_path)]).having("href")}
    assert [one for one in targets if not one.startswith(("#", "./", "https://", "http://"))] == []
    assert any(one.startswith("./javascript%3Aalert") for one in targets)


def test_the_page_is_ascii_without_control_characters(tmp_path: Path) -> None:
    source = text("html", [report(tmp_path)], Wanted())
    assert source.isascii()
    assert [c for c in source if not c.isprintable() and c != "\n"] == []
    hidden = re.findall(r"&#(\d+);", source)
    assert [code for code in hidden if not chr(int(code)).isprintable()] == []
    assert r"\u202eexe.txt" in source


def test_the_page_asks_for_nothing(tmp_path: Path) -> None:
    found = page([report(tmp_path)])
    (policy,) = (a["content"] for a in found.having("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert found.having("src") == []
    assert "url(" not in text("html", [], Wanted()) and "@import" not in text("html", [], Wanted())


@pytest.mark.parametrize("form", lists())
def test_every_list_is_a_tab_and_the_chosen_one_is_open(tree: Tree, form: str) -> None:
    told = report_on(tree({"llmlint.toml": "", "app/llm.py": LLM}))
    found = page([told], Wanted(form))
    assert [a["id"] for a in found.having("checked")] == [f"r0-{form}"]
    assert [a["data-list"] for a in found.having("data-list")] == list(lists())
    expected = [axis.level for axis in told.axes]
    for one in list(lists())[1:]:
        expected += [item.level for item in items(told, one)]
    shown = [a["data-level"] for a in found.having("data-level")]
    assert shown == ["" if level is None else str(level) for level in expected]
    ids = {a["id"] for a in found.having("id")}
    assert [
        a["href"] for a in found.having("href") if a["href"][:1] == "#" and a["href"][1:] not in ids
    ] == []


def test_every_verdict_is_on_the_page_once(tmp_path: Path) -> None:
    told = report(tmp_path)
    verdicts = {a["data-criterion"]: a["data-verdict"] for a in page([told]).having("data-criterion")}
    assert verdicts == {key: one.result.verdict.value for key, one in told.assessed.items()}


def test_packages_have_anchors_of_their_own_and_an_index(tmp_path: Path) -> None:
    nothing = AuditReport(tmp_path, "b", unscored="nothing calls a model")
    found = page([report(tmp_path), report(tmp_path), nothing])
    ids = [a["id"] for a in found.having("id")]
    assert len(ids) == len({*ids}) and {"r0", "r1", "r2", "r1-evals.suite"} <= {*ids}
    assert sum(tag == "nav" for tag, _ in found.elements) == 1
    assert "not scored" in found.text


# -- Markdown -----------------------------------------------------------------------------------


def test_markdown_of_hostile_words_is_text(tmp_path: Path) -> None:
    source = text("markdown", [report(tmp_path)], Wanted())
    assert [c for c in source if not c.isprintable() and c != "\n"] == []
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(source)
    inline = [child for token in tokens for child in token.children or ()]
    assert {token.type for token in (*tokens, *inline)}.isdisjoint(
        {"html_block", "html_inline", "image", "link_open", "fence", "code_block", "s_open", "em_open"}
    )
    headings = [token.tag for token in tokens if token.type == "heading_open"]
    assert headings == ["h1", *["h2"] * 9]
    assert sum(token.type == "tr_open" for token in tokens) == 9
    plain = "".join(token.content for token in inline if token.type == "text")
    assert not re.search(r"[@#]\w", plain)
    assert "<script>document.title" in plain


def test_markdown_says_everything_that_counts(tree: Tree) -> None:
    told = report_on(tree({"llmlint.toml": "", "app/llm.py": LLM, "evals/cases.jsonl": '{"q": 1}\n'}))
    source = text("markdown", [told], Wanted("six-bars", LINK))
    assert "| Evaluation | □□□□□ 0 | **blocks** |" in source
    assert "**Next: define the target.**" in source
    assert "- **vague** suite: " in source
    assert "  - [`evals/cases.jsonl:1`](https://example.org/blob/main/evals/cases.jsonl#L1) " in source


# -- places -------------------------------------------------------------------------------------


def test_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inside, outside = AuditReport(tmp_path), AuditReport(tmp_path.parent / "elsewhere")
    place = Evidence("a b/c(d)#e.py", 7, "")
    assert (
        address(inside, place, Wanted(link=LINK)) == "https://example.org/blob/main/a%20b/c%28d%29%23e.py#L7"
    )
    assert address(inside, place, Wanted()) == address(outside, place, Wanted(link=LINK)) == ""
    assert beside(inside, place) == "./a%20b/c%28d%29%23e.py"
    assert beside(outside, place).startswith("file:///")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a `b` c", [(False, "a "), (True, "b"), (False, " c")]),
        ("`b`", [(True, "b")]),
        ("it's ` alone", [(False, "it's ` alone")]),
        ("`a` and ` one", [(True, "a"), (False, " and ` one")]),
        ("", []),
    ],
)
def test_code_in_words(words: str, expected: list[tuple[bool, str]]) -> None:
    assert list(pieces(words)) == expected


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_takes_hostile_words_and_nothing_at_all(tmp_path: Path, form: str) -> None:
    assert text(form, [report(tmp_path)], Wanted(link=LINK)).encode("utf-8")
    assert "nothing calls" in text(form, [AuditReport(tmp_path, unscored="nothing calls")], Wanted())


def test_the_command_writes_both(tree: Tree) -> None:
    root = tree({"llmlint.toml": "", "app/llm.py": LLM})
    done = run("llmlint", "audit", "--format", "html", "--link", LINK, cwd=root)
    assert done.returncode == 0 and done.stdout.startswith(b"<!DOCTYPE html>")
    assert run("llmlint", "audit", "--format", "markdown", cwd=root).stdout.startswith(
        b"# Readiness of project"
    )
    for mistake in ("ftp://x/{path}", "https://example.org/"):
        assert run("llmlint", "audit", "--link", mistake, cwd=root).returncode == 2
