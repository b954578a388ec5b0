from pathlib import Path

from drivers.card.numbers import Format
from kiosk.settings import Wedge
from kiosk.spelling import FILE, Spelling, spelling_of
from tests.kiosk.made import settings_in

DECIMAL, REVERSED = Format.parse("decimal"), Format.parse("hex-reversed:last-4")


def test_nothing_is_known_before_it_is_learnt(tmp_path: Path) -> None:
    assert Spelling(tmp_path).read() is None


def test_what_was_learnt_is_known_after_a_restart_and_before_what_was_set(tmp_path: Path) -> None:
    Spelling(tmp_path).learn(REVERSED)

    assert Spelling(tmp_path, otherwise=DECIMAL).read() == REVERSED


def test_the_settings_hold_until_something_is_learnt(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, wedge=Wedge(form="decimal"))

    assert spelling_of(settings).read() == DECIMAL


def test_a_kiosk_without_a_typing_reader_has_nothing_to_know(tmp_path: Path) -> None:
    assert spelling_of(settings_in(tmp_path)).read() is None


def test_a_file_that_cannot_be_read_says_nothing(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe")

    assert Spelling(tmp_path, otherwise=DECIMAL).read() == DECIMAL
