"""kill -9 while deliveries come: whatever was answered with 2xx is in the inbox."""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterator

import pytest

from sync.store import Store
from tests.sync.receiver.child import child
from tests.sync.receiver.rig import PATH, by_asana, by_notion, inbox, page, shaken, told

SENDERS = 6


def _send(port: int, numbers: Iterator[int], accepted: set[tuple[str, str]]) -> None:
    """Deliver one after the other until nobody answers, and note what was accepted."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        for number in numbers:
            id_ = f"n{number}"
            if number % 2:
                target, body, headers = f"/hooks/asana/{PATH}", told(id_), by_asana(told(id_))
            else:
                target, body, headers = "/hooks/notion", page(id_), by_notion(page(id_))
            line.request("POST", target, body, headers)
            answer = line.getresponse()
            answer.read()
            if answer.status == 200:
                accepted.add(("asana" if number % 2 else "notion", id_))
    except (OSError, http.client.HTTPException):
        return  # it was killed
    finally:
        line.close()


def _kept_through(url: str, kills: int, seed: int) -> tuple[int, int]:
    """Kill so often; how many deliveries were accepted, and how many had no answer and are in the inbox."""
    chance, numbers, accepted = random.Random(seed), itertools.count(), set[tuple[str, str]]()
    with Store.open(url) as store:
        shaken(store)
        for _ in range(kills):
            before = len(accepted)
            with child(url) as at:
                senders = [threading.Thread(target=_send, args=(at.port, numbers, accepted)) for _ in range(SENDERS)]
                for sender in senders:
                    sender.start()
                while len(accepted) == before:
                    time.sleep(0.001)
                time.sleep(chance.uniform(0, 0.2))
                at.kill()
                for sender in senders:
                    sender.join()
            found = set(inbox(store))
            assert accepted <= found
        assert next(numbers) >= len(found)
        return len(accepted), len(found - accepted)


def test_what_was_accepted_is_in_the_inbox(database_url: str) -> None:
    accepted, _ = _kept_through(database_url, kills=3, seed=7)
    assert accepted >= 3


@pytest.mark.torture
def test_fifty_kills(database_url: str) -> None:
    accepted, more = _kept_through(database_url, kills=50, seed=8)
    print(f"\nfifty kills: {accepted:,} deliveries accepted, all kept; {more} kept that had no answer")
