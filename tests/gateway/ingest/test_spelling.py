import pytest

from gateway.ingest.spelling import spellings
from kiosk.protocol.messages import Method


def cards(typed: str) -> list[str]:
    return [value for method, value in spellings(typed) if method is Method.CARD]


@pytest.mark.covers("BEY-14", "DES-01")
@pytest.mark.parametrize(
    "typed", ["16A41AB1", "16:a4:1a:b1", "0379853489", "379853489", " 16A41AB1 "]
)
def test_a_card_is_found_whatever_its_reader_types(typed: str) -> None:
    assert "16A41AB1" in cards(typed)


def test_a_number_may_be_typed_with_its_last_byte_first() -> None:
    assert "16A41AB1" in cards("B11AA416")
    assert "16A41AB1" in cards(str(int("B11AA416", 16)))


def test_the_likeliest_spelling_comes_first() -> None:
    assert spellings("04A224B1C95E80") == (
        (Method.CARD, "04A224B1C95E80"),
        (Method.CARD, "805EC9B124A204"),
        (Method.QR, "04A224B1C95E80"),
    )


def test_ten_figures_are_a_card_in_decimal_before_five_bytes() -> None:
    assert cards("0379853489")[0] == "16A41AB1"
    assert "0379853489" in cards("0379853489")


def test_a_number_of_seven_bytes_may_be_typed_in_decimal() -> None:
    assert "04A224B1C95E80" in cards(str(int("04A224B1C95E80", 16)))


@pytest.mark.parametrize("typed", ["M-1-17", "hello", "9" * 26, "ABC", "١٢٣"])
def test_what_is_no_card_is_what_a_code_says(typed: str) -> None:
    assert spellings(typed) == ((Method.QR, typed),)
