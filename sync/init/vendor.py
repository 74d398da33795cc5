"""Signing in at a vendor: the token from the environment, else asked for, and tried at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from connectors.discovery import Claims, Discovery
from connectors.errors import Denied
from connectors.http import Meter
from connectors.model import OwnType
from sync.config.sources import SANDBOX_TOKEN, could_be_token, is_loopback

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor as a person knows it, the variable for its token, its own address, and how to look around there."""

    title: str
    token_env: str
    base_url: str
    open: Callable[[str, str, Meter], Discovery]
    claims: Callable[[Any], Claims]
    own_types: Mapping[OwnType, str]
    """The vendor's word for each type of our own fields on items."""
    marks: str = ""
    """How the description of a field of ours begins, where that is what tells it from a person's of the same name."""


class Asker(Protocol):
    """Whoever answers questions: a person at a terminal, or nobody, who takes what is proposed."""

    present: bool
    """Can anything be asked that has no default?"""

    def say(self, *lines: str) -> None:
        """Tell something."""

    def line(self, question: str, default: str = "") -> str:
        """A line of text, without the spaces around it; the default for an empty one."""

    def secret(self, question: str) -> str:
        """A line that is not shown while it is typed; empty for nobody."""

    def agrees(self, question: str) -> bool:
        """Yes or no; an empty answer is yes."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A vendor that let us in. `typed`: the token, when a person typed it and no variable holds it."""

    vendor: Vendor
    discovery: Discovery
    who: str
    base_url: str | None
    typed: str | None


def sign_in(vendor: Vendor, url: str | None, env: Mapping[str, str], ask: Asker, meter: Meter) -> SignedIn | None:
    """None: there is no token, or it was left out. Denied: it is wrong, and nobody is there who has a better one.

    `url`: where the vendor is, None for its own address. A sandbox on this machine needs no token.
    """
    token, typed = env.get(vendor.token_env, "").strip(), False
    if not token and url and is_loopback(url):
        token = SANDBOX_TOKEN
    for _ in range(_TRIES):
        if not token:
            token, typed = ask.secret(f"{vendor.title} token (Enter to go without {vendor.title}): ").strip(), True
        if not token:
            return None
        if not could_be_token(token):
            why = "it has spaces or odd characters"
        else:
            discovery = vendor.open(url or vendor.base_url, token, meter)
            try:
                return SignedIn(vendor, discovery, discovery.who(), url, token if typed else None)
            except Denied as error:
                why = str(error)
                discovery.close()
            except BaseException:
                discovery.close()
                raise
        if not ask.present:
            break
        ask.say(f"This is no token that {vendor.title} takes: {why}. Try another.")
        token = ""
    where = f"the value of {vendor.token_env}" if not typed else "what was typed"
    raise Denied(f"{vendor.title}: {where} is no token that {vendor.title} takes: {why}")
