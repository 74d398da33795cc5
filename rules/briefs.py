"""What an item's own text says: how many words it has, and whether it says what the work is for."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*"
_TAG = r"<[^<>]*>|\]\([^()\s]*\)|https?://\S+"
"""What a page's markdown holds beside words: empty blocks, mentions, the addresses of links."""


def words_in(text: pl.Expr) -> pl.Expr:
    """How many words a text has; null where there is no text to read."""
    return text.str.replace_all(_TAG, " ").str.count_matches(_WORD)


def says(text: pl.Expr, phrases: Sequence[str]) -> pl.Expr:
    """Whether any of the phrases is in the text, in whole words, however spaced and in capitals or not."""
    spaced = [r"\s+".join(pl.Series(one.split()).str.escape_regex()) for one in phrases]
    return text.str.contains(rf"(?i)(?:^|[^\p{{L}}\p{{N}}])(?:{'|'.join(spaced)})(?:[^\p{{L}}\p{{N}}]|$)")
