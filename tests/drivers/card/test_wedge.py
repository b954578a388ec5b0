import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from evdev import InputDevice

from drivers.card.numbers import Format
from drivers.card.reader import CardUid
from drivers.card.wedge import Wanted, WedgeReader, find
from drivers.errors import DeviceAway, DeviceMisread
from tests.drivers.card.keyboard import PipedKeyboard

pytestmark = [pytest.mark.covers("BIO-01")]
SOON, LONG = timedelta(milliseconds=1), timedelta(seconds=20)
CARD = CardUid.parse("16A41AB1")
WANTED = Wanted(name="sycreader")


class Bench:
    """A reader and the keyboards it finds, one after the other."""

    def __init__(self, *keyboards: PipedKeyboard, form: str = "decimal") -> None:
        self.keyboards = list(keyboards)
        self._left = list(keyboards)
        self.form: Format | None = Format.parse(form)
        self.reader = WedgeReader(WANTED, form=lambda: self.form, plug_in=self._plug_in)

    def _plug_in(self, wanted: Wanted) -> InputDevice[str]:
        if not self._left:
            raise DeviceAway(f"no USB reader {wanted} is plugged in")
        return self._left.pop(0)

    def close(self) -> None:
        self.reader.close()
        for each in self.keyboards:
            each.close()


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(PipedKeyboard(), PipedKeyboard())
    yield made
    made.close()


