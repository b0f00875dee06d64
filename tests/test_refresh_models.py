"""What ``support/refresh_models.py`` reads out of packages, on small ones."""

from __future__ import annotations

import datetime
import json
import zipfile
from pathlib import Path

import tomli

from support import refresh_models as refresh

Date = datetime.date
ORDINARY = """
DEPRECATED_MODELS = {"claude-2.0": "July 21st, 2025", "claude-3-5-sonnet-20240620": "October 22, 2025"}
"""
DOCSTRING = '''
"""Deprecated values:

- "gpt-5.4-nano", "gpt-5.1": Announced shutdown date: 2027-04-01. See
  https://example.org for details.
- "gpt-5.1-mini": Not a supported model ID.
- "gpt-4o", "gpt-4o-2024-11-20",
  "gpt-4o-mini": Announced
  shutdown date: 2027-01-14. See
"""
'''


def prices(entries: dict[str, tuple[str, str | None]]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for key, (provider, when) in entries.items():
        found[key] = {"litellm_provider": provider, **({"deprecation_date": when} if when else {})}
    return found


def test_days_are_read_in_both_forms() -> None:
    assert refresh.day("June 15th, 2026") == Date(2026, 6, 15)
    assert refresh.day("October 22, 2025") == Date(2025, 10, 22)
    assert refresh.day("2026-10-23") == Date(2026, 10, 23)


def test_openai_docstring() -> None:
    found = refresh.openai_dates(DOCSTRING)
    assert found == {
        "gpt-5.4-nano": Date(2027, 4, 1),
        "gpt-5.1": Date(2027, 4, 1),
        "gpt-4o": Date(2027, 1, 14),
        "gpt-4o-2024-11-20": Date(2027, 1, 14),
        "gpt-4o-mini": Date(2027, 1, 14),
    }


def test_anthropic_dict_is_read_and_not_run() -> None:
    assert refresh.anthropic_dates("raise SystemExit\n" + ORDINARY)["claude-2.0"] == Date(2025, 7, 21)
    assert refresh.anthropic_dates("x = 1\n") == {}


def test_price_list_keeps_ids_of_vendors_we_know() -> None:
    found = refresh.price_list_dates(
        prices(
            {
                "gpt-4": ("openai", "2026-10-23"),
                "azure/gpt-4": ("azure", "2025-06-06"),
                "ft:gpt-4-0613": ("openai", "2026-10-23"),
                "1024-x-1024/gpt-image-1": ("openai", "2026-10-23"),
                "gemini/gemini-2.0-flash": ("gemini", "2026-06-01"),
                "gemini-2.0-flash": ("vertex_ai-language-models", "2026-06-01"),
                "vertex_ai/gemini-2.0-flash": ("vertex_ai", "2026-06-03"),
                "groq/qwen/qwen3-32b": ("groq", None),
            }
        ),
        (1, 109, 1),
    )
    assert found == {
        ("openai", "gpt-4"): Date(2026, 10, 23),
        ("gemini", "gemini-2.0-flash"): Date(2026, 6, 1),
        ("vertex", "gemini-2.0-flash"): Date(2026, 6, 3),
        ("groq", "qwen/qwen3-32b"): None,
    }


def test_early_price_lists_are_not_believed_about_vendors_with_packages_of_their_own() -> None:
    guessed = prices({"claude-3-opus-20240229": ("anthropic", "2025-03-01")})
    assert refresh.price_list_dates(guessed, (1, 81, 16)) == {}


def name(keyword: str) -> str:
    return keyword.replace("_", "-")


def facts(source: str, by: str, **dates: Date | None) -> refresh.Facts:
    return refresh.Facts(source, {("anthropic", name(model)): day for model, day in dates.items()}, by)


def test_newer_lists_and_the_vendor_are_believed() -> None:
    early, late = Date(2026, 1, 1), Date(2026, 6, 30)
    found = refresh.retirements(
        [
            facts("litellm 1", "", moved=early, withdrawn=early, listed_only=early, own=early),
            facts("litellm 2", "", moved=late, withdrawn=None),
            facts("anthropic 0.1", "anthropic", dropped=early, own=None, listed_only=None),
            facts("anthropic 0.2", "anthropic", own=late, alive=None),
        ]
    )
    assert {model: (day, source) for (_, model), (day, source) in found.items()} == {
        "moved": (late, "litellm 2"),
        "listed-only": (early, "litellm 1"),
        "own": (late, "anthropic 0.2"),
        "dropped": (early, "anthropic 0.1"),
    }


def test_what_the_newest_package_of_the_vendor_lists_without_a_day_is_served() -> None:
    day = Date(2026, 1, 1)
    assert (
        refresh.retirements([facts("litellm 1", "", a=day), facts("anthropic 1", "anthropic", a=None)]) == {}
    )


def test_dated_ids_are_found_behind_aliases() -> None:
    listed = refresh.Facts(
        "litellm 1",
        {
            ("mistral", "mistral-large-latest"): None,
            ("mistral", "mistral-large-2402"): Date(2025, 6, 16),
            ("mistral", "mistral-large-2512"): None,
            ("vertex", "claude-opus-4-5"): None,
            ("vertex", "claude-opus-4-5@20251101"): None,
            ("gemini", "gemini-3-pro"): None,
        },
    )
    assert refresh.snapshots([listed], Date(2026, 6, 1)) == {
        ("mistral", "mistral-large-latest"): ["mistral-large-2512"],
        ("vertex", "claude-opus-4-5"): ["claude-opus-4-5@20251101"],
    }


def test_packages_are_read_as_archives_and_the_result_is_always_the_same(tmp_path: Path) -> None:
    wheel = tmp_path / "anthropic-2.0.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("anthropic/resources/messages/messages.py", ORDINARY)
        archive.writestr(
            "anthropic/types/model_param.py", 'ModelParam: X = Union[Literal["claude-2.0"], str]'
        )
        archive.writestr("anthropic/__init__.py", "raise SystemExit('this must not run')")
    priced = tmp_path / "litellm-1.109.0-py3-none-any.whl"
    with zipfile.ZipFile(priced, "w") as archive:
        listed = prices({"mistral/b": ("mistral", "2026-01-02"), "mistral/a": ("mistral", "2026-01-02")})
        archive.writestr(f"litellm/{refresh.PRICES}", json.dumps(listed))
    both = [refresh.facts_of(priced, "litellm", "1.109.0"), refresh.facts_of(wheel, "anthropic", "2.0.0")]
    text = refresh.rendered(both)
    assert text == refresh.rendered(both)
    read = tomli.loads(text)["lifecycle"]
    assert [(one["vendor"], one["retired"]) for one in read] == [
        ("anthropic", {"2025-07-21": ["claude-2.0"], "2025-10-22": ["claude-3-5-sonnet-20240620"]}),
        ("mistral", {"2026-01-02": ["a", "b"]}),
    ]
    assert read[1]["source"].startswith("litellm 1.109.0, ")
