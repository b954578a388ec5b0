import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from kiosk.protocol.remarks import LateReason, LateReasonGiven
from kiosk.remarks import FILE, RemarkBook


def remark(number: int) -> LateReasonGiven:
    return LateReasonGiven(id=UUID(int=number), track=UUID(int=9), reason=LateReason.TRAFFIC)


def test_remarks_are_told_in_the_order_they_were_made(tmp_path: Path) -> None:
    book = RemarkBook(tmp_path)
    book.add(remark(2), remark(1))
    book.add(remark(3))

    assert book.oldest(most=2) == (remark(2), remark(1))
    assert book.count() == 3


def test_a_remark_survives_the_kiosk_until_the_gateway_has_it(tmp_path: Path) -> None:
    RemarkBook(tmp_path).add(remark(1))

    after_restart = RemarkBook(tmp_path)

    assert after_restart.oldest() == (remark(1),)
    after_restart.forget([remark(1).id])
    assert RemarkBook(tmp_path).oldest() == ()


def test_the_same_remark_twice_is_one(tmp_path: Path) -> None:
    book = RemarkBook(tmp_path)
    book.add(remark(1))
    book.add(remark(1))

    assert book.count() == 1


@pytest.mark.fault
def test_a_broken_file_is_set_aside_and_remarks_go_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like one" * 40)

    book = RemarkBook(tmp_path)
    book.add(remark(1))

    assert book.count() == 1
    assert list(tmp_path.glob(f"{FILE}.broken-*"))


@pytest.mark.fault
def test_a_file_that_breaks_while_the_kiosk_runs_is_made_anew_for_the_next_remark(
    tmp_path: Path,
) -> None:
    book = RemarkBook(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to look like one" * 40)

    book.add(remark(1))

    assert book.oldest() == (remark(1),)
    assert list(tmp_path.glob(f"{FILE}.broken-*"))


@pytest.mark.fault
def test_a_remark_that_cannot_be_read_blocks_none_after_it(tmp_path: Path) -> None:
    book = RemarkBook(tmp_path)
    book.add(remark(1), remark(2))
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE remarks SET body = '{}' WHERE n = 1")
    connection.close()

    assert book.oldest() == (remark(2),)
    assert book.count() == 1
