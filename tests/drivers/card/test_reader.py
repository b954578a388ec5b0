import pytest

from drivers.card.reader import CardUid, is_random


@pytest.mark.parametrize("octets", [b"\x04\xa2\x24\xb1", bytes(7), bytes(10)])
def test_a_card_number_has_four_seven_or_ten_bytes(octets: bytes) -> None:
    assert CardUid(octets).octets == octets


@pytest.mark.parametrize("octets", [b"", bytes(3), bytes(5), bytes(11)])
def test_a_number_of_another_length_is_no_card(octets: bytes) -> None:
    with pytest.raises(ValueError, match="4, 7 or 10 bytes"):
        CardUid(octets)


def test_a_card_number_is_written_in_upper_case_hex_and_read_back() -> None:
    card = CardUid(b"\x04\xa2\x24\xb1")

    assert str(card) == "04A224B1"
    assert CardUid.parse("04a224b1") == card


def test_what_is_no_hex_is_no_card() -> None:
    with pytest.raises(ValueError, match="digits 0-9 and A-F"):
        CardUid.parse("somebody")


@pytest.mark.covers("BIO-02")
def test_a_number_made_up_for_the_day_is_told_from_one_that_stays() -> None:
    assert is_random(CardUid.parse("08A1B2C3"))
    assert not is_random(CardUid.parse("A1B2C308"))
    assert not is_random(CardUid.parse("08A1B2C3D4E5F6"))
