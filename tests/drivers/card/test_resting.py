import pytest
from hypothesis import given, strategies as st

from drivers.card.reader import CardUid
from drivers.card.resting import MISSES, Resting

CARD, OTHER = CardUid(bytes(4)), CardUid(bytes(7))
EIGHT_HOURS_OF_LOOKS = 8 * 3600 * 5


def test_a_card_is_new_once() -> None:
    resting = Resting()

    assert [resting.came(CARD), resting.came(CARD), resting.came(OTHER)] == [True, False, True]
    assert resting.cards() == (CARD, OTHER)


def test_a_card_is_gone_after_several_misses_in_a_row() -> None:
    resting = Resting()
    resting.came(CARD)

    for _ in range(MISSES - 1):
        resting.missed(CARD)
    assert resting.cards() == (CARD,)

    resting.missed(CARD)
    assert resting.cards() == ()


def test_the_card_heard_of_longest_ago_is_looked_for_first() -> None:
    resting = Resting()
    resting.came(CARD)
    resting.came(OTHER)

    resting.missed(CARD)

    assert resting.cards() == (OTHER, CARD)


@pytest.mark.covers("BIO-02")
def test_a_card_that_lies_there_for_eight_hours_is_new_once() -> None:
    resting = Resting()

    news = sum(resting.came(CARD) for _ in range(EIGHT_HOURS_OF_LOOKS))

    assert news == 1


@given(st.lists(st.integers(0, MISSES - 1), max_size=50))
def test_fewer_misses_than_it_takes_never_make_a_card_new(misses: list[int]) -> None:
    resting = Resting()
    resting.came(CARD)

    for several in misses:
        for _ in range(several):
            resting.missed(CARD)
        assert not resting.came(CARD)
