"""The page of the audit in a real browser, with scripts off and without network.

Needs Chromium and the ``browser`` dependency group, see CONTRIBUTING.md. ``LLMLINT_BROWSER=required`` makes
their absence a failure; ``LLMLINT_SCREENSHOTS=<folder>`` keeps the pictures.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmlint.audit.crosswalk import items, lists
from llmlint.reporters.audit import Wanted, text
from tests.audit.hostile import report

NAMES = ("chromium", "chromium-browser", "google-chrome")
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


def _needs(what: str) -> Any:
    if os.environ.get("LLMLINT_BROWSER") == "required":
        pytest.fail(f"LLMLINT_BROWSER=required, but there is no {what}")
    pytest.skip(f"no {what}: see CONTRIBUTING.md on the browser")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _needs("playwright")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        _needs("Chromium")
    with sync_playwright() as playwright:
        # Containers that run as root have no sandbox for it; the page is our own.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The page on the hostile report, 400 pixels wide; ``asked`` on it lists what it requested."""
    (tmp_path / "audit.html").write_text(text("html", [report(tmp_path)], Wanted()), encoding="ascii")
    context = browser.new_context(java_script_enabled=False, offline=True, color_scheme="light")
    found = context.new_page()
    found.set_viewport_size({"width": 400, "height": 900})
    found.asked = []
    found.on("request", lambda request: found.asked.append(request.url))
    found.goto((tmp_path / "audit.html").as_uri())
    yield found
    context.close()


def computed(page: Any, selector: str, property_: str) -> str:
    found: str = page.locator(selector).first.evaluate(
        "(element, name) => getComputedStyle(element).getPropertyValue(name)", property_
    )
    return found


def shown_levels(page: Any) -> list[tuple[str, str]]:
    rows = page.locator("[data-level]:visible").all()
    return [(row.get_attribute("data-title"), row.get_attribute("data-level")) for row in rows]


def test_levels_are_read_from_the_open_tab_and_tabs_switch_without_scripts(page: Any, tmp_path: Path) -> None:
    told = report(tmp_path)
    assert shown_levels(page) == [(f"{one.axis} {one.name}", str(one.level)) for one in told.axes]
    for one in list(lists().values())[1:]:
        page.get_by_text(one.title, exact=True).locator("visible=true").first.click()
        levels = {item.title: "" if item.level is None else str(item.level) for item in items(told, one.id)}
        assert dict(shown_levels(page)) == levels
    page.keyboard.press("ArrowRight")  # from the last tab to the first
    assert len(shown_levels(page)) == len(told.axes)


def test_bars_are_as_long_as_the_levels_say(page: Any, tmp_path: Path) -> None:
    for axis in report(tmp_path).axes:
        bar = page.locator(f"#r0-axis-{axis.axis} h2 .bar")
        assert bar.locator(".on:visible").count() == axis.level
        assert bar.locator("i:visible").count() == 5
        assert bar.get_attribute("aria-label") == f"level {axis.level} of 5"


def test_hostile_words_stay_words_and_nothing_is_requested(page: Any) -> None:
    assert page.title().startswith("Readiness of <script>")
    assert page.locator("script, img, iframe, .owned, [onclick], [onerror]").count() == 0
    assert page.get_by_text("document.title = 'owned'").count() > 0
    assert [one for one in page.asked if not one.endswith("/audit.html")] == []


def test_nothing_is_wider_than_a_phone(page: Any) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    for tab in page.locator(".tabs label").all():
        tab.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_dark_and_light(page: Any) -> None:
    assert computed(page, "body", "background-color") == WHITE
    light = computed(page, ".badge.missing", "color")
    page.emulate_media(color_scheme="dark")
    assert computed(page, "body", "background-color") != WHITE
    assert computed(page, ".badge.missing", "color") != light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read(page: Any, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5."""
    page.emulate_media(color_scheme=scheme)
    paper = _luminance(computed(page, "body", "background-color"))
    for selector in (".badge.met", ".badge.vague", ".badge.missing", ".closes", ".criteria a", ".summary"):
        lighter, darker = sorted((_luminance(computed(page, selector, "color")), paper), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, selector


def _luminance(color: str) -> float:
    channels = [int(part) / 255 for part in color.removeprefix("rgb(").rstrip(")").split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(share * c for share, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_on_paper_everything_is_open(page: Any, tmp_path: Path) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert computed(page, "body", "background-color") == WHITE
    assert computed(page, "body", "color") == BLACK
    assert page.locator("[data-list]:visible").count() == len(lists())
    assert page.locator("label:visible").count() == 0
    folded = page.locator("details .evidence li").first
    assert folded.bounding_box()["height"] > 0
    assert page.pdf().startswith(b"%PDF")


def test_screenshots(page: Any, tmp_path: Path) -> None:
    folder = Path(os.environ.get("LLMLINT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    looks = [("phone", 400, "light", "screen"), ("light", 1000, "light", "screen")]
    looks += [("dark", 1000, "dark", "screen"), ("paper", 760, "light", "print")]
    for name, width, scheme, media in looks:
        page.set_viewport_size({"width": width, "height": 1100})
        page.emulate_media(color_scheme=scheme, media=media)
        assert page.screenshot(path=folder / f"{name}.png", full_page=False).startswith(b"\x89PNG")
