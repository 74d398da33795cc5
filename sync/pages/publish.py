"""What the readers of a page may see: `names`, `counts` (figures without titles) or `none`, a source or project.

A page in a shared place is read by people who do not see every project. Where nobody has decided, this does: a
private project counts, its titles stay away. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import polars as pl

from connectors.model import Container
from rules.base import Board, Finding, Rule
from rules.engine import Judgement
from rules.language import quoted

Publish = Literal["names", "counts", "none"]
HIDDEN = "an item in a private project"


def levels(asked: Mapping[str, Publish], containers: Iterable[Container]) -> dict[str, Publish]:
    """By container as the board spells it (`source:id`): what the config says of it or its source, else privacy."""
    said = {_plain(key): level for key, level in asked.items()}
    return {
        str(one.ref): said.get(_plain(one.ref.id))
        or asked.get(one.ref.source)
        or ("counts" if one.private else "names")
        for one in containers
    }


def _plain(id_: str) -> str:
    return id_.replace("-", "").casefold()


def hidden(board: Board, level: Mapping[str, Publish]) -> dict[str, Publish]:
    """By ref, the items of which readers may not see everything."""
    if not {*level.values()} - {"names"}:
        return {}
    said = pl.col("container").cast(pl.String).replace_strict(level, default="names", return_dtype=pl.String)
    return dict(board.items.select("ref", said=said).filter(pl.col("said") != "names").iter_rows())


def for_readers(judgement: Judgement, secret: Mapping[str, Publish], rules: Sequence[Rule]) -> Judgement:
    """The judgement without what readers may not see: titles and addresses of some items, others altogether."""
    if not secret:
        return judgement
    board = judgement.board
    titles = dict(board.items.filter(pl.col("ref").is_in(list(secret))).select("ref", "title").iter_rows())
    none = {ref for ref, level in secret.items() if level == "none"}
    titled = {rule.id for rule in rules if "{title}" in rule.next_step}
    shown = {
        one.key: _quiet(one, titles, one.rule in titled)
        for one in judgement.findings
        if not (about := {*(one.refs or ((one.subject.id,) if one.subject.kind == "item" else ()))}) or about - none
    }
    return Judgement(
        _without(_untitled(board, {*secret}), none),
        tuple(shown.values()),
        tuple(shown[one.key] for one in judgement.said if one.key in shown),
    )


def _quiet(finding: Finding, secret: Mapping[str, str], titled: bool) -> Finding:
    """A finding that names no secret title."""
    own = finding.subject.kind == "item" and finding.subject.id in secret
    refs = {*finding.refs, *(one.ref for one in finding.evidence), finding.subject.id}
    titles = sorted({secret[ref] for ref in refs if ref in secret}, key=len, reverse=True)
    if not titles:
        return finding
    return replace(
        finding,
        subject=replace(finding.subject, name=HIDDEN.capitalize(), url="") if own else finding.subject,
        sentence=_unsaid(finding.sentence, titles),
        next_step=_unsaid(finding.next_step, titles, bare=titled),
        evidence=tuple(replace(one, text=_unsaid(one.text, titles)) for one in finding.evidence),
    )


def nameless(judgement: Judgement) -> Judgement:
    """Findings about a person without their name: it is the load that matters, and they know who they are."""
    quiet = {one.key: _somebody(one) for one in judgement.findings}
    return replace(judgement, findings=tuple(quiet.values()), said=tuple(quiet[one.key] for one in judgement.said))


def _somebody(finding: Finding) -> Finding:
    if finding.subject.kind != "person":
        return finding
    name, who = finding.subject.name, f"Somebody in {finding.team}" if finding.team else "Somebody"

    def unnamed(text: str) -> str:
        return text.replace(name, who) if name.strip() else text

    return replace(
        finding,
        subject=replace(finding.subject, name=who),
        sentence=unnamed(finding.sentence),
        next_step=unnamed(finding.next_step),
        waiting_on=finding.team or "",
        evidence=tuple(replace(one, text=unnamed(one.text)) for one in finding.evidence),
    )


def _unsaid(text: str, titles: Sequence[str], bare: bool = False) -> str:
    """The text without these titles: in their quotation marks, or wherever they stand when `bare`."""
    for title in titles:
        if not title.strip():
            continue
        text = text.replace(quoted(title), HIDDEN)
        if bare:
            text = re.sub(rf"(?<!\w){re.escape(title.strip())}(?!\w)", HIDDEN, text)
    return text[:1].upper() + text[1:]


def _untitled(board: Board, refs: set[str]) -> Board:
    secret = pl.col("ref").is_in(list(refs))
    blank = [pl.when(secret).then(pl.lit("")).otherwise(name).alias(name) for name in ("title", "url")]
    return replace(board, items=board.items.with_columns(blank))


def _without(board: Board, refs: set[str]) -> Board:
    """The board without these items; the others are numbered anew."""
    if not refs:
        return board
    items = board.items.filter(~pl.col("ref").is_in(list(refs)))
    new = items.select("item", fresh=pl.int_range(pl.len(), dtype=pl.UInt32))
    events = board.events.join(new, on="item", how="inner", maintain_order="left")
    return replace(
        board,
        items=items.with_columns(item=new["fresh"]),
        events=events.with_columns(item="fresh").drop("fresh"),
    )
