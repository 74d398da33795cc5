"""For all connector tests: quiet logs, and `--bless` to accept what a mapping says today as golden."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import respx
import structlog

from tests.connectors.wire import BASE, Wire


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--bless", action="store_true", help="rewrite the golden files from what the mapping says")


@pytest.fixture(autouse=True)
def _quiet_logs() -> Iterator[None]:
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(**before)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire()
    yield wire
    wire.door.close()


@pytest.fixture
def vendor() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url=BASE) as router:
        yield router
