from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import BaseModel

from gateway.ingest.tidings import Keeper, Tiding
from kiosk.protocol.messages import GatewayState

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Told:
    def __init__(self) -> None:
        self.online = False
        self.said: list[tuple[str, bool]] = []
        self.keeper = Keeper(self._publish, tidings=(Tiding(self._find, every=MINUTE),))

    def _find(self, _now: datetime) -> Iterator[tuple[str, BaseModel]]:
        yield "there", GatewayState(run=UUID(int=1), online=self.online)

    def _publish(self, topic: str, payload: bytes, retain: bool) -> None:
        self.said.append((topic, b"true" in payload))
        assert retain


def test_what_holds_is_said_once() -> None:
    told = Told()
    told.keeper.tick(now=NOW)
    told.keeper.tick(now=NOW + MINUTE)

    assert told.said == [("there", False)]


def test_what_changed_is_said_when_it_is_looked_at_next() -> None:
    told = Told()
    told.keeper.tick(now=NOW)
    told.online = True
    told.keeper.tick(now=NOW + MINUTE / 2)
    before = list(told.said)

    told.keeper.tick(now=NOW + MINUTE)

    assert before == [("there", False)]
    assert told.said == [("there", False), ("there", True)]


def test_a_broker_that_forgot_is_told_all_again_at_once() -> None:
    told = Told()
    told.keeper.tick(now=NOW)

    told.keeper.forget()
    told.keeper.tick(now=NOW)

    assert told.said == [("there", False)] * 2


@pytest.mark.fault
def test_a_kind_of_state_that_cannot_be_said_holds_up_no_other() -> None:
    told = Told()

    def fails(_now: datetime) -> Iterator[tuple[str, BaseModel]]:
        raise ValueError("a name is too long")

    both = (Tiding(fails, every=MINUTE), Tiding(told._find, every=MINUTE))
    Keeper(told._publish, tidings=both).tick(now=NOW)

    assert told.said == [("there", False)]


@pytest.mark.fault
def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    told = Told()
    told.keeper.tick(now=NOW)
    told.online = True

    told.keeper.tick(now=NOW - 60 * MINUTE)

    assert told.said == [("there", False), ("there", True)]
