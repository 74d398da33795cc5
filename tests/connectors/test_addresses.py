"""Addresses of tasks and pages, in every form that the vendors hand out, and as people write them."""

from __future__ import annotations

import pytest

from connectors.addresses import found_in
from connectors.asana.addresses import task_gid
from connectors.notion.ids import page_id

ASANA, NOTION = "https://app.asana.com/api/1.0", "https://api.notion.com"
ID, HEX = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
TABLE = "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee"


@pytest.mark.parametrize("address", [
    "https://app.asana.com/1/55/project/77/task/1201", "https://app.asana.com/1/55/task/1201",
    "https://app.asana.com/1/55/project/77/task/1201?focus=true", "https://app.asana.com/1/55/project/77/task/1201/f",
    "https://app.asana.com/1/55/project/77/task/1201/comment/9", "https://app.asana.com/1/55/home/3/task/1201",
    "https://app.asana.com/1/55/inbox/3/item/1201/story/9", "https://app.asana.com/0/77/1201",
    "https://app.asana.com/0/77/1201/f", "https://app.asana.com/0/0/1201/f#now", "https://app.asana.com/0/inbox/3/1201/9",
    "https://app.asana.com/0/search/3/1201", "https://app.asana.com/0/home/3/1201", "HTTPS://APP.ASANA.COM/0/77/1201/",
])  # fmt: skip
def test_a_tasks_address_of_every_form(address: str) -> None:
    assert task_gid(address, ASANA) == "1201"


@pytest.mark.parametrize("address", [
    "https://app.asana.com/0/77/list", "https://app.asana.com/1/55/project/77/list/9", "https://example.com/0/77/1201",
    "https://app.asana.com/1/55/project/77", "1201", "", "https://[::1", "https://app.asana.com/0/portfolio/77/list",
    "https://app.asana.com.evil.test/0/77/1201", "https://evil.test/app.asana.com/0/77/1201",
])  # fmt: skip
def test_what_is_no_tasks_address(address: str) -> None:
    assert task_gid(address, ASANA) is None


@pytest.mark.parametrize("address", [
    f"https://www.notion.so/acme/Launch-{HEX}", f"https://www.notion.so/{HEX}", f"https://notion.so/{ID}",
    f"https://app.notion.com/p/{HEX}", f"https://app.notion.com/p/acme/Launch-{HEX}?source=copy_link",
    f"https://www.notion.com/acme/Launch-{HEX}", f"https://acme.notion.site/Launch-{HEX}",
    f"https://www.notion.so/Launch-{HEX}#{TABLE}", f"https://www.notion.so/Launch-{HEX.upper()}?pvs=4",
    f"https://www.notion.so/acme/{TABLE}?v={TABLE}&p={HEX}&pm=s",
])  # fmt: skip
def test_a_pages_address_of_every_form(address: str) -> None:
    assert page_id(address, NOTION) == ID


@pytest.mark.parametrize("address", [
    f"https://example.com/{HEX}", "https://www.notion.so/acme/Launch", "", "https://", HEX,
    f"https://notion.so.evil.test/{HEX}", "https://www.notion.so/help/guides",
])  # fmt: skip
def test_what_is_no_pages_address(address: str) -> None:
    assert page_id(address, NOTION) is None


def test_a_sandboxs_own_pages_are_known_by_its_address() -> None:
    assert task_gid("http://127.0.0.1:8480/1/55/task/1201", "http://127.0.0.1:8480/asana/api/1.0") == "1201"
    assert page_id(f"http://127.0.0.1:8480/p/Launch-{HEX}", "http://127.0.0.1:8480/notion") == ID
    assert page_id(f"http://127.0.0.1:8481/p/Launch-{HEX}", "http://127.0.0.1:8480/notion") is None


@pytest.mark.parametrize(("text", "found"), [
    ("see https://a.test/x, and (https://b.test/y?z=1).", ("https://a.test/x", "https://b.test/y?z=1")),
    ("[brief](https://a.test/x) <https://b.test/y> https://a.test/x", ("https://a.test/x", "https://b.test/y")),
    ('<a href="https://a.test/x">שלום</a>', ("https://a.test/x",)), ("app.asana.com/0/77/1201", ("https://app.asana.com/0/77/1201",)),
    ("", ()), ("no address", ()), ("e.g. this", ()), ("http://", ()),
    ("🚀https://a.test/ü🚀", ("https://a.test/ü🚀",)),
    ("https://a.test/x\u00a0https://b.test", ("https://a.test/x", "https://b.test")),
])  # fmt: skip
def test_addresses_in_what_people_write(text: str, found: tuple[str, ...]) -> None:
    assert found_in(text) == found


def test_a_text_full_of_addresses_is_cut() -> None:
    assert len(found_in(" ".join(f"https://a.test/{number}" for number in range(5000)))) == 100
