"""The pretend Asana with two projects, our receiver before it, and one call that brings the webhooks into order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sync.config import Settings, load
from sync.store import Hook, Store
from sync.webhooks import sync_hooks
from sync.webhooks.done import Done
from sync.wiring import ears, open_house
from tests.run.worlds import Rig, rig
from tests.sync.receiver.rig import receiving

HOOKS = "/asana/api/1.0/webhooks"


@dataclass
class Desk:
    """`url`: where the receiver is, as the config says it. `stack` holds the receiver, so that it can go away."""

    rig: Rig
    store: Store
    stack: ExitStack
    url: str = ""

    # ---- ours ----------------------------------------------------------------------------------------------------

    def settings(self) -> Settings:
        return load(self.rig.config, {})

    def sync(self, *, remove: bool = False) -> Done:
        """One call, by a new process so to speak; the count of requests begins with it."""
        self.settle()
        self.rig.clear_log()
        settings = self.settings()
        with open_house(settings) as house:
            return sync_hooks(house, ears(settings), self.rig.world.clock.now(), remove=remove)

    def change(self, old: str, new: str) -> None:
        """Another config."""
        text = self.rig.config.read_text("utf-8")
        assert old in text, old
        self.rig.config.write_text(text.replace(old, new), "utf-8")

    def hook(self, scope: str | None = None) -> Hook:
        """What we know of a project's webhook; the first project's, unless another is named."""
        (one,) = [hook for hook in self.store.hooks("asana") if hook.scope == (scope or self.projects[0])]
        return one

    @property
    def projects(self) -> list[str]:
        return [project.gid for project in self.rig.world.asana.state.projects]

    # ---- the vendor's --------------------------------------------------------------------------------------------

    @property
    def there(self) -> Mapping[str, Any]:
        """Every webhook in the pretend Asana, by gid."""
        found: Mapping[str, Any] = self.rig.world.asana.state.hooks.all
        return found

    def asked(self) -> Counter[str]:
        """Requests since the last call began."""
        counts: dict[str, int] = self.rig.get("/_sandbox/requests")["counts"]
        return Counter({name: count for name, count in counts.items() if "/_sandbox" not in name})

    def by_hand(self, target: str, project: int = 0, **more: Any) -> str:
        """A webhook that another program made with the same token."""
        told = {"data": {"resource": self.projects[project], "target": target, **more}}
        return str(self.rig.send("POST", HOOKS, told)["data"]["gid"])

    def advance(self, duration: str) -> None:
        answer = httpx.post(f"{self.rig.url}/_sandbox/clock", json={"advance": duration}, trust_env=False)
        answer.raise_for_status()
        self.settle()

    def settle(self) -> None:
        """Wait until what was sent has been answered."""
        self.rig.app.carrier.settle()

    # ---- the receiver --------------------------------------------------------------------------------------------

    def listen(self) -> None:
        """Begin to hear, at a new port, which the config then names."""
        settings = self.settings()
        found = self.stack.enter_context(receiving(self.store, list(ears(settings).values())))
        said = f'public_url = "{found.url}"'
        if self.url:
            self.change(f'public_url = "{self.url}"', said)
        else:
            text = self.rig.config.read_text("utf-8")
            self.rig.config.write_text(f"{text}\n[serve]\n{said}\n", "utf-8")
        self.url = found.url

    def go_deaf(self) -> None:
        """Nobody answers at that address any more."""
        self.stack.close()


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Two projects, a receiver, and a config that names them."""
    with rig(folder) as one, ExitStack() as stack:
        workspace = one.get("/asana/api/1.0/workspaces")["data"][0]["gid"]
        made = one.send("POST", "/asana/api/1.0/projects", {"data": {"name": "Second", "workspace": workspace}})
        first = one.world.asana.state.projects[0].gid
        text = one.config.read_text("utf-8").replace(f'"{first}",', f'"{first}", "{made["data"]["gid"]}",', 1)
        one.config.write_text(text, "utf-8")
        with Store.open(load(one.config, {}).database_url) as store:
            made_desk = Desk(one, store, stack)
            made_desk.listen()
            yield made_desk
            made_desk.settle()