def test_a_typed_number_is_the_card(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489\n")

    assert bench.reader.read(LONG) == CARD
    assert bench.reader.typed == "0379853489"


@pytest.mark.parametrize(
    ("form", "typed"),
    [
        ("hex", "16A41AB1\n"),
        ("hex-reversed", "B11AA416\n"),
        ("decimal-reversed", "2971313174\n"),
    ],
)
def test_every_way_of_typing_makes_the_same_number(form: str, typed: str) -> None:
    bench = Bench(PipedKeyboard(), form=form)
    bench.keyboards[0].type(typed)

    assert bench.reader.read(LONG) == CARD
    bench.close()


def test_facility_and_number_make_the_three_bytes_they_have() -> None:
    bench = Bench(PipedKeyboard(), form="facility")
    bench.keyboards[0].type("164,06833\n")

    assert bench.reader.read(LONG) == CardUid.parse("00A41AB1")
    bench.close()


def test_a_reader_whose_way_is_not_learnt_takes_the_likeliest(bench: Bench) -> None:
    bench.form = None
    bench.keyboards[0].type("16A41AB1\n")

    assert bench.reader.read(LONG) == CARD


def test_a_way_learnt_between_two_cards_is_followed_at_once(bench: Bench) -> None:
    bench.keyboards[0].type("2971313174\n.2971313174\n")
    read_wrongly = bench.reader.read(LONG)

    bench.form = Format.parse("decimal-reversed")

    assert read_wrongly == CardUid.parse("B11AA416")
    assert bench.reader.read(LONG) == CARD


def test_a_long_number_is_typed_whole() -> None:
    bench = Bench(PipedKeyboard(), form="hex")
    bench.keyboards[0].type("04A224B1C95E80\n")

    assert bench.reader.read(LONG) == CardUid.parse("04A224B1C95E80")
    bench.close()


def test_a_pause_ends_a_number_that_no_enter_follows(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489")

    assert bench.reader.read(SOON) == CARD


def test_numbers_that_waited_in_the_queue_are_told_apart_by_their_pause(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489.0379853490\n")

    assert [bench.reader.read(LONG), bench.reader.read(SOON)] == [CARD, CardUid.parse("16A41AB2")]


def test_two_numbers_heard_at_once_are_read_one_by_one(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489\n0379853490\n")

    assert [bench.reader.read(LONG), bench.reader.read(SOON)] == [CARD, CardUid.parse("16A41AB2")]


def test_a_card_that_is_left_lying_is_told_once(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489\n0379853489\n0379853489\n")

    assert bench.reader.read(LONG) == CARD
    assert bench.reader.read(SOON) is None


def test_a_card_that_was_away_is_told_again(bench: Bench) -> None:
    bench.keyboards[0].type("0379853489\n.0379853489\n")

    assert [bench.reader.read(LONG), bench.reader.read(SOON)] == [CARD, CARD]


def test_shift_and_other_keys_say_nothing() -> None:
    bench = Bench(PipedKeyboard(), form="hex")
    bench.keyboards[0].type("^1^6^A41^AB1\n")

    assert bench.reader.read(LONG) == CARD
    bench.close()


def test_nothing_typed_is_nothing_read(bench: Bench) -> None:
    assert bench.reader.read(SOON) is None


@pytest.mark.parametrize("typed", ["12\n", "1" * 41, "99999999999\n"])
def test_what_is_no_cards_number_is_misread(bench: Bench, typed: str) -> None:
    bench.keyboards[0].type(typed)

    with pytest.raises(DeviceMisread, match="no card's number"):
        bench.reader.read(LONG)


def test_a_number_of_which_keys_were_lost_is_misread_and_the_next_is_read(bench: Bench) -> None:
    bench.keyboards[0].type("03798")
    bench.keyboards[0].overrun()
    with pytest.raises(DeviceMisread, match="keys were lost"):
        bench.reader.read(LONG)

    bench.keyboards[0].type("0379853489\n")

    assert bench.reader.read(LONG) == CARD


@pytest.mark.fault
def test_an_unplugged_reader_is_away_and_found_again_with_nothing_left_over(bench: Bench) -> None:
    bench.reader.read(SOON)
    bench.keyboards[0].type("03798")
    bench.keyboards[0].unplug()
    with pytest.raises(DeviceAway, match="sycreader was unplugged"):
        bench.reader.read(LONG)

    bench.keyboards[1].type("0379853489\n")

    assert bench.reader.read(LONG) == CARD


@pytest.mark.fault
def test_a_reader_that_cannot_be_read_is_away(bench: Bench) -> None:
    os.close(bench.keyboards[0].fd)
    bench.keyboards[0].fd = os.open("/", os.O_RDONLY)

    with pytest.raises(DeviceAway, match="was unplugged"):
        bench.reader.read(LONG)


@pytest.mark.fault
def test_a_reader_that_was_never_plugged_in_is_away_each_time_it_is_asked() -> None:
    bench = Bench()

    for _ in range(2):
        with pytest.raises(DeviceAway, match="no USB reader sycreader"):
            bench.reader.read(SOON)


def test_closing_twice_does_no_harm(bench: Bench) -> None:
    bench.reader.read(SOON)

    bench.reader.close()
    bench.reader.close()

    assert bench.keyboards[0].fd == -1


class Ports:
    """A folder of device files, each opened as the keyboard that the test says is there.

    evdev lists character devices, so each is a link to one that opens and is no keyboard.
    """

    def __init__(self, folder: Path, **plugged: PipedKeyboard | None) -> None:
        self._folder = folder
        self._plugged = plugged
        for name in plugged:
            (folder / name).symlink_to("/dev/null")

    def find(self, wanted: Wanted) -> InputDevice[str]:
        return find(wanted, folder=str(self._folder), open_device=self._open)

    def close(self) -> None:
        for each in filter(None, self._plugged.values()):
            each.close()

    def _open(self, path: str) -> InputDevice[str]:
        return self._plugged[Path(path).name] or InputDevice(path)


def test_the_wanted_reader_is_found_among_others_and_taken_for_this_program(
    tmp_path: Path,
) -> None:
    reader = PipedKeyboard(name="Sycreader USB Reader")
    ports = Ports(tmp_path, event0=None, event1=PipedKeyboard(name="Somebody"), event2=reader)

    assert ports.find(Wanted(name="sycreader", vendor=0xFFFF, product=0x35)) is reader

    assert reader.is_grabbed
    ports.close()


@pytest.mark.parametrize(
    "wanted", [Wanted(name="other"), Wanted(vendor=0x1234), Wanted(vendor=0xFFFF, product=1)]
)
def test_a_keyboard_that_is_not_the_wanted_one_is_left_alone(
    tmp_path: Path, wanted: Wanted
) -> None:
    keyboard = PipedKeyboard()
    ports = Ports(tmp_path, event0=keyboard)

    with pytest.raises(DeviceAway, match="group input"):
        ports.find(wanted)

    assert not keyboard.is_grabbed
    assert keyboard.fd == -1
    ports.close()


def test_a_part_of_the_reader_that_types_no_figures_is_not_taken(tmp_path: Path) -> None:
    knob = PipedKeyboard()
    knob._rawcapabilities = {}
    ports = Ports(tmp_path, event0=knob)

    with pytest.raises(DeviceAway):
        ports.find(WANTED)

    ports.close()


@pytest.mark.fault
def test_a_reader_another_program_has_taken_is_away(tmp_path: Path) -> None:
    ports = Ports(tmp_path, event0=PipedKeyboard(is_busy=True))

    with pytest.raises(DeviceAway, match="another program has taken the reader Sycreader"):
        ports.find(WANTED)

    ports.close()


@pytest.mark.fault
def test_without_any_device_the_reader_is_away() -> None:
    with pytest.raises(DeviceAway, match="no USB reader sycreader ffff:0035"):
        find(Wanted(name="sycreader", vendor=0xFFFF, product=0x35), folder="/nowhere")


def test_somebody_has_to_say_which_keyboard_is_the_reader() -> None:
    with pytest.raises(ValueError, match="name or its USB vendor"):
        Wanted()
