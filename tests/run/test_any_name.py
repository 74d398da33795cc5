"""Names of every kind, in tasks, projects, people, stages and teams: each stands whole on the pages, breaks no table.

The names are long, so what is compared is compared here: a test runner's picture of the difference takes minutes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from markdown_it import MarkdownIt

from connectors.document import Document, Table, plain
from sync.config import load
from sync.links import settled
from sync.pages.gather import matter
from sync.pages.targets import targets
from sync.report import rendered
from sync.wiring import open_house
from tests.run.worlds import Rig, rig

FRIDAY = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
_NASTY = " | `b` ``c`` <i>d</td></tr></table><script>e</script> &amp; $f$ $1 *g* _h_ ~i~ [j](k) \\| \\ \n- l\n# m\t"
_SIGNS = (
    "🚀\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} שלום עולם مرحبا 日本語 e\N{COMBINING ACUTE ACCENT} “n” "
)


def hurts(head: str) -> str:
    """A name of exactly 300 characters with everything in it that means something somewhere."""
    return (head + _NASTY + _SIGNS).ljust(299, "x") + "|"


TASK, STAGE, TEAM, OTHER, LENA, KOFI = map(hurts, ("task", "stage", "team", "other", "Lena", "Kofi"))
PROJECT = hurts("project")
MORE = ("Ada", "Ben", "Cy")
NAMES = (TASK, STAGE, TEAM, OTHER, LENA, KOFI, PROJECT)


def words(text: str) -> str:
    """As it is read: where a line or a row of blanks ends does not count."""
    return " ".join(text.split())


def _log() -> str:
    """Lena gives nine briefs to Kofi in another team, who has looked at none of them."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["case:concept:name", "concept:name", "time:timestamp", "org:resource", "org:group"])
    for number in range(9):
        at = FRIDAY - timedelta(days=14, hours=number)
        name = TASK if number == 8 else f"{number}{TASK[1:]}"
        write.writerow([name, "Briefing", at.isoformat(), LENA, OTHER])
        write.writerow([name, STAGE, (at + timedelta(hours=1)).isoformat(), LENA, TEAM])
        write.writerow([name, STAGE, (FRIDAY + timedelta(days=40)).isoformat(), KOFI, TEAM])
    for name in MORE:  # so that Lena's team is big enough for its people to be told apart
        write.writerow([f"of {name}", "Briefing", (FRIDAY - timedelta(days=9)).isoformat(), name, OTHER])
    write.writerow(["back", STAGE, (FRIDAY - timedelta(days=9)).isoformat(), KOFI, TEAM])
    write.writerow(["back", STAGE, (FRIDAY + timedelta(days=40)).isoformat(), LENA, TEAM])
    return out.getvalue()


def _quoted(text: str) -> str:
    return '"' + "".join(f"\\u{ord(one):04x}" if ord(one) < 0xFFFF else f"\\U{ord(one):08x}" for one in text) + '"'


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """After a run with every page on and people named; two projects of one flow, whose id is no ASCII either."""
    with rig(tmp_path_factory.mktemp("names"), _log(), now=FRIDAY) as one:
        first, second = _projects(one)
        text = one.config.read_text(encoding="utf-8")
        text = text.replace(f'"{first}"', f'"{first}", "{second}"')
        text = text.replace("[flows.log]", '[flows."日本"]')
        text = text.replace("[write]", "[write]\nfriday_page = true\nteam_pages = true\nname_people = true", 1)
        text += f"\n[teams.{_quoted(TEAM)}]\nmembers = [{_quoted(KOFI)}]\n"
        text += f"\n[teams.{_quoted(OTHER)}]\nmembers = [{', '.join(map(_quoted, (LENA, *MORE)))}]\n"
        one.config.write_text(text, encoding="utf-8")
        one.now += timedelta(minutes=1)  # after the second project's task was made
        assert one.run().troubles == []
        yield one


def _projects(one: Rig) -> tuple[str, str]:
    """The log's project, renamed, and another one with a task in it."""
    (first,) = (project.gid for project in one.world.asana.state.projects)
    one.send("PUT", f"/asana/api/1.0/projects/{first}", {"data": {"name": PROJECT}})
    workspace = one.get("/asana/api/1.0/workspaces")["data"][0]["gid"]
    made = {"data": {"name": "2" + PROJECT, "workspace": workspace, "privacy_setting": "public_to_workspace"}}
    second = one.send("POST", "/asana/api/1.0/projects", made)["data"]["gid"]
    column = one.send("POST", f"/asana/api/1.0/projects/{second}/sections", {"data": {"name": STAGE}})["data"]["gid"]
    task = one.send("POST", "/asana/api/1.0/tasks", {"data": {"name": "x", "projects": [second]}})["data"]["gid"]
    one.send("POST", f"/asana/api/1.0/sections/{column}/addTask", {"data": {"task": task}})
    return first, second


