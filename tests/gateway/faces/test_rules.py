from datetime import UTC, datetime

import pytest

from gateway.faces.rules import Stance, Word, expires_at, may_use

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
YES, NO = Word(Stance.AGREED, None), Word(Stance.REFUSED, None)
TAKEN_BACK, NO_MORE = Word(Stance.AGREED, NOW), Word(Stance.REFUSED, NOW)


@pytest.mark.covers("BEY-08")
def test_without_a_word_a_face_may_not_be_used() -> None:
    assert not may_use([])


def test_one_agreement_allows_it() -> None:
    assert may_use([YES])
    assert may_use([YES, YES])


@pytest.mark.covers("BEY-08")
def test_one_refusal_outweighs_every_agreement() -> None:
    assert not may_use([YES, NO, YES])


def test_what_was_taken_back_does_not_count() -> None:
    assert not may_use([TAKEN_BACK])
    assert may_use([TAKEN_BACK, YES, NO_MORE])


def test_measures_expire_after_the_sites_days() -> None:
    assert expires_at(NOW, days=400) == datetime(2027, 12, 28, 9, 0, tzinfo=UTC)
