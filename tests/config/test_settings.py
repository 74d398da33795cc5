"""What a sound config means: terms, overrides, tokens, hash."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path

import pytest

from rules.base import Stage
from rules.engine import kinds
from sync.config import ConfigProblems, MissingToken, Settings, load
from sync.wiring import KINDS

ROOT = Path(__file__).parents[2]
SMALL = """
[calendar]
timezone = "America/New_York"
week = { days = ["mon", "fri"], hours = ["13:00-17:00", "09:00-12:00"] }
holidays = [2026-11-27]
country = "US"

[teams]
design = ["Ana"]

[sources.work]
kind = "asana"
projects = ["1", "2"]
base_url = "http://127.0.0.1:8480/asana/api/1.0"

[flows.brief-flow]
source = "work"
stages = [
  { name = "Hot *", kind = "active", owner = "design" },
  { name = "Done", match = "Done*", kind = "done" },
]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(SMALL, encoding="utf-8")
    return path


def opened(path: Path, **env: str) -> Settings:
    return load(path, env, KINDS)


def test_the_example_is_sound_and_covers_every_kind_of_rule() -> None:
    settings = opened(ROOT / "config.example.toml")
    assert settings.mode == "observe"
    assert {rule.kind for rule in settings.rules()} == set(kinds())
    assert settings.warnings == ()


def test_the_example_shows_every_key() -> None:
    from sync.config.shape import Shape
    from sync.config.words import keys_at

    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    shown = set(keys_at(Shape, ()))
    for table in ("calendar", "money", "write", "handoffs"):
        shown |= set(keys_at(Shape, (table,)))
    for kind in KINDS.values():
        shown |= set(keys_at(kind.options, ()))
    for rule in kinds().values():
        shown |= set(keys_at(rule, ()))
    missing = [
        key for key in sorted(shown) if f"{key} =" not in text and f"[{key}" not in text and f".{key}" not in text
    ]
    assert not missing


def test_terms(config: Path) -> None:
    terms = opened(config).terms()
    assert terms.hours.week.spans == {day: ((time(9), time(12)), (time(13), time(17))) for day in (0, 4)}
    assert {date(2026, 11, 27), date(2026, 7, 3), date(2027, 1, 1)} <= terms.hours.days_off
    assert terms.flows["brief-flow"].stages == (
        Stage("Hot *", "active", ("Hot \\*",), "design"),
        Stage("Done", "done", ("Done*",)),
    )
    assert terms.teams == {"design": ("Ana",)}
    assert terms.slip_minutes == 60


def test_the_environment_wins_whatever_its_case_and_dashes(config: Path) -> None:
    settings = opened(
        config, HANDRAIL__MODE="plan", HANDRAIL__SOURCES__WORK__PROJECTS='["7"]',
        HANDRAIL__FLOWS__BRIEF_FLOW__PROJECTS='["7"]', HANDRAIL__HANDOFFS__SLIP="2h", OTHER__MODE="apply",
    )  # fmt: skip
    assert settings.mode == "plan"
    assert settings.sources["work"].projects == ("7",)  # type: ignore[attr-defined]
    assert settings.terms().flows["brief-flow"].projects == ("7",)
    assert settings.terms().slip_minutes == 120


def test_the_hash_changes_with_meaning_only(config: Path) -> None:
    plain = opened(config).hash
    assert plain == opened(config).hash
    assert plain == opened(config, HANDRAIL__MODE="apply", HANDRAIL__SOURCES__WORK__REQUESTS_PER_MINUTE="1").hash
    assert plain != opened(config, HANDRAIL__CALENDAR__TIMEZONE="UTC").hash
    assert plain != opened(config, HANDRAIL__SOURCES__WORK__TEAM_FIELD="Team").hash


def test_a_relative_database_lies_beside_the_config(config: Path) -> None:
    assert opened(config).database_url == f"sqlite:///{config.parent / 'handrail.db'}"
    url = "postgresql+psycopg://me:pw@db/handrail"
    assert opened(config, HANDRAIL__DATABASE_URL=url).database_url == url


