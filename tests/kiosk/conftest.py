from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from drivers.clock.simulated import SimulatedClock
from kiosk import site
from kiosk.journal import Journal, open_journal
from tests.kiosk.made import Door, clock_at, fill
from tests.kiosk.neighbours import GatewayDouble, Mosquitto, running_gateway, running_mosquitto

OpenDoor = Callable[..., Door]


@pytest.fixture
def site_file(tmp_path: Path) -> Iterator[Database]:
    """The site's file, empty."""
    database = site.open_site(tmp_path)
    yield database
    database.close()


@pytest.fixture
def journal(tmp_path: Path, site_file: Database) -> Iterator[Journal]:
    """A journal beside the site's file, empty."""
    journal = open_journal(tmp_path)
    yield journal
    journal.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto that lets everyone in."""
    with running_mosquitto(tmp_path) as broker:
        yield broker


@pytest.fixture
def gateway(broker: Mosquitto) -> Iterator[GatewayDouble]:
    """A gateway at that broker, which the test drives."""
    with running_gateway(broker.port) as gateway:
        yield gateway


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[OpenDoor]:
    """Opens doors at which persons 1 to 30 are known; 30's card is blocked."""
    opened: list[Door] = []

    def opening(clock: SimulatedClock | None = None) -> Door:
        fill(tmp_path, *range(1, 31), blocked=(30,))
        opened.append(Door(tmp_path, clock or clock_at("08:00")))
        return opened[-1]

    yield opening
    for door in opened:
        door.desk.close()
