from datetime import timedelta

from hypothesis import given, strategies as st

from kiosk.link.sending import FIRST_PATIENCE, MOST_IN_FLIGHT, MOST_PATIENCE, Window

START = timedelta(minutes=1)
A_BIT = timedelta(milliseconds=1)


def window(confirmed: int = 0) -> Window:
    return Window(confirmed=confirmed, jitter=lambda: 0.0)


def test_what_is_new_is_sent_at_once_and_only_once() -> None:
    sending = window(confirmed=4)

    assert sending.next_after(6) == 4
    sending.sent(6, now=START)

    assert sending.next_after(6) is None


def test_no_more_than_twenty_messages_are_under_way() -> None:
    sending = window()

    for message in range(MOST_IN_FLIGHT):
        sending.sent(message + 1, now=START)
    assert sending.next_after(100) is None

    sending.confirm(1, now=START)
    assert sending.next_after(100) == MOST_IN_FLIGHT


def test_what_is_not_confirmed_in_time_goes_out_again() -> None:
    sending = window()
    sending.sent(5, now=START)

    assert not sending.tire(now=START + FIRST_PATIENCE - A_BIT)
    assert sending.tire(now=START + FIRST_PATIENCE)

    assert sending.next_after(5) == 0


def test_patience_doubles_up_to_a_minute_and_starts_over_with_an_answer() -> None:
    sending, now, waits = window(), START, []
    for _ in range(7):
        sending.sent(5, now=now)
        due = sending.wakes_at
        assert due is not None
        waits.append(due - now)
        now = due
        sending.tire(now=now)
    assert waits == [min(FIRST_PATIENCE * 2**n, MOST_PATIENCE) for n in range(7)]

    sending.confirm(5, now=now)
    sending.sent(6, now=now)
    assert sending.wakes_at == now + FIRST_PATIENCE


def test_a_gateway_that_knows_less_is_told_again() -> None:
    sending = window()
    sending.sent(9, now=START)
    sending.confirm(9, now=START)

    sending.confirm(3, now=START)

    assert sending.confirmed == 3
    assert sending.next_after(9) == 3


def test_a_word_that_brings_nothing_new_does_not_lengthen_the_wait() -> None:
    sending = window()
    sending.sent(5, now=START)

    sending.confirm(0, now=START + timedelta(seconds=2))

    assert sending.tire(now=START + FIRST_PATIENCE)


def test_nothing_is_waited_for_when_all_is_confirmed() -> None:
    sending = window()
    sending.sent(5, now=START)

    sending.confirm(5, now=START)

    assert sending.wakes_at is None
    assert not sending.tire(now=START + timedelta(days=1))


def test_kiosks_do_not_repeat_in_step() -> None:
    sending = Window(confirmed=0, jitter=lambda: 1.0)

    sending.sent(1, now=START)

    assert sending.wakes_at == START + FIRST_PATIENCE * 1.5


@given(st.lists(st.one_of(st.integers(0, 60), st.sampled_from(["lost", "rewind"])), max_size=30))
def test_whatever_is_lost_everything_is_confirmed_in_the_end(happenings: list[int | str]) -> None:
    last, now, sending = 60, START, window()
    for happening in happenings:
        send_all(sending, last, now)
        if happening == "rewind":
            sending.rewind()
        elif isinstance(happening, int):
            sending.confirm(happening, now=now)
        now += MOST_PATIENCE * 2
        sending.tire(now=now)

    while sending.confirmed < last:
        reached = send_all(sending, last, now)
        sending.confirm(max(reached, sending.confirmed), now=now)
        now += MOST_PATIENCE * 2
        sending.tire(now=now)
    assert sending.next_after(last) is None


def send_all(sending: Window, last: int, now: timedelta) -> int:
    """Send what may be sent, seven tracks a message; answers the last number sent."""
    reached = 0
    while (after := sending.next_after(last)) is not None:
        reached = min(after + 7, last)
        sending.sent(reached, now=now)
    return reached
