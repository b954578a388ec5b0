from pathlib import Path
from uuid import UUID

from kiosk.protocol.ticks import Tick
from kiosk.tickbook import Call, TickBook
from tests.kiosk.made import at

ALARM, ANOTHER = UUID(int=1), UUID(int=2)


def test_ticks_and_the_own_call_survive_a_restart(tmp_path: Path) -> None:
    book = TickBook(tmp_path)
    book.set_own(Call(ALARM, at("09:00")))
    book.keep(ALARM, (Tick(17, at("09:01"), is_safe=True),))
    book.set_put_away(ANOTHER)

    anew = TickBook(tmp_path)

    assert anew.own() == Call(ALARM, at("09:00"))
    assert anew.ticks(ALARM) == (Tick(17, at("09:01"), is_safe=True),)
    assert anew.put_away() == ANOTHER


def test_the_newest_word_on_a_person_replaces_the_one_before(tmp_path: Path) -> None:
    book = TickBook(tmp_path)

    book.keep(ALARM, (Tick(17, at("09:01"), is_safe=True),))
    book.keep(ALARM, (Tick(17, at("09:02"), is_safe=False),))

    assert book.ticks(ALARM) == (Tick(17, at("09:02"), is_safe=False),)


def test_ticks_of_an_alarm_that_is_over_are_let_go(tmp_path: Path) -> None:
    book = TickBook(tmp_path)
    book.keep(ALARM, (Tick(17, at("09:01"), is_safe=True),))

    book.keep(ANOTHER, (Tick(18, at("10:01"), is_safe=True),))

    assert book.ticks(ALARM) == ()


def test_a_call_that_ended_is_no_more(tmp_path: Path) -> None:
    book = TickBook(tmp_path)
    book.set_own(Call(ALARM, at("09:00")))
    book.set_put_away(ALARM)

    book.set_own(None)
    book.set_put_away(None)

    assert (book.own(), book.put_away()) == (None, None)


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "roll-call.sqlite3").write_bytes(b"no database" * 1000)

    assert TickBook(tmp_path).own() is None
