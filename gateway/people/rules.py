"""How a person is named on a screen, and what can be the value of a credential."""

import re

from gateway.people.errors import WrongCredential
from kiosk.protocol.messages import Method

LONGEST_NAME = 80
LONGEST_VALUE = 512
_BETWEEN_BYTES = re.compile(r"[\s:\-]")
_HEX_BYTES = re.compile(r"(?:[0-9A-F]{2}){4,10}")
_TURNED_PIN = re.compile(r"[0-9a-f]{32}")
_SPREADSHEET = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)


def shown_name(given_name: str, family_name: str) -> str:
    """What a public screen may show, such as "Mia K."."""
    initial = family_name.strip()[:1]
    return f"{given_name.strip()} {initial}.".strip() if initial else given_name.strip()


def credential_value(method: Method, text: str) -> str:
    """The value as it is stored and sent by kiosks. Raises WrongCredential saying what is wrong."""
    if method is Method.CARD:
        return card_number(text)
    value = text.strip()
    if method is Method.PIN and not _TURNED_PIN.fullmatch(value):
        raise WrongCredential("a PIN is given on the person's PIN page, never as a credential")
    if not value:
        raise WrongCredential("the value is empty")
    if len(value) > LONGEST_VALUE:
        raise WrongCredential(f"the value is longer than {LONGEST_VALUE} characters")
    if not value.isprintable():
        raise WrongCredential("the value has characters that cannot be printed")
    return value


def card_number(text: str) -> str:
    """A card's number as upper-case hex, whatever stands between its bytes.

    Raises WrongCredential for anything but 4 to 10 bytes, the number a reader shows.
    """
    if _SPREADSHEET.fullmatch(text.strip()):
        raise WrongCredential(
            f"{text.strip()!r} was turned into a rounded number by a spreadsheet: "
            "format the column as text and enter the card number again"
        )
    number = _BETWEEN_BYTES.sub("", text).upper()
    if not _HEX_BYTES.fullmatch(number):
        raise WrongCredential(
            f"{text[:40]!r} is no card number: expected 8 to 20 digits 0-9 and A-F, two a byte"
        )
    return number