def test_a_sandbox_needs_no_token_and_a_variable_wins(config: Path) -> None:
    assert opened(config).token_of("work") == "sandbox"
    assert opened(config, ASANA_TOKEN="as:Ana").token_of("work") == "as:Ana"


def test_a_missing_token_names_its_variable(config: Path) -> None:
    settings = opened(config, HANDRAIL__SOURCES__WORK__BASE_URL="https://app.asana.com/api/1.0")
    with pytest.raises(MissingToken, match=r"\[sources.work\] The environment variable ASANA_TOKEN is not set"):
        settings.token_of("work")


@pytest.mark.parametrize("content", [None, "", "two words", "caf\u00e9"])
def test_a_bad_token_file_is_told_without_its_content(config: Path, content: str | None) -> None:
    if content is not None:
        (config.parent / "token.txt").write_text(content, encoding="utf-8")
    with pytest.raises(MissingToken, match=r"token_file .*token\.txt") as missing:
        opened(config, HANDRAIL__SOURCES__WORK__TOKEN_FILE="token.txt").token_of("work")
    assert not content or content not in str(missing.value)


def test_a_token_file_is_read_from_beside_the_config(config: Path) -> None:
    (config.parent / "token.txt").write_text("2/12/abc\n", encoding="utf-8")
    assert opened(config, HANDRAIL__SOURCES__WORK__TOKEN_FILE="token.txt").token_of("work") == "2/12/abc"


def test_no_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigProblems, match=r"nope.toml: there is no such file .*handrail init.*config.example.toml"
    ):
        opened(tmp_path / "nope.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a = 1\n\xe9 = 2\n"])
def test_no_text_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.toml").write_bytes(content)
    with pytest.raises(ConfigProblems, match="is not UTF-8 text"):
        opened(tmp_path / "c.toml")


def test_a_byte_order_mark_is_no_problem(config: Path) -> None:
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
    assert opened(config).mode == "observe"


def test_left_out_fields_have_no_name(config: Path) -> None:
    names = opened(config, HANDRAIL__WRITE__FIELDS='{"on": false, "status": "Flow"}').field_names
    assert (names.status, names.since, names.on) == ("Flow", "Waiting since", None)


def test_apply_without_caps_is_a_warning(config: Path) -> None:
    warnings = [str(one) for one in opened(config, HANDRAIL__MODE="apply").warnings]
    assert any("without a cap" in one for one in warnings)


@pytest.mark.parametrize(("when", "limit", "hours"), [
    (["weekdays 07:00"], "2h", "72h"), (["every 15m"], "10m", "0.25h"), (["*/30 8-18 * * *"], "13h", "13.5h"),
    (["weekdays 07:00"], "73h", ""), (["every 15m"], "2h", ""), (["mon 07:00", "thu 07:00"], "4d", ""),
])  # fmt: skip
def test_a_schedule_that_would_make_every_source_stale_is_a_warning(
    config: Path, when: list[str], limit: str, hours: str
) -> None:
    text = f'\n[write.when]\nfields = {json.dumps(when)}\n[serve]\nstale_after = "{limit}"\n'
    config.write_text(SMALL + text, encoding="utf-8")
    warnings = [str(one) for one in opened(config).warnings if "stale_after" in str(one)]
    assert len(warnings) == bool(hours)
    assert not hours or f"{limit} is less than the {hours} between two runs" in warnings[0], warnings


def test_named_lists_stand_where_rules_refer_to_them(tmp_path: Path) -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    wanted = ("frozen", "Parked*")
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    rule = next(one for one in load(tmp_path / "config.toml", {}, KINDS).rules() if one.id == "first-look")
    assert rule.where_not.tag == wanted  # type: ignore[attr-defined]
    mixed = text.replace('tag = ["@put-aside"]', r'tag = ["late", "@put-aside", "\\@here"]')
    (tmp_path / "config.toml").write_text(mixed, encoding="utf-8")
    rule = next(one for one in load(tmp_path / "config.toml", {}, KINDS).rules() if one.id == "first-look")
    assert rule.where_not.tag == ("late", *wanted, r"\@here")  # type: ignore[attr-defined]
