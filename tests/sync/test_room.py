"""A page that would be too long is cut where it is longest, says how much is left out and where that is, and is whole
otherwise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.document import (
    Block,
    Bullets,
    Callout,
    Document,
    Heading,
    Paragraph,
    Span,
    Table,
    Toggle,
    line,
    to_data,
    to_text,
)
from connectors.notion.markdown import parts
from sync.config import load
from sync.pages.room import LINES, LONGEST, SIZE, fitted
from sync.report import rendered
from sync.wiring import open_house
from tests.run.worlds import NOW, Rig, rig

TABLE = "https://notion.test/table"
_LEFT = re.compile(r"([\d,]+) more lines? would make this page too long")


def _table(rows: int, size: int = 10) -> Table:
    cells = tuple((line(f"{number}"), line("x" * size)) for number in range(rows))
    return Table((line("n"), line("what")), cells)


def _long(count: int, size: int = 10) -> Document:
    """As a page may become: a big list between two small parts."""
    return Document((
        Callout(line("The one big thing.")), Heading(line("Whose turn it is")), _table(count, size),
        Heading(line("How sure this is")), Bullets((line("Seen: all of it."),)),
    ))  # fmt: skip


def _lines(page: Document) -> int:
    return len(to_text(page, 100_000, links=False).splitlines())


def test_an_ordinary_page_is_left_as_it_is() -> None:
    assert fitted(_long(400), TABLE) == _long(400)


@pytest.mark.parametrize(("count", "size"), [(601, 10), (5_000, 10), (500, 900), (20_000, 2_000)])
def test_a_long_list_keeps_its_beginning_and_says_how_much_is_left_out_and_where(count: int, size: int) -> None:
    page = fitted(_long(count, size), TABLE)
    assert page == fitted(_long(count, size), TABLE)
    assert page.blocks[-2:] == _long(1).blocks[-2:], "what stands below is whole"
    (kept,) = (block for block in page.blocks if isinstance(block, Table))
    said = to_text(page, 100_000)
    (left,) = _LEFT.findall(said)
    assert len(kept.rows) + int(left.replace(",", "")) == count
    assert f"every finding is in the findings table <{TABLE}>, the whole page in handrail report." in said
    assert len(parts(page)) == 1
    assert len(parts(page)[0].encode()) < 400_000
    assert len(kept.rows) >= min(count, 50)


def test_many_short_lists_are_cut_all_alike_and_a_toggle_from_within() -> None:
    lists: list[Block] = [block for n in range(8) for block in (Heading(line(f"{n}"), 3), _table(100))]
    page = fitted(Document((*lists, Toggle(line("more"), (_table(90),)))))
    assert {len(block.rows) for block in page.blocks if isinstance(block, Table)} == {63}
    assert _LEFT.findall(to_text(page, 100_000)) == ["37"] * 8 + ["27"]


def test_where_there_are_only_headings_each_section_keeps_its_beginning() -> None:
    flows = [part for n in range(3_000) for part in (Heading(line(f"Flow {n}"), 3), Paragraph(line("1 came.")))]
    page = fitted(
        Document((Heading(line("In hand")), *flows, Heading(line("How sure this is")), Paragraph(line("x"))))
    )
    assert page.blocks[-1] == Paragraph(line("x"))
    (left,) = _LEFT.findall(to_text(page, 100_000))
    kept = sum(isinstance(block, Heading | Paragraph) for block in page.blocks) - 4
    assert kept + int(left.replace(",", "")) == 6_000
    assert 400 < kept < LINES


def test_words_without_end_are_cut_with_a_sign() -> None:
    page = fitted(Document((Paragraph(line(Span("y" * 50_000, bold=True))), Bullets((line("z" * 900),)))))
    (words,) = (block.words for block in page.blocks if isinstance(block, Paragraph))
    assert (len(words[0].text), words[0].text[-1], words[0].bold) == (LONGEST, "…", True)
    assert "z" * 900 in to_text(page, 5_000)


def _crowded(one: Rig, more: str = "") -> None:
    """A flow with so many stages that its table is longer than any page."""
    text = one.config.read_text()
    stages = "".join(
        f'  {{ name = "{n} {"s" * 200}", match = ["Design {n}"], kind = "active" }},\n' for n in range(700)
    )
    text = text.replace("stages = [\n", f"stages = [\n{stages}").replace("[write]", f"[write]\n{more}")
    one.config.write_text(text)


def _log() -> str:
    head = "case:concept:name,concept:name,time:timestamp,org:resource,org:group\n"
    rows = (f"brief {n},Design {n},{NOW.replace(day=1, hour=n % 24).isoformat()},Kofi,Design\n" for n in range(700))
    return head + "".join(rows)


@pytest.mark.parametrize("inside", [False, True])
def test_a_page_of_more_than_400_kb_is_written_short_and_the_report_is_whole(tmp_path: Path, inside: bool) -> None:
    """700 stages with long names, below the page we were given or inside a page of people's."""
    with rig(tmp_path, _log()) as one:
        parent = one.world.notion.shared_page_id
        text = re.sub(r"(?m)^  \{ name = \"Design.*\n", "", one.config.read_text())
        one.config.write_text(text)
        _crowded(one, f'notion_page = "{parent}"' if inside else "")
        assert one.run().troubles == []
        page = parent if inside else one.page_id()
        markdown = str(one.get(f"/notion/v1/pages/{page}/markdown")["markdown"])
        (left,) = _LEFT.findall(markdown)
        assert int(left) + markdown.count("s" * 200) == 700
        assert "How this was computed" in markdown
        assert one.run().plan.steps == ()
        with open_house(load(one.config, {}), doors=False) as house:
            assert rendered(house, house.judge(NOW), "md", 100).decode().count("s" * 200) >= 700


def test_the_room_is_well_below_what_one_request_takes() -> None:
    full = fitted(_long(50_000, 900))
    assert len(repr(to_data(full))) > SIZE / 3
    assert len(parts(full)) == 1
