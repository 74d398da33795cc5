"""The live service whose database goes away for a while: deliveries are refused, and nothing is lost."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.run.living import LIVE, living
from tests.run.test_serve_command import serving, wait
from tests.run.test_serving import finish, marked, project
from tests.run.worlds import rig


def test_a_database_that_goes_away_and_comes_back(tmp_path: Path, own_postgres: Any) -> None:
    env = {"HANDRAIL__DATABASE_URL": own_postgres.get_uri()}
    with rig(tmp_path / "world") as one, living(one, LIVE, env=env) as life:
        life.quiet()
        path = life.tell_asana(project(one))
        one.app.carrier.settle()
        name, gid = sorted(marked(one).items())[0]
        own_postgres.stop()
        finish(one, gid)
        one.app.carrier.settle()
        (hook,) = one.world.asana.state.hooks.all.values()
        assert hook.last_failure_content == "HTTP 503"  # and Asana will come again
        assert name in marked(one)
        own_postgres.ensure_postgres_running()
        life.advance("PT1M")
        life.until(lambda: name not in marked(one), "the cleared field")
        life.quiet()
        assert life.store.hook(path) is not None


@pytest.mark.parametrize("back", [True, False])
def test_a_process_whose_lock_went_with_the_database_ends_cleanly(
    tmp_path: Path, own_postgres: Any, back: bool
) -> None:  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with rig(tmp_path / "world") as one:
        place = f'schema = 1\ndatabase_url = "{own_postgres.get_uri()}"\n'
        text = one.config.read_text("utf-8").replace("schema = 1\n", place, 1)
        one.config.write_text(f"{text}\n[serve]\nport = {port}\n", "utf-8")
        with serving(one, f"http://127.0.0.1:{port}") as up:
            log = one.config.parent / "log.txt"
            wait(one.page, log)
            own_postgres.stop()
            if back:
                own_postgres.ensure_postgres_running()
            up.send_signal(signal.SIGTERM)
            assert up.wait(10) == 0, log.read_text("utf-8")[-3000:]
        assert "stopped" in log.read_text("utf-8").splitlines()[-1]
