"""`docs/rules.md` says what the rules are: made from them, and up to date."""

from __future__ import annotations

from pathlib import Path

from rules.engine import kinds
from sync.config.words import keys_at
from sync.reference import reference

ROOT = Path(__file__).parents[2]


def test_the_page_is_up_to_date() -> None:
    made = reference((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    kept = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert kept == made, "run: make rules"


def test_every_kind_has_its_keys_its_words_and_an_example() -> None:
    made = reference((ROOT / "config.example.toml").read_text(encoding="utf-8"))
    for kind, shape in kinds().items():
        page = made.split(f"\n### {kind}\n")[1].split("\n### ")[0]
        for key in keys_at(shape, ()):
            assert f"| `{key}` |" in page, (kind, key)
        for word in shape.words.values():
            assert f"“{word}”" in page
        assert f'kind = "{kind}"' in page, f"config.example.toml shows no {kind}"


def test_what_is_internal_is_no_option() -> None:
    assert "limits_from" not in reference("")
    assert "percents" not in reference("")
