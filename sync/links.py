"""Links to what Handrail itself makes: a page is written before all the others are there, so it names its places by
their targets, and each becomes an address when the page is sent, or nothing where there is none yet. Pure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.document import Document, relinked

_OWN = "handrail:"


def own(target: str) -> str:
    """A link to the table or page with this target."""
    return _OWN + target


def settled(page: Document, address: Callable[[str], str]) -> Document:
    """The page with addresses. `address`: of a target, empty where it is not known."""
    return relinked(page, lambda link: where(link, address))


def where(link: str, address: Callable[[str], str]) -> str:
    """The address behind a link of ours; any other link is one already."""
    return address(link.removeprefix(_OWN)) if link.startswith(_OWN) else link


def leads_to_pages(page: Document) -> bool:
    """Whether it should be written after the other pages, so that their addresses are known."""
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    relinked(page, note)
    return any(link.startswith(f"{_OWN}page:") for link in found)
