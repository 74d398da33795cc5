"""The inbox: nothing noted is lost, nothing looked at comes back, on both databases."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from connectors.model import Ref
from sync.store import Hint, Store
from sync.store.schema import HINT

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE, TWO = Ref("asana", "1"), Ref("notion", "a")
WAIT = timedelta(seconds=1)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_naming_again_is_a_count_more_and_the_first_time_stays(store: Store) -> None:
    store.note_hints([ONE, TWO, ONE], T0)
    store.note_hints([ONE], after(0.5))
    assert store.due_hints(after(1), WAIT, 10) == [Hint(ONE, T0, after(0.5), 3), Hint(TWO, T0, T0, 1)]
    assert (store.inbox().depth, store.inbox().oldest) == (2, T0)


def test_a_hint_is_due_when_its_first_naming_is_old_enough(store: Store) -> None:
    """Counted from the first: a storm that never pauses is looked at all the same."""
    for tenth in range(30):
        store.note_hints([ONE], after(tenth / 10))
    assert store.due_hints(after(0.99), WAIT, 10) == []
    assert [hint.times for hint in store.due_hints(after(1), WAIT, 10)] == [30]
    assert store.due_hints(after(1), WAIT, 0) == []


def test_what_is_named_while_it_is_looked_at_stays(store: Store) -> None:
    store.note_hints([ONE, TWO], T0)
    seen = store.due_hints(after(1), WAIT, 10)
    store.note_hints([ONE], after(1.2))
    store.settle_hints(seen)
    assert store.due_hints(after(2), WAIT, 10) == []
    (left,) = store.due_hints(after(2.2), WAIT, 10)
    assert (left.ref, left.first_at, left.last_at) == (ONE, after(1.2), after(1.2))
    store.settle_hints([left])
    store.settle_hints(seen)  # late, and long settled
    assert store.inbox().depth == 0
    assert store.inbox().oldest is None


def test_an_older_delivery_moves_nothing_back(store: Store) -> None:
    store.note_hints([ONE], after(5))
    store.note_hints([ONE], T0)
    assert [(hint.first_at, hint.last_at) for hint in store.due_hints(after(9), WAIT, 1)] == [(after(5), after(5))]


def test_nothing_to_note_is_no_transaction(store: Store) -> None:
    store.note_hints([], T0)
    store.settle_hints([])
    assert store.inbox().depth == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("note"), st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, max_size=4)),
        st.tuples(st.just("look"), st.integers(1, 3)),
        st.tuples(st.just("settle"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.integers(1, 20)),
    ),
    max_size=30,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(steps=STEPS)
def test_any_order_of_notes_looks_and_settles_loses_nothing(store: Store, steps: list[tuple[str, object]]) -> None:
    """The model: an item owes a look from its naming until a look that began later has been settled."""
    with store.engine.begin() as connection:
        connection.execute(delete(HINT))
    now, owed, looks = T0, dict[str, datetime](), list[tuple[datetime, list[Hint]]]()
    for step, given_ in steps:
        now += timedelta(milliseconds=1)  # no two things happen in one instant
        if step == "note":
            store.note_hints([Ref("asana", gid) for gid in given_], now)  # type: ignore[attr-defined]
            owed |= dict.fromkeys(given_, now)  # type: ignore[call-overload]
        elif step == "look":
            looks.append((now, store.due_hints(now, timedelta(milliseconds=5), given_)))  # type: ignore[arg-type]
        elif step == "settle" and looks:
            began, hints = looks.pop(min(given_, len(looks) - 1))  # type: ignore[type-var]
            store.settle_hints(hints)
            for hint in hints:
                if hint.ref.id in owed and owed[hint.ref.id] < began:
                    del owed[hint.ref.id]
        elif step == "wait":
            now += timedelta(milliseconds=given_)  # type: ignore[arg-type]
        left = {hint.ref.id for hint in store.due_hints(now + timedelta(hours=1), timedelta(0), 100)}
        assert left == set(owed)
    store.settle_hints(store.due_hints(now + timedelta(hours=1), timedelta(0), 100))
    assert store.inbox().depth == 0


def test_a_path_takes_one_handshake_and_only_while_it_is_awaited(store: Store) -> None:
    assert not store.shake_hook("p", "s")
    store.await_hook("p", "asana", "77")
    assert store.shake_hook("p", "first")
    assert not store.shake_hook("p", "second")
    store.hook_made("p", "123")
    found = store.hook("p")
    assert found is not None
    assert (found.secret, found.state, found.remote, found.scope) == ("first", "active", "123", "77")
    assert "first" not in repr(found)
    assert "Hook(asana, 77" in repr(found)


def test_hearing_notes_the_hook_in_the_same_transaction(store: Store) -> None:
    store.await_hook("p", "asana", "77")
    store.await_hook("q", "asana", "78")
    store.note_hints([], after(3), heard=["p", "p"])
    assert [(hook.path, hook.heard_at) for hook in store.hooks("asana")] == [("p", after(3)), ("q", None)]
    store.forget_hook("p")
    assert store.hook("p") is None
    assert [hook.path for hook in store.hooks()] == ["q"]


def test_only_its_owner_reads_a_file_with_secrets_in_it(tmp_path: Path) -> None:
    with Store.open(str(tmp_path / "handrail.db")) as store:
        store.await_hook("p", "asana", "77")
        store.shake_hook("p", "s")
        files = sorted(tmp_path.glob("handrail.db*"))
        assert {path.name for path in files} == {"handrail.db", "handrail.db-shm", "handrail.db-wal"}
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_what_was_accepted_waits_for_the_disk_and_nothing_else_does(tmp_path: Path) -> None:
    """`synchronous` holds for a connection, and connections are used again."""
    from sync.store.opening import durable, writing

    with Store.open(str(tmp_path / "handrail.db")) as store:
        for engine, safety in ((writing(store.engine), 1), (durable(store.engine), 2), (store.engine, 1)):
            with engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == safety
