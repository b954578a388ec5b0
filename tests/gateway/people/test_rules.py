import pytest

from gateway.people.errors import WrongCredential
from gateway.people.rules import card_number, credential_value, shown_name
from kiosk.protocol.messages import Method


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        ("Mia", "Keller", "Mia K."),
        ("Mia", "", "Mia"),
        ("", "Keller", "K."),
        (" Mia ", " K", "Mia K."),
    ],
)
def test_a_screen_shows_the_given_name_and_an_initial(given: str, family: str, shown: str) -> None:
    assert shown_name(given, family) == shown


@pytest.mark.parametrize(
    "written", ["04A2B3C4", "04a2b3c4", "04:a2:b3:c4", "04-A2-B3-C4", " 04 A2 B3 C4 "]
)
def test_a_card_number_is_the_same_however_it_is_written(written: str) -> None:
    assert card_number(written) == "04A2B3C4"


@pytest.mark.parametrize("written", ["", "04A2B3", "04A2B3C", "04A2B3CG", "A" * 22, "04A2B3C4;1"])
def test_what_no_reader_shows_is_no_card_number(written: str) -> None:
    with pytest.raises(WrongCredential, match="is no card number"):
        card_number(written)


@pytest.mark.parametrize("written", ["1.23E+09", "1,23e+9", "4E+11"])
def test_a_number_a_spreadsheet_rounded_is_refused_with_its_cause(written: str) -> None:
    with pytest.raises(WrongCredential, match="spreadsheet"):
        card_number(written)


def test_a_badge_s_text_is_kept_as_it_is() -> None:
    assert credential_value(Method.QR, " mu:Abc-1 ") == "mu:Abc-1"


@pytest.mark.parametrize("text", ["", "  ", "x" * 513, "a\x00b"])
def test_a_badge_s_text_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(WrongCredential):
        credential_value(Method.QR, text)
