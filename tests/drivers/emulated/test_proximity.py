import pytest

from drivers.card.reader import CardUid
from drivers.emulated.proximity import (
    ANTICOLLISION,
    HLTA,
    REQA,
    SELECT,
    SELECT_CODES,
    WUPA,
    Answer,
    EmulatedCard,
    Field,
    State,
    crc_a,
)

SHORT, DOUBLE = CardUid.parse("A1B2C3D4"), CardUid.parse("04A224B1C95E80")


def ask(card: EmulatedCard, request: int) -> bytes | None:
    return card.hear(bytes((request,)), bits=7)


def tell(card: EmulatedCard, frame: bytes) -> bytes | None:
    return card.hear(frame, bits=8 * len(frame))


def choose(card: EmulatedCard) -> list[bytes | None]:
    """Walk all levels; what the card acknowledged each with."""
    acknowledged = []
    for code in SELECT_CODES[: {4: 1, 7: 2, 10: 3}[len(card.uid.octets)]]:
        part = tell(card, bytes((code, ANTICOLLISION)))
        assert part is not None
        chosen = bytes((code, SELECT)) + part
        acknowledged.append(tell(card, chosen + crc_a(chosen)))
    return acknowledged


@pytest.mark.parametrize(("frame", "checksum"), [("0000", "a01e"), ("1234", "26cf")])
def test_checksums_are_those_of_the_standard(frame: str, checksum: str) -> None:
    assert crc_a(bytes.fromhex(frame)) == bytes.fromhex(checksum)


def test_a_number_is_told_in_as_many_levels_as_it_needs() -> None:
    card = EmulatedCard(CardUid.parse("04112233445566778899"), sak=0x20)

    assert ask(card, REQA) == b"\x84\x00"
    assert choose(card) == [b"\x04" + crc_a(b"\x04")] * 2 + [b"\x20" + crc_a(b"\x20")]
    assert card.state is State.ACTIVE


def test_a_halted_card_hears_only_the_call_to_all() -> None:
    card = EmulatedCard(SHORT)
    ask(card, REQA)
    choose(card)
    tell(card, HLTA)

    assert ask(card, REQA) is None
    assert ask(card, WUPA) == b"\x04\x00"


def test_a_halted_card_that_was_woken_in_vain_is_halted_again() -> None:
    card = EmulatedCard(SHORT)
    ask(card, REQA)
    choose(card)
    tell(card, HLTA)
    ask(card, WUPA)

    tell(card, b"\x93\x70 of another")

    assert card.state is State.HALT


def test_a_card_that_is_asked_out_of_turn_falls_silent_and_hears_the_next_call() -> None:
    card = EmulatedCard(SHORT)
    ask(card, REQA)

    assert ask(card, REQA) is None
    assert ask(card, REQA) == b"\x04\x00"


def test_a_chosen_card_that_is_told_what_it_does_not_know_falls_silent() -> None:
    card = EmulatedCard(SHORT)
    ask(card, REQA)
    choose(card)

    assert tell(card, b"\x30\x00") is None
    assert card.state is State.IDLE


def test_a_card_without_power_forgets_that_it_was_halted() -> None:
    field, card = Field(), EmulatedCard(SHORT)
    field.put(card)
    field.switch(on=True)
    card.state = State.HALT

    field.switch(on=False)

    assert field.ask(bytes((REQA,)), bits=7) is None
    assert card.state is State.IDLE


def test_where_cards_disagree_there_is_a_collision() -> None:
    field = Field()
    field.put(EmulatedCard(SHORT), EmulatedCard(DOUBLE))
    field.switch(on=True)

    assert field.ask(bytes((REQA,)), bits=7) == Answer(b"\x44\x00", collision=6)


def test_cards_that_say_the_same_do_not_collide() -> None:
    field = Field()
    field.put(EmulatedCard(SHORT), EmulatedCard(CardUid(bytes(4))))
    field.switch(on=True)

    assert field.ask(bytes((REQA,)), bits=7) == Answer(b"\x04\x00")


def test_a_spoilt_answer_differs_in_one_bit() -> None:
    field = Field()
    field.put(EmulatedCard(SHORT))
    field.switch(on=True)

    field.spoil(0)

    assert field.ask(bytes((REQA,)), bits=7) == Answer(b"\x05\x00")
