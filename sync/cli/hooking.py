"""`handrail webhooks`: what its commands do."""

from __future__ import annotations

import os
from pathlib import Path

from sync.cli import show
from sync.cli.commands import exit_code, opened
from sync.cli.exits import BAD_INPUT, DONE, Refusal
from sync.config import load
from sync.serving.worker import wall
from sync.store import Hook, Store
from sync.webhooks import sync_hooks
from sync.webhooks.done import Done
from sync.webhooks.plan import open_address
from sync.wiring import ears


def sync(config: Path, remove: bool, json: bool) -> int:
    """Bring ours into order at the vendors."""
    with opened(config, quiet=True) as house:
        done = sync_hooks(house, ears(house.settings), wall(), remove=remove)
    if json:
        show.data(done.to_json())
    else:
        show.text(_told(done))
        show.troubles(done.troubles)
    return exit_code(done.troubles)


def _told(done: Done) -> list[str]:
    lines = [f"{one.what}: {one.source} {one.name or one.scope}".rstrip() + (f" ({one.why})" if one.why else "")
             for one in done.steps]  # fmt: skip
    lines += [
        f"{one.source}: {done.name(one.id)}: the next run reads all of it, for what was missed" for one in done.sweep
    ]
    return [*lines, *done.notes] or ["There is nothing to do."]


def status(config: Path, json: bool) -> int:
    """What we know of them; no vendor is asked."""
    settings = load(config, os.environ)
    with Store.open(settings.database_url) as store:
        hooks, names = store.hooks(), {one.ref.id: one.name for one in store.containers()}
    rows = [_row(hook, names.get(hook.scope, "")) for hook in hooks]
    if json:
        show.data({"public_url": settings.shape.serve.public_url, "webhooks": rows})
    elif not rows:
        url = settings.shape.serve.public_url
        show.text(["There is none yet: " + ("`handrail webhooks sync` makes them." if url else
                   "set [serve] public_url, where Asana and Notion can reach `handrail serve`.")])  # fmt: skip
    else:
        heads = ("source", "scope", "state", "last heard", "last checked", "note")
        show.table(heads, [[str(row[head.replace(" ", "_")] or "") for head in heads] for row in rows])
    return DONE


def _row(hook: Hook, name: str) -> dict[str, str | None]:
    """Never its path or its secret."""
    return {
        "source": hook.source, "scope": name or hook.scope, "state": hook.state,
        "last_heard": f"{hook.heard_at:%Y-%m-%d %H:%M} UTC" if hook.heard_at else None,
        "last_checked": f"{hook.checked_at:%Y-%m-%d %H:%M} UTC" if hook.checked_at else None, "note": hook.note,
    }  # fmt: skip


def notion(config: Path, source: str | None, again: bool, json: bool) -> int:
    """Notion's ceremony, a step each time it is called: the address to paste, then the token that came."""
    settings = load(config, os.environ)
    listening = {id_: ear for id_, ear in ears(settings).items() if not ear.hidden}
    ear = listening.get(source or next(iter(listening), ""))
    if ear is None or (source is None and len(listening) > 1):
        have = ", ".join(listening) or "none in this config"
        raise Refusal(f"{config}: which Notion source? Name it with --source: {have}", BAD_INPUT)
    if not (url := settings.shape.serve.public_url):
        raise Refusal(f"{config}: set [serve] public_url first: where Notion can reach `handrail serve`", BAD_INPUT)
    address = open_address(url, ear, ears(settings))
    with Store.open(settings.database_url) as store:
        hook = store.hook(ear.source)
        if hook is None or again:
            store.await_hook(ear.source, ear.source)
            hook = store.hook(ear.source)
        token = hook.secret if hook else None
        if token and hook and hook.state != "active":
            store.hook_made(ear.source, None)
    if json:
        show.data({"address": address, "token": token, "heard": bool(hook and hook.heard_at)})
    else:
        show.text(_guide(address, token, hook))
    return DONE


def _guide(address: str, token: str | None, hook: Hook | None) -> list[str]:
    if token is None:
        return [
            "1. Have `handrail serve` running; Notion calls it when you save.",
            "2. In Notion, in the settings of your connection: Webhooks, Create a subscription, with this address:",
            f"   {address}",
            "3. Choose all events of pages and data sources (created, changed, moved, deleted), and of comments.",
            "4. Call this command again: it shows the verification token that Notion sent, to paste there.",
        ]
    heard = f"Last heard at {hook.heard_at:%Y-%m-%d %H:%M} UTC." if hook and hook.heard_at else (
        "Nothing was heard yet: paste it in Notion under Verify, then change any page.")  # fmt: skip
    return [
        f"The verification token that Notion sent to {address}:",
        f"   {token}",
        heard,
        "Later ones are refused; `--again` begins anew.",
    ]
