from datetime import timedelta
from uuid import UUID

from kiosk.link.relay import PATIENCE, Relay

ONE, TWO = UUID(int=1), UUID(int=2)
START = timedelta(minutes=1)


def test_nothing_more_is_sent_while_an_answer_is_awaited() -> None:
    relay = Relay()
    relay.sent([ONE], now=START)

    assert not relay.may_send(now=START + timedelta(seconds=1))


def test_what_was_answered_makes_room_for_the_next() -> None:
    relay = Relay()
    relay.sent([ONE, TWO], now=START)

    relay.kept([ONE, TWO])

    assert relay.may_send(now=START)


def test_an_answer_for_a_part_is_not_yet_the_answer() -> None:
    relay = Relay()
    relay.sent([ONE, TWO], now=START)

    relay.kept([ONE])

    assert not relay.may_send(now=START)


def test_what_is_not_answered_goes_out_again() -> None:
    relay = Relay()
    relay.sent([ONE], now=START)

    assert relay.wakes_at == START + PATIENCE
    assert relay.may_send(now=START + PATIENCE)


def test_where_there_was_nothing_nobody_looks_again_until_there_is_more() -> None:
    relay = Relay()
    relay.sent([], now=START)
    was_quiet = not relay.may_send(now=START + PATIENCE)

    relay.more()

    assert was_quiet
    assert relay.may_send(now=START + PATIENCE)


def test_another_gateway_is_told_again_at_once() -> None:
    relay = Relay()
    relay.sent([ONE], now=START)

    relay.rewind()

    assert relay.may_send(now=START)
