from datetime import timedelta
from threading import Thread

from drivers.camera.camera import GRAY, Frame, Shot
from drivers.camera.simulated import in_colour
from kiosk.album import COLOURS_APART, COLOURS_KEPT, Album, Glance
from tests.kiosk.neighbours import eventually

NEVER = timedelta(-1)
LONG = timedelta(seconds=20)


def gray(number: int) -> Frame:
    return Frame(width=1, height=1, depth=GRAY, pixels=bytes((number,)))


def glance(number: int, ms: int, *, coloured: bool = False) -> Glance:
    frame = gray(number)
    return Glance(timedelta(milliseconds=ms), Shot(frame, in_colour(frame) if coloured else None))


def filled(*glances: Glance) -> Album:
    album = Album()
    album.want_colour("photo")
    for each in glances:
        album.add(each)
    return album


def test_the_latest_picture_is_given_without_a_copy() -> None:
    second = glance(2, ms=66)
    album = filled(glance(1, ms=0), second)

    assert album.latest(NEVER) is second
    assert album.latest(second.uptime) is None


def test_the_latest_coloured_picture_may_be_an_older_one() -> None:
    coloured = glance(1, ms=0, coloured=True)
    album = filled(coloured, glance(2, ms=66))

    assert album.latest(NEVER, in_colour=True) is coloured
    assert album.latest(coloured.uptime, in_colour=True) is None


def test_a_picture_that_is_still_to_come_is_waited_for() -> None:
    album, found = Album(), list[Glance | None]()
    looking = Thread(target=lambda: found.append(album.latest(NEVER, wait=LONG)))
    looking.start()
    eventually(lambda: album._changed._waiters)  # type: ignore[attr-defined]  # not in its types
    first = glance(1, ms=0)

    album.add(first)

    looking.join()
    assert found == [first]


def test_waiting_for_a_picture_ends() -> None:
    assert Album().latest(NEVER, wait=timedelta(milliseconds=1)) is None


def test_the_still_nearest_to_a_tap_is_found() -> None:
    album = filled(*(glance(number, ms=number * 200, coloured=True) for number in range(5)))

    still = album.still_at(timedelta(milliseconds=510), within=timedelta(milliseconds=300))

    assert still == in_colour(gray(3))


def test_a_still_too_far_from_the_tap_is_none_of_it() -> None:
    album = filled(glance(1, ms=0, coloured=True))

    assert album.still_at(timedelta(seconds=1), within=timedelta(milliseconds=300)) is None
    assert Album().still_at(timedelta(0), within=LONG) is None


def test_colour_is_due_five_times_a_second_while_somebody_wants_it() -> None:
    album = Album()
    assert not album.is_colour_due(timedelta(0))

    album.want_colour("face")
    assert album.is_colour_due(timedelta(0))

    album.add(glance(1, ms=0, coloured=True))
    assert not album.is_colour_due(COLOURS_APART / 2)
    assert album.is_colour_due(COLOURS_APART)


def test_coloured_pictures_are_forgotten_when_nobody_wants_them() -> None:
    album = filled(glance(1, ms=0, coloured=True))
    album.want_colour("face")

    album.spare_colour("photo")
    assert album.still_at(timedelta(0), within=LONG)

    album.spare_colour("face")
    assert album.still_at(timedelta(0), within=LONG) is None
    assert not album.is_colour_due(LONG)


def test_few_coloured_pictures_are_kept() -> None:
    album = filled(*(glance(n, ms=n * 200, coloured=True) for n in range(COLOURS_KEPT + 1)))

    assert album.still_at(timedelta(0), within=timedelta(milliseconds=199)) is None
