from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.photos import FOLDER, MOST_OCTETS, PhotoBox, Still
from tests.kiosk.made import at


def still(number: int) -> Still:
    return Still(UUID(int=number), at("08:00") + timedelta(seconds=number), bytes([number % 256]))


def test_the_still_that_waits_longest_is_told_first(tmp_path: Path) -> None:
    box = PhotoBox(tmp_path)
    box.add(still(2))
    box.add(still(1))

    assert box.oldest() == still(1)
    assert box.count() == 2


def test_a_still_stays_until_the_gateway_has_it(tmp_path: Path) -> None:
    PhotoBox(tmp_path).add(still(1))
    box = PhotoBox(tmp_path)
    kept = box.oldest()

    box.forget([UUID(int=1)])

    assert kept == still(1)
    assert box.oldest() is None


def test_the_oldest_make_room_for_the_newest(tmp_path: Path) -> None:
    box = PhotoBox(tmp_path, most=5)
    for number in range(7):
        box.add(still(number))

    assert box.count() == 5
    assert box.oldest() == still(2)


@pytest.mark.covers("QR-04")
def test_stills_are_the_first_to_go_when_the_disk_is_short(tmp_path: Path) -> None:
    PhotoBox(tmp_path).add(still(1))
    box = PhotoBox(tmp_path, spared=2**63)

    assert not box.add(still(2))
    assert box.count() == 0


@pytest.mark.fault
def test_a_file_that_is_no_still_holds_up_none(tmp_path: Path) -> None:
    box = PhotoBox(tmp_path)
    for name in ("odd.sealed", f"{9**30}_{UUID(int=9)}.sealed"):
        (tmp_path / FOLDER / name).write_bytes(b"1")
    (tmp_path / FOLDER / f"1_{UUID(int=8)}.sealed").touch()
    (tmp_path / FOLDER / f"2_{UUID(int=7)}.sealed").write_bytes(bytes(MOST_OCTETS + 1))
    box.add(still(1))

    assert box.oldest() == still(1)
    box.forget([UUID(int=1)])
    assert box.oldest() is None
    assert box.count() == 0
