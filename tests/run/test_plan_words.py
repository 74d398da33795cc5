"""A plan in words: each rendering says target, field, before, after, rule, finding, reason and cost, all escaped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from connectors.document import Document, to_markdown_gfm
from connectors.model import PostStatus, PutAway, PutPage, Ref, SetFields
from sync.plan import LeftAlone, Plan, Reason, Step
from sync.plan.file import from_json, to_json
from sync.plan.page_moves import PageLine
from sync.plan.words import page_lines, to_document, to_html
from tests.run.worlds import NOW, Rig, rig

HURTING = 'a | `b` <script>alert("x")</script> $1 “ü” שלום 🚀'
REF = Ref("asana", "1")
PLAN = Plan(
    datetime(2026, 3, 2, tzinfo=UTC),
    (
        Step(
            SetFields("fields/asana:1", REF, {"Flow status": "Stuck"}, {"Flow status": "Waiting"}), str(REF), HURTING,
            "https://example.com/1", Reason("It waits.", "first-look", "first-look/asana:1", 12.5),
        ),
        Step(PutAway("row/k", "notion", "row", "r1"), "row:notion/k", "old", "javascript:x", Reason("Undone.")),
        Step(
            PutPage("page/summary", "notion", "p", "Leaks", Document(()), "d", "r2"), "page:notion/page/summary",
            "Leaks", "", Reason("Changed."),
            (PageLine("Ideas", "-", "7 | <i>seven"), PageLine("Ideas", "+", "8 | <i>eight")),
        ),
        Step(PostStatus("s", REF, "at_risk", "2 items are stuck", "Since May."), "s", "Log", "", Reason("News.")),
    ),
    (LeftAlone("asana:2", "other", "", "Waiting on", "Ana", "Kofi"),),
)  # fmt: skip


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += data + "\n"


def test_html_says_everything_and_runs_nothing() -> None:
    page = _Words()
    page.feed(to_html(PLAN))
    wanted = (
        HURTING, "Flow status", "Waiting", "Stuck", "first-look", "first-look/asana:1", "It waits.",
        "12.5 working hours", "into the trash: row old", "Waiting on says “Ana”, changed by a person",
        "Ideas", "- 7 | <i>seven", "+ 8 | <i>eight", "2 items are stuck", "Since May.",
    )  # fmt: skip
    for words in wanted:
        assert words in page.words
    assert "script" not in page.tags
    assert page.links == ["https://example.com/1"]


def test_markdown_says_everything() -> None:
    text = to_markdown_gfm(to_document(PLAN))
    for words in ("Flow status", "Waiting", "Stuck", "first", "It waits.", "12.5 working hours", "Left alone",
                  "**Ideas**", "<code>-</code> 7 \\| \\<i\\>seven", "<code>+</code> 8", "Since May."):  # fmt: skip
        assert words in text
    assert "<script>" not in text


def test_a_plan_with_every_kind_of_step_survives_the_file() -> None:
    again, made_under = from_json(to_json(PLAN, "hash"))
    assert (again, made_under) == (PLAN, "hash")


@pytest.mark.parametrize(("form", "start"), [("md", "# Plan as of"), ("html", "<!doctype html>"), ("json", "{")])
def test_the_command_renders(tmp_path_factory: pytest.TempPathFactory, form: str, start: str) -> None:
    from tests.cli.program import here

    with rig(tmp_path_factory.mktemp(form)) as one:
        said = here("plan", "--config", one.config, "--as-of", "sandbox", "--format", form)
        assert said.code == 0, said.all
        assert said.out.startswith(start)
        assert "brief 0" in said.out
        assert one.writes() == 0


def test_a_page_that_is_rewritten_shows_what_changes_on_it(tmp_path: Path) -> None:
    from tests.cli.program import here

    with rig(tmp_path) as one:
        new = [*map(page_lines, one.run().plan.steps)]
        assert any("What leaks" in section for part in new for section, _ in part)
        then = NOW + timedelta(days=2)
        post = {"now": then.isoformat()}
        one.send("POST", "/_sandbox/clock", post)

        def said(form: str) -> str:
            return here("plan", "--config", one.config, "--as-of", "sandbox", "--format", form).out

        text, page, moves = said("text"), said("html"), _moves(one, then)
        assert moves
        assert "rewrite page: " in text
        for section, sign, words in moves:
            assert f"  {section or 'At the top'}\n" in text
            assert f"    {sign} {words}\n" in text
            assert escape(f"{sign} {words}") in page


def _moves(one: Rig, then: datetime) -> tuple[PageLine, ...]:
    steps = one.run(write=False, now=then).plan.steps
    return next(step.moves for step in steps if isinstance(step.change, PutPage))
