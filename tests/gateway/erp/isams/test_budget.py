from datetime import timedelta

import pytest
from hypothesis import given, strategies as st

from gateway.erp.errors import ErpBusy
from gateway.erp.isams.budget import HOUR, Budget
from tests.gateway.erp.clock import DrivenClock

SECOND = timedelta(seconds=1)


def spent(budget: Budget, *, pressing: bool, most: int = 1000) -> int:
    for made in range(most):
        try:
            budget.spend(pressing=pressing)
        except ErpBusy:
            return made
    return most


def test_a_fifth_of_the_hour_is_kept_for_absences_and_lates(clock: DrivenClock) -> None:
    budget = Budget(requests_per_hour=100, clock=clock)

    assert spent(budget, pressing=False) == 80
    assert spent(budget, pressing=True) == 20


def test_an_hour_later_the_budget_is_whole_again(clock: DrivenClock) -> None:
    budget = Budget(requests_per_hour=100, clock=clock)
    spent(budget, pressing=True)

    clock.advance(HOUR)

    assert spent(budget, pressing=True) == 100


@given(gaps=st.lists(st.integers(0, 900), max_size=60))
def test_no_hour_ever_sees_more_requests_than_the_key_allows(gaps: list[int]) -> None:
    clock = DrivenClock()
    budget = Budget(requests_per_hour=5, clock=clock)
    made = []
    for gap in gaps:
        clock.advance(gap * SECOND)
        if spent(budget, pressing=True, most=1):
            made.append(clock())

    assert all(later - first >= HOUR for first, later in zip(made, made[5:], strict=False))


def test_a_pause_the_erp_asks_for_is_kept(clock: DrivenClock) -> None:
    budget = Budget(requests_per_hour=100, clock=clock)

    budget.close(timedelta(seconds=30))

    with pytest.raises(ErpBusy, match="30 s of it are left"):
        budget.spend(pressing=True)
    clock.advance(timedelta(seconds=30))
    assert spent(budget, pressing=True, most=1) == 1


def test_the_smallest_key_still_lets_presents_through(clock: DrivenClock) -> None:
    assert spent(Budget(requests_per_hour=1, clock=clock), pressing=False) == 1
