"""A small school at the sandbox, and an adapter connected to it."""

from collections.abc import Iterator

import pytest

from gateway.erp.isams.adapter import Isams
from gateway.erp.sandbox.server import Running, sandbox
from tests.gateway.erp.clock import DrivenClock
from tests.gateway.erp.small import SMALL, connection


@pytest.fixture
def clock() -> DrivenClock:
    return DrivenClock()


@pytest.fixture
def running(clock: DrivenClock) -> Iterator[Running]:
    with sandbox(SMALL, clock=clock) as running:
        yield running


@pytest.fixture
def erp(running: Running, clock: DrivenClock) -> Iterator[Isams]:
    with Isams(connection(running), clock=clock) as erp:
        yield erp
