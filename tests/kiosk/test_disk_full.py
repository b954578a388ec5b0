"""The disk fills up under a running kiosk, and is cleared again."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.backlog import Backlog
from tests.kiosk.neighbours import KioskProcess, card_of, eventually, running_kiosk

pytestmark = [pytest.mark.fault, pytest.mark.integration]
ROOM = 120_000


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[KioskProcess]:
    with running_kiosk(tmp_path, broker_port=1) as kiosk:
        yield kiosk


def leave_room(kiosk: KioskProcess, size: int) -> None:
    """Let no file of the kiosk grow beyond `size`, as a full disk would."""
    assert kiosk.process is not None
    resource.prlimit(kiosk.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def journalled(kiosk: KioskProcess) -> list[str]:
    backlog = Backlog(kiosk.folder)
    tracks = backlog.after(0, most=1000)
    backlog.close()
    return [track.credential for track in tracks]


def tap_until_red(kiosk: KioskProcess) -> list[str]:
    """The cards that were answered as known to be saved, before one was not."""
    saved: list[str] = []
    for number in range(1, 200):
        told = kiosk.tap_and_see(card_of(number))
        if told["word"] == "Not recorded":
            return saved
        saved.append(card_of(number))
    raise AssertionError("the disk never filled up")


@pytest.mark.covers("DES-02", "BEY-01")
def test_what_cannot_be_saved_is_red_and_saved_again_when_there_is_room(
    kiosk: KioskProcess,
) -> None:
    leave_room(kiosk, ROOM)
    saved = tap_until_red(kiosk)
    assert kiosk.picture()["line_text"] == "Cannot save: please tell the office"
    assert journalled(kiosk) == saved

    leave_room(kiosk, resource.RLIM_INFINITY)

    assert kiosk.tap_and_see(card_of(500))["word"] == "Card not known"
    assert journalled(kiosk) == [*saved, card_of(500)]


def test_a_kiosk_that_starts_with_a_full_disk_says_so_and_recovers(kiosk: KioskProcess) -> None:
    leave_room(kiosk, ROOM)
    saved = tap_until_red(kiosk)
    kiosk.kill()
    kiosk.start(limits=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY)
    ))  # fmt: skip
    eventually(lambda: kiosk.picture()["line"] == "stop")

    leave_room(kiosk, resource.RLIM_INFINITY)

    eventually(lambda: kiosk.picture()["line"] != "stop")
    kiosk.tap_and_see(card_of(501))
    assert journalled(kiosk) == [*saved, card_of(501)]
