"""Portfolios and what is in them."""

from __future__ import annotations

from operator import attrgetter

from connectors.sandbox.asana.call import Call, route
from connectors.sandbox.asana.errors import unknown
from connectors.sandbox.asana.kinds import USER, WORKSPACE, always, nested, plain, when
from connectors.sandbox.asana.present import Kind
from connectors.sandbox.asana.records import Project
from connectors.sandbox.asana.records_apart import Portfolio
from connectors.sandbox.core import Response

PORTFOLIO = Kind(
    "portfolio",
    {
        **plain("gid name"),
        "resource_type": always("portfolio"),
        "archived": always(False),
        "color": always(None),
        "created_at": when("created_at"),
        "created_by": nested("owner", lambda: USER),
        "owner": nested("owner", lambda: USER),
        "members": nested("members", lambda: USER, many=True),
        "workspace": nested("workspace", lambda: WORKSPACE),
        "public": lambda one: not one.private,
    },
    compact="resource_type name",
    full="resource_type name archived color created_at created_by owner members workspace public",
)

ITEM = Kind(
    "item",
    {**plain("gid name"), "resource_type": attrgetter("kind")},
    compact="resource_type name",
    full="resource_type name",
)


def _found(call: Call, gid: str) -> Portfolio:
    portfolio = call.find(Portfolio, gid)
    if portfolio.private and call.actor not in portfolio.members:
        raise unknown("portfolio", gid)
    return portfolio


@route("GET", "/portfolios/*")
def get_portfolio(call: Call, gid: str) -> Response:
    return call.one(PORTFOLIO, _found(call, gid))


@route("GET", "/portfolios/*/items")
def list_items(call: Call, gid: str) -> Response:
    """Projects and portfolios, without those that the caller may not see."""
    items = (one for one in _found(call, gid).items if not one.deleted)
    return call.many(ITEM, [one for one in items if not isinstance(one, Project) or call.sees(one)])
