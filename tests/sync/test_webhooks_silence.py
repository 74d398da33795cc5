"""Webhooks that look good and tell nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.asana.hooks import AsanaEar
from connectors.base import Ear
from connectors.notion.hearing import NotionEar
from sync.config import load
from sync.pulling import Pulled
from sync.serving.upkeep import Upkeep
from sync.store import Store
from sync.webhooks.silence import note_silence
from sync.wiring import ears, open_house
from tests.run.worlds import NOW, rig

BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
EARS: dict[str, Ear] = {"asana": AsanaEar("asana"), "notion": NotionEar("notion")}
HOUR = timedelta(hours=1)


class Clock:
    now = BEGAN


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    """A store with one webhook of each vendor, made at BEGAN."""
    with Store.open(f"sqlite:///{tmp_path / 'handrail.db'}", lambda: clock.now) as one:
        for source, scope in (("asana", "1"), ("notion", "")):
            one.await_hook(source, source, scope)
            one.shake_hook(source, "s" * 20)
            one.hook_made(source, scope or None)
        yield one


Look = Callable[..., list[str]]


@pytest.fixture
def look(store: Store, clock: Clock) -> Look:
    """What is new about the webhooks so many hours later."""

    def asked(hours: float, changed: dict[str, datetime] | None = None, since: datetime = BEGAN) -> list[str]:
        clock.now = BEGAN + hours * HOUR
        return note_silence(store, EARS, changed or {}, since, clock.now)

    return asked


def note(store: Store, path: str) -> str:
    hook = store.hook(path)
    assert hook is not None
    return hook.note


def test_asana_is_too_quiet_after_two_heartbeats_and_an_hour(store: Store, look: Look) -> None:
    assert look(16.9) == []
    news = look(17.1)
    assert news == ["asana 1: nothing has come here since 2026-11-02 09:00 UTC, "
                    "though its vendor makes itself heard every 8 hours"]  # fmt: skip
    assert note(store, "asana") in news[0]
    assert look(18) == [], "said once"


def test_a_delivery_ends_it_even_an_empty_one(store: Store, look: Look) -> None:
    look(17.1)
    store.note_hints([], BEGAN + 20 * HOUR, heard=["asana"])
    assert look(21) == []
    assert note(store, "asana") == ""


def test_nothing_is_expected_of_the_time_when_nobody_listened(look: Look) -> None:
    assert look(40, since=BEGAN + 30 * HOUR) == []
    assert len(look(48, since=BEGAN + 30 * HOUR)) == 1


def test_notion_is_too_quiet_when_a_page_changed_and_it_told_nothing(store: Store, look: Look) -> None:
    changed = {"notion": BEGAN + 2 * HOUR}
    assert look(2.5, changed) == [], "it may still come"
    (news,) = look(4, changed)
    assert news == ("notion: nothing has come here since 2026-11-02 09:00 UTC, "
                    "though something changed at 2026-11-02 11:00 UTC")  # fmt: skip
    assert look(5) == []
    assert note(store, "notion"), "that nothing more changed does not make it good"
    store.note_hints([], BEGAN + 6 * HOUR, heard=["notion"])
    look(7)
    assert note(store, "notion") == ""


def test_notion_that_told_of_a_change_is_good(store: Store, look: Look) -> None:
    store.note_hints([], BEGAN + 2.1 * HOUR, heard=["notion"])
    assert look(4, {"notion": BEGAN + 2 * HOUR}) == []


def test_what_is_wrong_already_is_not_said_otherwise(store: Store, look: Look) -> None:
    store.hook_checked("asana", "deliveries fail")
    assert look(30) == []
    assert note(store, "asana") == "deliveries fail"


def test_the_service_notices_after_a_run_what_was_read_and_not_told(tmp_path: Path) -> None:
    with rig(tmp_path) as small:
        small.config.write_text(
            small.config.read_text("utf-8") + '\n[serve]\npublic_url = "https://handrail.example"\n', "utf-8"
        )
        settings, clock = load(small.config, {}), Clock()
        before = max(task.modified_at for task in small.world.asana.state.tasks.values())
        changed = small.run().pulled.changed_at["asana"]
        assert changed == before
        clock.now = changed - HOUR
        upkeep = Upkeep(ears(settings), lambda: NOW, lambda: clock.now)
        with open_house(settings) as house:
            with Store.open(settings.database_url, lambda: clock.now) as then:
                then.await_hook("notion", "notion")
                then.shake_hook("notion", "s" * 20)
                then.hook_made("notion", None)
            clock.now = changed + 2 * HOUR
            upkeep.after(house, Pulled(changed_at={"notion": changed}))
            assert f"something changed at {changed:%Y-%m-%d %H:%M} UTC" in note(house.store, "notion")
