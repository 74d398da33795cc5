"""The summary page, in the order a busy lead reads. Pure: a judgement in, a document out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from connectors.document import Block, Bullets, Document, Heading, Line, Paragraph, Span, line
from rules.base import Board, Rule
from rules.engine import Judgement
from rules.flow import calendar
from rules.language import counted, quoted
from sync import honesty
from sync.pages import flow, leaks, moves, promise
from sync.pages.costs import costs
from sync.pages.matter import Matter
from sync.plan import LeftAlone
from sync.staleness import alarm

_LEFT = 12


def summary(
    judgement: Judgement, rules: Sequence[Rule], unheard: Iterable[str] = (), left: Sequence[LeftAlone] = (),
    heard: Sequence[Block] = (),
) -> tuple[Document, Paragraph]:  # fmt: skip
    """The page of a judgement alone, without a past and with nothing kept private, and its as-of line."""
    return summary_of(Matter(judgement, rules, tuple(sorted(unheard)), left, heard=heard))


def summary_of(matter: Matter) -> tuple[Document, Paragraph]:
    """The page without its as-of line, and that line."""
    blocks = [
        *alarm(matter.stale, matter.board.terms.hours.timezone),
        leaks.big_thing(matter),
        *leaks.cards(matter),
        *costs(matter.morning),
        *flow.who_to_whom(matter.morning),
        *flow.turns(matter.morning, matter.links),
        *flow.in_hand(matter.board, matter.morning, matter.boards),
        *promise.kept(matter.board),
        *promise.learned(matter.board, matter.promises),
        *moves.new_and_closed(matter),
        *moves.ideas(matter),
        *_left_alone(matter.left),
        *matter.heard,
        *_written(matter),
        *honesty.box(matter),
        *_how(matter.board),
    ]
    return Document(tuple(blocks)), as_of_line(matter.board)


def as_of_line(board: Board) -> Paragraph:
    """When the facts were read, in the calendar's own time."""
    local = board.now.astimezone(ZoneInfo(board.terms.hours.timezone))
    day = f"{local:%A}, {local.day} {local:%B %Y, %H:%M}"
    return Paragraph(line(f"As of {day} ({board.terms.hours.timezone})."))


def _left_alone(left: Sequence[LeftAlone]) -> Iterator[Block]:
    """What people have changed by hand in fields of ours."""
    if not left:
        return
    yield Heading(line("Changed by hand, left alone"))
    more = [line(f"{len(left) - _LEFT} more.")] if len(left) > _LEFT else []
    yield Bullets((*(_asked(one) for one in left[:_LEFT]), *more))


def _asked(one: LeftAlone) -> Line:
    return line(
        Span(one.title, link=one.url or None),
        f": {one.field} says {_said(one.theirs)}, Handrail would say {_said(one.ours)}. "
        f"Should it stay? It does, as long as it is not changed to what Handrail would say.",
    )


def _said(value: object) -> str:
    return "nothing" if value in (None, "") else quoted(str(value))


def _written(matter: Matter) -> Iterator[Block]:
    """How much of all this is Handrail's own: a quiet tool can show that it is one."""
    kinds = (
        ("items", "value on items", "values on items"),
        ("rows", "value in the findings table", "values in the findings table"),
        ("pages", "page", "pages"),
        ("posts", "update or comment that notifies people", "updates and comments that notify people"),
        ("places", "new set of fields or table", "new sets of fields or tables"),
    )
    told = [counted(count, *words) for kind, *words in kinds if (count := matter.written.get(kind))]
    yield Heading(line("What Handrail wrote"))
    yield Paragraph(line(f"In the seven days before today: {', '.join(told) or 'nothing'}."))


def _how(board: Board) -> Iterator[Block]:
    yield Heading(line("How this was computed"))
    days = counted(len(board.terms.hours.days_off), "day off", "days off")
    yield Bullets((
        line("A handoff is a direct change of the owner, the team or the team that answers for a stage. It waits "
             "from the change to the receiver's first own event on the item, whatever it is. A chasing comment by "
             "the giver does not end the wait."),
        line(f"Working time follows one calendar: {board.terms.hours.timezone}, {days} known. A working day is "
             f"{calendar(board).day / 3.6e9:g} hours. Days of waiting are whole ones, up to this morning."),
        line("Handrail's own writes, bots and automations move work but touch nothing."),
        line("Every figure here can be counted again from the rows of ", Span("handrail export", code=True), "."),
    ))  # fmt: skip
