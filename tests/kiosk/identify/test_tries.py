from datetime import timedelta

from kiosk.identify.tries import CLOSED_FOR, LONGEST_CLOSED, MOST, WITHIN, Tries

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def after(*fails: timedelta) -> Tries:
    tries = Tries()
    for at in fails:
        tries = tries.failed(now=at)
    return tries


def many(start: timedelta) -> list[timedelta]:
    return [start + SECOND * n for n in range(MOST)]


def test_a_few_wrong_pins_close_nothing() -> None:
    assert after(*many(MINUTE)[:-1]).may_try(now=2 * MINUTE)


def test_too_many_wrong_pins_close_the_pad_for_a_while() -> None:
    closed = after(*many(MINUTE))
    last = many(MINUTE)[-1]

    assert not closed.may_try(now=last + CLOSED_FOR - SECOND)
    assert closed.may_try(now=last + CLOSED_FOR)


def test_wrong_pins_far_apart_are_forgotten() -> None:
    assert after(*(WITHIN * n for n in range(2 * MOST))).may_try(now=WITHIN * 2 * MOST)


def test_each_closing_lasts_twice_as_long_up_to_an_hour() -> None:
    tries, now, pauses = Tries(), MINUTE, list[timedelta]()
    for _ in range(6):
        while tries.may_try(now=now):
            tries = tries.failed(now=now)
        pauses.append(tries.closed_until - now)
        now = tries.closed_until

    assert pauses == [CLOSED_FOR * factor for factor in (1, 2, 4, 8, 12, 12)]


def test_a_quiet_hour_begins_anew() -> None:
    first = after(*many(MINUTE))
    now = first.closed_until + LONGEST_CLOSED

    second = first
    for at in many(now):
        second = second.failed(now=at)

    assert second.closed_until == many(now)[-1] + CLOSED_FOR
