"""A plan in words: each rendering says target, field, before, after, rule, finding, reason and cost, all escaped."""

from __future__ import annotations

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from connectors.document import to_markdown_gfm
from connectors.model import PutAway, Ref, SetFields
from sync.plan import LeftAlone, Plan, Reason, Step
from sync.plan_words import to_document, to_html
from sync.planfile import from_json, to_json
from tests.run.worlds import rig

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
    )  # fmt: skip
    for words in wanted:
        assert words in page.words
    assert "script" not in page.tags
    assert page.links == ["https://example.com/1"]


def test_markdown_says_everything() -> None:
    text = to_markdown_gfm(to_document(PLAN))
    for words in ("Flow status", "Waiting", "Stuck", "first", "It waits.", "12.5 working hours", "Left alone"):
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
