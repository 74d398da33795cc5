"""A receiver as a process, to be killed or measured: says its port in a line, and lives until it is told to end.

python -m tests.sync.receiver.child DATABASE_URL
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sync.store import Store
from tests.cli.program import ROOT, environment
from tests.sync.receiver.rig import receiving


@dataclass(frozen=True)
class Child:
    """The process, its port, and its id."""

    process: subprocess.Popen[str]
    port: int

    def kill(self) -> None:
        """As `kill -9` does, at whatever it is doing."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def child(url: str) -> Iterator[Child]:
    """A receiver for the hooks that are in this database. It says nothing on stderr while all is well."""
    command = [sys.executable, "-m", "tests.sync.receiver.child", url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment({})
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield Child(process, int(process.stdout.readline()))
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        said = process.stderr.read()
        assert process.wait(20) in (0, -signal.SIGKILL)
        assert said == ""


def main(url: str) -> None:
    ends = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ends.set())
    with Store.open(url) as store, receiving(store) as rig:
        print(rig.url.rpartition(":")[2], flush=True)
        ends.wait()


if __name__ == "__main__":
    main(sys.argv[1])