def _wanted(one: Rig) -> Iterator[tuple[str, Document]]:
    with open_house(load(one.config, {}), doors=False) as house:
        seen = matter(house, house.judge(one.now))
        for page in targets(seen, house.settings.write):
            yield page.title, settled(page.document, house.store.address)


def _tables(page: Document) -> list[list[list[str]]]:
    return [
        [[words(plain(cell)) for cell in row] for row in (block.header, *block.full_rows())]
        for block in page.blocks
        if isinstance(block, Table)
    ]


class Told(HTMLParser):
    """The tables of some HTML as words, what they stand in, and all that is said."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self._cell = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._cell = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = False
            self.tables[-1][-1][-1] = words(self.tables[-1][-1][-1])

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if self._cell:
            self.tables[-1][-1][-1] += data


def _blocks(one: Rig, id_: str) -> Iterator[dict[str, Any]]:
    for block in one.get(f"/notion/v1/blocks/{id_}/children")["results"]:
        yield block
        if block["has_children"] and block["type"] not in ("child_page", "child_database"):
            yield from _blocks(one, block["id"])


def _plain(rich: list[dict[str, Any]]) -> str:
    return words("".join(part["plain_text"] for part in rich))


def test_each_page_in_notion_has_every_name_whole_and_every_cell_in_its_place(lived: Rig) -> None:
    places = {
        block["child_page"]["title"]: block["id"]
        for block in lived.get(f"/notion/v1/blocks/{lived.world.notion.shared_page_id}/children")["results"]
        if block["type"] == "child_page"
    }
    wanted = dict(_wanted(lived))
    assert {*places} == {*wanted}
    everything = ""
    for title, page in wanted.items():
        tables: list[list[list[str]]] = []
        for block in _blocks(lived, places[title]):
            inner = block[block["type"]]
            if block["type"] == "table":
                tables.append([])
            elif block["type"] == "table_row":
                tables[-1].append([_plain(cell) for cell in inner["cells"]])
            everything += _plain(inner.get("rich_text", [])) + "\n"
        same = tables == _tables(page)
        assert same, title[:8]
        everything += "\n".join(cell for table in tables for row in table for cell in row)
        markdown = lived.get(f"/notion/v1/pages/{places[title]}/markdown")["markdown"]
        assert markdown.count("<table") == len(tables)
        assert markdown.count("<td>") == sum(len(row) for table in tables for row in table)
    assert _missing(everything) == []


def _missing(text: str) -> list[str]:
    return [name[:8] for name in NAMES if words(name) not in text]


def test_the_findings_table_and_the_tasks_have_them_character_for_character(lived: Rig) -> None:
    (row,) = (row for row in lived.rows() if row["Finding"].startswith("task"))
    shown = [row["Finding"] == TASK, row["Waiting on"] == TEAM, row["Team"] == TEAM, f"“{TASK}”" in row["What"]]
    assert shown == [True] * 4
    waits_on = lived.tasks()[TASK]["Waiting on"] == TEAM
    assert waits_on


@pytest.mark.parametrize("form", ["html", "md"])
def test_the_report_has_the_same_cells_and_makes_no_tags_of_them(lived: Rig, form: str) -> None:
    ((_, page), *_) = _wanted(lived)
    with open_house(load(lived.config, {}), doors=False) as house:
        raw = rendered(house, house.judge(lived.now), form, 100).decode()
    told = Told(raw if form == "html" else MarkdownIt("commonmark").enable("table").render(raw))
    whole = words("".join(told.said))
    wanted = _tables(page)
    same = [table for table in told.tables if table in wanted] == wanted
    assert same
    assert not {"script", "i", "em", "img"} & told.tags
    assert len(told.ids) == len({*told.ids})
    assert _missing(whole) == []


def test_with_the_database_lost_every_page_is_found_by_its_name(lived: Rig) -> None:
    seen = lived.seen()
    assert lived.run().plan.steps == ()
    lived.forget()
    assert lived.run().troubles == []
    same = lived.seen() == seen
    assert same
