"""Items that people have linked, in either tool: told on both, whichever of the two names the other.

What leads to what is read from addresses and relations as they are now; Handrail makes no links.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.model import Ref
from sync.house import House

IdOf = Callable[[str], str | None]
"""The id behind an address at one vendor; None when it leads elsewhere."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The other end of a link."""

    ref: Ref
    title: str
    url: str

    def line(self) -> str:
        """For a person."""
        return f"linked    {self.ref}  {self.title}" + (f"  {self.url}" if self.url else "")


def ref_of(address: str, ids: Mapping[str, IdOf]) -> tuple[Ref, ...]:
    """The item behind an address, in each source of its vendor: which of them has it, the address does not say."""
    return tuple(Ref(source, id_) for source, id_of in ids.items() if (id_ := id_of(address)))


def both_ways(told: Iterable[tuple[Ref, Sequence[str]]], ids: Mapping[str, IdOf]) -> dict[Ref, tuple[Ref, ...]]:
    """Every item with those it is linked to, from what each names: addresses, or ids of its own source. Pure."""
    found: dict[Ref, set[Ref]] = {}
    for ref, names in told:
        for other in _named(ref, names, ids):
            if other != ref:
                found.setdefault(ref, set()).add(other)
                found.setdefault(other, set()).add(ref)
    return {ref: tuple(sorted(others)) for ref, others in sorted(found.items())}


def _named(ref: Ref, names: Sequence[str], ids: Mapping[str, IdOf]) -> Iterator[Ref]:
    for name in names:
        yield from ref_of(name, ids) if "://" in name else (Ref(ref.source, name),)


def linked(house: House) -> dict[Ref, tuple[Linked, ...]]:
    """The links between items that are kept; what leads to something else is no link of the model."""
    ids = {source.id: source.id_of for source in house.sources.values()}
    pairs = both_ways(house.store.links(), ids)
    kept = {item.ref: Linked(item.ref, item.title, item.url) for item in house.store.items(pairs)}
    known = {ref: tuple(kept[one] for one in others if one in kept) for ref, others in pairs.items() if ref in kept}
    return {ref: others for ref, others in known.items() if others}
