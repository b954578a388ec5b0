from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings, strategies as st

from kiosk.protocol import base45
from kiosk.protocol.badges import (
    LARGEST,
    LENGTH,
    PREFIX,
    Badge,
    Kind,
    NotABadge,
    Verifier,
    claims_badge,
    signed,
)
from kiosk.protocol.options import BadgeKey

PRIVATE = bytes(range(32))
TILL = datetime(2027, 7, 31, 22, tzinfo=UTC)
MIAS = Badge(person=17, serial=4_000_000_000, expires_at=TILL)


def public(private: bytes = PRIVATE, *, key: int = 1) -> BadgeKey:
    octets = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    return BadgeKey(id=key, public=b64encode(octets).decode())


VERIFIER = Verifier([public()])
TOKEN = signed(MIAS, key=1, private=PRIVATE)
badges = st.builds(
    Badge,
    person=st.integers(1, LARGEST),
    serial=st.integers(0, LARGEST),
    expires_at=st.integers(0, LARGEST).map(lambda second: datetime.fromtimestamp(second, UTC)),
    kind=st.sampled_from(Kind),
)


@settings(deadline=None)
@given(badges, st.integers(0, 255))
def test_what_was_signed_is_read(badge: Badge, key: int) -> None:
    token = signed(badge, key=key, private=PRIVATE)

    assert Verifier([public(key=key)]).read(token) == badge


@settings(deadline=None)
@given(badges)
def test_every_badge_fits_a_qr_code_of_version_5(badge: Badge) -> None:
    token = signed(badge, key=255, private=PRIVATE)

    code = segno.make(token, error="m", boost_error=False, micro=False)

    assert (code.version, code.mode, len(token)) == (5, "alphanumeric", LENGTH)
    assert claims_badge(token)


@settings(deadline=None)
@given(st.integers(0, 77), st.integers(1, 255))
def test_a_changed_byte_is_never_verified(place: int, change: int) -> None:
    octets = bytearray(base45.decode(TOKEN.removeprefix(PREFIX)))
    octets[place] ^= change

    with pytest.raises(NotABadge):
        VERIFIER.read(PREFIX + base45.encode(bytes(octets)))


@settings(deadline=None)
@given(st.integers(0, LENGTH - 1), st.sampled_from(base45.SIGNS))
def test_a_changed_sign_is_never_verified(place: int, sign: str) -> None:
    changed = TOKEN[:place] + sign + TOKEN[place + 1 :]
    if changed == TOKEN:
        return

    with pytest.raises(NotABadge):
        VERIFIER.read(changed)


@settings(deadline=None)
@given(st.text(max_size=200) | st.text(base45.SIGNS, max_size=LENGTH).map(PREFIX.__add__))
def test_no_other_text_is_a_badge(text: str) -> None:
    with pytest.raises(NotABadge):
        VERIFIER.read(text)


@pytest.mark.parametrize("spoilt", [TOKEN[:-1], TOKEN + "0", TOKEN.lower(), f" {TOKEN}", ""])
def test_a_token_is_read_whole_or_not_at_all(spoilt: str) -> None:
    with pytest.raises(NotABadge):
        VERIFIER.read(spoilt)


def test_a_badge_signed_with_another_schools_key_is_none_here() -> None:
    theirs = signed(MIAS, key=1, private=bytes(32))

    with pytest.raises(NotABadge, match="the signature is wrong"):
        VERIFIER.read(theirs)


def test_a_badge_of_a_key_not_told_yet_says_so() -> None:
    with pytest.raises(NotABadge, match="no key 2 is known here"):
        VERIFIER.read(signed(MIAS, key=2, private=PRIVATE))


def test_badges_of_an_older_key_hold_beside_those_of_the_newer() -> None:
    other = bytes(32)
    both = Verifier([public(), public(other, key=2)])

    tokens = [TOKEN, signed(MIAS, key=2, private=other)]

    assert [both.read(token) for token in tokens] == [MIAS, MIAS]


def test_a_badge_of_a_later_version_is_refused_in_words() -> None:
    octets = bytearray(base45.decode(TOKEN.removeprefix(PREFIX)))
    octets[0] = 0x20
    body = bytes(octets[:14])
    signature = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(b"muster badge 1\0" + body)

    with pytest.raises(NotABadge, match="badges of kind 0x20 are not known here"):
        VERIFIER.read(PREFIX + base45.encode(body + signature))


def test_a_key_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="32"):
        Verifier([BadgeKey(id=1, public="AAAA")])


def test_the_credential_says_the_serial_and_nothing_of_the_person() -> None:
    assert replace(MIAS, expires_at=TILL + timedelta(1)).credential == "badge:4000000000"
