"""Whose address it is: several sources of a kind, what is remembered of the store and for how long, ports."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from connectors.asana.hooks import AsanaEar
from connectors.notion.hearing import NotionEar
from sync.receiver import CannotListen, Web, known
from sync.store import Store
from tests.cli.program import process
from tests.run.worlds import Rig as World
from tests.run.worlds import rig as world_of
from tests.sync.receiver.rig import ASANA, PATH, Rig, asana, by_asana, by_notion, notion, page, receiving, told


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "handrail.db")) as one:
        yield one


def made(store: Store, path: str, source: str, secret: str) -> None:
    """A hook as after its handshake."""
    store.await_hook(path, source)
    assert store.shake_hook(path, secret)
    store.hook_made(path, None)


# ---- several sources of a kind -------------------------------------------------------------------------------


def test_two_notion_sources_have_an_address_and_a_key_each(store: Store) -> None:
    ears = (NotionEar("ideas"), NotionEar("briefs"), AsanaEar("asana"))
    made(store, "ideas", "ideas", "secret_ideas")
    made(store, "briefs", "briefs", "secret_briefs")
    body = page("p1")
    with receiving(store, ears) as rig:
        mine, others = by_notion(body, "secret_briefs"), by_notion(body, "secret_ideas")
        assert notion(rig, body, mine).status_code == 404  # whose would it be?
        assert notion(rig, body, mine, "/briefs").status_code == 200
        assert notion(rig, body, others, "/briefs").status_code == 401
        assert notion(rig, body, others, "/ideas").status_code == 200
        assert httpx.post(f"{rig.url}/hooks/asana/briefs", content=body, headers=mine).status_code == 404
        assert rig.inbox() == {("briefs", "p1"): 1, ("ideas", "p1"): 1}


def test_the_only_notion_source_has_the_short_address_too(store: Store) -> None:
    made(store, "notes", "notes", "secret_notes")
    body = page("p1")
    with receiving(store, (NotionEar("notes"), AsanaEar("asana"))) as rig:
        headers = by_notion(body, "secret_notes")
        assert [notion(rig, body, headers, path).status_code for path in ("", "/notes")] == [200, 200]
        assert httpx.post(f"{rig.url}/hooks/asana", content=body, headers=by_asana(body)).status_code == 404


# ---- what is remembered --------------------------------------------------------------------------------------


@pytest.fixture
def reads(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One more entry for each time that the store is asked for the hooks."""
    asked: list[None] = []
    read = store.hooks

    def counted(source: str | None = None) -> list[object]:
        asked.append(None)
        return list(read(source)) if source else list(read())

    monkeypatch.setattr(store, "hooks", counted)
    return asked


def test_the_store_is_not_asked_again_for_each_delivery(store: Store, reads: list[None]) -> None:
    with receiving(store) as rig:
        rig.shaken()
        assert {asana(rig, told(str(number))).status_code for number in range(30)} == {200}
        assert len(reads) == 1
        assert asana(rig, told("1"), path="nobody").status_code == 404  # it might have been made just now
        assert len(reads) == 2


def test_a_hook_that_another_process_forgot_is_heard_half_a_minute_longer(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(store) as rig:
        rig.shaken()
        assert asana(rig, told("1")).status_code == 200
        store.forget_hook(PATH)
        assert asana(rig, told("1")).status_code == 200
        assert known.KEEP_SECONDS == 30
        monkeypatch.setattr(known, "KEEP_SECONDS", 0.0)
        assert asana(rig, told("1")).status_code == 404


def test_a_hook_made_anew_by_another_process_is_heard_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.shaken()
    body = told("1")
    assert asana(rig, body).status_code == 200
    made(rig.store, "another", "asana", "secret of the other")
    assert asana(rig, body, by_asana(body, "secret of the other"), "another").status_code == 200
    rig.store.forget_hook("another")
    made(rig.store, "another", "asana", "its second secret")
    monkeypatch.setattr(known, "LEAST_SECONDS", 0.0)  # else it is believed for a second
    assert asana(rig, body, by_asana(body, "its second secret"), "another").status_code == 200
    assert asana(rig, body, by_asana(body, ASANA), "another").status_code == 401


# ---- where it listens ----------------------------------------------------------------------------------------


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_an_address_that_cannot_be_had_says_why_and_the_way_out(taken: int) -> None:
    with pytest.raises(
        CannotListen, match=rf"^port {taken} on 127.0.0.1 cannot be used: Address already in use; end "
    ):
        Web(Starlette(), "127.0.0.1", taken).start()
    with pytest.raises(CannotListen, match=r"192\.0\.2\.1 cannot be used: Cannot assign requested address"):
        Web(Starlette(), "192.0.2.1", 0).start()  # a documentation address: nobody's
    with pytest.raises(CannotListen, match="this is no address of this machine"):
        Web(Starlette(), "a" * 64 + ".example", 0).start()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_of(tmp_path / "world") as one:
        yield one


def test_serve_on_a_port_that_is_taken_ends_with_a_sentence(world: World, taken: int) -> None:
    world.clear_log()
    said = process("serve", "--config", world.config, "--port", taken, cwd=world.config.parent)
    assert said.code == 2
    last = said.all.rstrip().splitlines()[-1]
    assert last.startswith(f"[serve]: port {taken} on 127.0.0.1 cannot be used: Address already in use")
    assert "Traceback" not in said.all
    assert world.get("/_sandbox/requests")["count"] == 0
