from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kiosk.faces.shelf import FILE, LEASE, FaceShelf
from kiosk.protocol.messages import FacesPart
from kiosk.protocol.sealing import new_key
from tests.kiosk.faces.people import BEN, HOUR, MIA, part, sealed_face
from tests.kiosk.made import at

KEY = new_key()
NOW = at("08:00")


def shelf_with(folder: Path, *people: int, now: datetime = NOW) -> FaceShelf:
    shelf = FaceShelf(folder)
    shelf.take(part(*people, public=KEY.public, version=3), now=now)
    return shelf


def people_on(shelf: FaceShelf) -> list[int]:
    return [face.person for face in shelf.faces()]


def test_faces_told_are_held_sealed(tmp_path: Path) -> None:
    shelf = FaceShelf(tmp_path)
    told = part(MIA, BEN, public=KEY.public, version=3)

    assert shelf.take(told, now=NOW)
    assert (shelf.version(), people_on(shelf)) == (3, [MIA, BEN])


def test_a_change_takes_away_and_adds(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    shelf.take(part(BEN, public=KEY.public, base=3, version=5, removed=(MIA,)), now=NOW)

    assert (shelf.version(), people_on(shelf)) == (5, [BEN])


def test_a_change_that_does_not_follow_on_changes_nothing(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    assert not shelf.take(part(BEN, public=KEY.public, base=4, version=5), now=NOW)
    assert (shelf.version(), people_on(shelf)) == (3, [MIA])


def test_beginning_anew_forgets_all_before(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    shelf.take(FacesPart(base=0, version=0), now=NOW)

    assert (shelf.version(), people_on(shelf)) == (0, [])


@pytest.mark.covers("BEY-08")
def test_a_face_that_expired_goes(tmp_path: Path) -> None:
    shelf = FaceShelf(tmp_path)
    mia = sealed_face(MIA, public=KEY.public, expires_at=NOW + HOUR)
    ben = sealed_face(BEN, public=KEY.public)
    shelf.take(FacesPart(base=0, version=3, faces=(mia, ben)), now=NOW)

    assert shelf.forget_stale(now=NOW + HOUR) == 1
    assert (shelf.version(), people_on(shelf)) == (3, [BEN])


@pytest.mark.covers("BEY-08")
def test_a_kiosk_cut_off_forgets_all_faces_within_a_day(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA, BEN)

    assert shelf.forget_stale(now=NOW + LEASE) == 0
    assert shelf.forget_stale(now=NOW + LEASE + timedelta(minutes=1)) == 2
    assert (shelf.version(), people_on(shelf)) == (0, [])


def test_the_gateways_word_that_all_holds_counts_from_then_on(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    shelf.take(FacesPart(base=3, version=3), now=NOW + LEASE)

    assert shelf.forget_stale(now=NOW + 2 * LEASE) == 0


def test_a_clock_that_was_set_back_holds_no_face_for_ever(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    assert shelf.forget_stale(now=NOW - HOUR) == 0
    assert shelf.forget_stale(now=NOW - 2 * HOUR) == 1


@pytest.mark.covers("BEY-08")
def test_what_was_removed_is_overwritten_on_the_disk(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)
    (held,) = shelf.faces()

    shelf.take(FacesPart(base=3, version=4, removed=(MIA,)), now=NOW)

    left = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    assert held.sealed[:32] not in left
    assert shelf.forget_stale(now=NOW + 9 * LEASE) == 0


def test_forgetting_all_asks_for_all_anew(tmp_path: Path) -> None:
    shelf = shelf_with(tmp_path, MIA)

    shelf.forget_all()

    assert (shelf.version(), people_on(shelf)) == (0, [])


def test_a_broken_file_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 500)

    assert FaceShelf(tmp_path).version() == 0
