from base64 import b64decode
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from gateway import keys
from gateway.people import badge_keys
from gateway.people.errors import BadgeKeyLost
from gateway.people.models import SigningKey
from kiosk.protocol.badges import Badge, NotABadge, Verifier
from tests.gateway.school import at

pytestmark = pytest.mark.django_db
NOW = at("08:00")
MIAS = Badge(person=17, serial=5, expires_at=at("12:00"))


def believed(token: str) -> Badge:
    return Verifier(badge_keys.badge_keys()).read(token)


def key_of(token: str) -> int:
    """The number of the one key that the token is believed by."""
    for key in badge_keys.badge_keys():
        try:
            Verifier([key]).read(token)
        except NotABadge:
            continue
        return key.id
    raise AssertionError("no key believes it")


def test_the_first_signature_makes_the_first_key() -> None:
    token = badge_keys.sign(MIAS, now=NOW)

    assert believed(token) == MIAS
    assert [key.id for key in badge_keys.badge_keys()] == [1]


@pytest.mark.covers("BEY-07")
def test_a_new_key_is_told_a_day_before_it_signs_and_the_former_goes_on_holding() -> None:
    former = badge_keys.sign(MIAS, now=NOW)

    assert badge_keys.rotate(now=NOW) == 2

    day = timedelta(days=1)
    assert key_of(badge_keys.sign(MIAS, now=NOW + day - timedelta(seconds=1))) == 1
    assert key_of(badge_keys.sign(MIAS, now=NOW + day)) == 2
    assert believed(former) == MIAS


def test_a_key_can_follow_at_once() -> None:
    badge_keys.ensure_key(now=NOW)
    badge_keys.rotate(at_once=True, now=NOW)

    assert key_of(badge_keys.sign(MIAS, now=NOW)) == 2


def test_badges_of_a_withdrawn_key_are_believed_no_more() -> None:
    token = badge_keys.sign(MIAS, now=NOW)

    badge_keys.withdraw(1, now=NOW)

    assert [key.id for key in badge_keys.badge_keys()] == [2]
    with pytest.raises(NotABadge):
        believed(token)
    assert believed(badge_keys.sign(MIAS, now=NOW)) == MIAS


def test_a_key_there_is_not_cannot_be_withdrawn() -> None:
    with pytest.raises(BadgeKeyLost, match="there is no key 7"):
        badge_keys.withdraw(7, now=NOW)

    assert not SigningKey.objects.exists()


def test_there_are_no_more_keys_than_badges_can_name() -> None:
    badge_keys.ensure_key(now=NOW)
    SigningKey.objects.update(number=255)

    with pytest.raises(BadgeKeyLost, match="255 keys were made"):
        badge_keys.rotate(now=NOW)


def test_a_key_cannot_be_opened_under_another_secret(settings: Settings) -> None:
    badge_keys.ensure_key(now=NOW)
    settings.SECRET_KEY = "another " * 8
    keys.key_for.cache_clear()
    try:
        with pytest.raises(BadgeKeyLost, match="withdraw-key 1"):
            badge_keys.sign(MIAS, now=NOW)
    finally:
        keys.key_for.cache_clear()


def test_what_rests_in_the_store_is_no_private_key() -> None:
    token = badge_keys.sign(MIAS, now=NOW)

    row = SigningKey.objects.get()
    assert believed(token) == MIAS
    assert len(b64decode(row.public)) == 32
    assert len(bytes(row.sealed)) == 32 + 32 + 16
