from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from gateway.people import badges
from gateway.people.badge_keys import badge_keys
from gateway.people.badges import Terms
from gateway.people.errors import UnknownBadge, UnknownPerson, WrongCredential, WrongPerson
from gateway.people.models import Badge, Credential
from gateway.people.queries import Holder, holders, roster_since, roster_version
from gateway.people.services import (
    deactivate_person,
    move_credential,
    reactivate_person,
    remove_credential,
    unblock_credential,
)
from kiosk.protocol import badges as codec
from kiosk.protocol.badge_reading import Read, Refusal
from kiosk.protocol.badges import Kind, Verifier
from kiosk.protocol.messages import Credential as Shown, Method
from tests.gateway.factories import make_person
from tests.gateway.school import at

pytestmark = pytest.mark.django_db
NOW = at("08:00")
TERMS = Terms(expires_at=NOW + timedelta(days=400), by="office", now=NOW)


def issued(person: int) -> Badge:
    (serial,) = badges.issue_badges([person], TERMS)
    return Badge.objects.get(pk=serial)


def shown(badge: Badge) -> Shown:
    return Shown(method=Method.QR, value=f"badge:{badge.serial}")


def read(token: str) -> codec.Badge:
    return Verifier(badge_keys()).read(token)


@pytest.mark.covers("QR-02", "BEY-07")
def test_a_badge_says_whose_it_is_and_until_when() -> None:
    mia = make_person()

    badge = issued(mia)

    told = read(badges.token_of(badge, now=NOW))
    assert told == codec.Badge(mia, badge.serial, TERMS.expires_at)
    assert holders([("qr", told.credential)]) == {
        ("qr", told.credential): Holder(person_id=mia, blocked=False)
    }


def test_kiosks_hear_of_the_badge_with_the_roster() -> None:
    mia = make_person()
    before = roster_version()

    badge = issued(mia)

    (told,) = roster_since(before).people
    assert (told.id, told.credentials) == (mia, (shown(badge),))


def test_many_are_given_out_in_the_order_asked_for() -> None:
    people = [make_person(f"Ben {number}") for number in range(3)]

    serials = badges.issue_badges(people, TERMS)

    assert [Badge.objects.get(pk=serial).person_id for serial in serials] == people


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_badges(
    django_assert_max_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    people = [make_person(f"Ben {number}") for number in range(count)]
    badges.issue_badges(people, TERMS)

    with django_assert_max_num_queries(22):
        badges.issue_badges(people, TERMS)


def test_printing_again_gives_out_only_what_is_missing() -> None:
    mia, ben = make_person("Mia"), make_person("Ben")
    first = issued(mia)

    held = badges.printed_badges([mia, ben], TERMS)

    assert held[mia] == first
    assert Badge.objects.count() == 2
    assert badges.printed_badges([mia, ben], TERMS) == held


def test_a_badge_that_does_not_hold_long_enough_is_followed_by_another() -> None:
    mia = make_person()
    former = issued(mia)
    until = TERMS.expires_at + timedelta(days=1)

    asked = Terms(expires_at=until, by="office", now=NOW, good_until=until)

    assert badges.printed_badges([mia], asked)[mia] != former
    assert badges.printed_badges([mia], TERMS)[mia].expires_at == until


@pytest.mark.covers("BEY-07")
def test_a_revoked_badge_is_told_to_kiosks_as_blocked() -> None:
    badge = issued(make_person())
    before = roster_version()

    badges.revoke_badge(serial=badge.serial, because="lost", now=NOW)

    assert roster_since(before).blocked == (shown(badge),)
    assert roster_since(0).blocked == (shown(badge),)
    with pytest.raises(UnknownBadge, match="revoked"):
        badges.token_of(Badge.objects.get(), now=NOW)


def test_revoking_again_changes_nothing() -> None:
    badge = issued(make_person())
    badges.revoke_badge(serial=badge.serial, because="lost", now=NOW)
    version = roster_version()

    badges.revoke_badge(serial=badge.serial, because="stolen", now=NOW + timedelta(days=1))

    badge.refresh_from_db()
    assert (badge.revoked_because, badge.revoked_at) == ("lost", NOW)
    assert roster_since(version).blocked == ()


def test_a_badge_there_is_not_cannot_be_revoked() -> None:
    with pytest.raises(UnknownBadge, match="there is no badge 5"):
        badges.revoke_badge(serial=5, because="lost", now=NOW)

    assert not Credential.objects.exists()


def test_all_badges_of_a_person_can_be_revoked_at_once() -> None:
    mia = make_person()
    held = [issued(mia), issued(mia)]

    assert badges.revoke_badges_of(person_id=mia, because="lost", now=NOW) == 2

    assert set(roster_since(0).blocked) == {shown(badge) for badge in held}


def test_kiosks_refuse_the_badge_of_somebody_who_left_and_who_came_back_is_let_in() -> None:
    mia = make_person()
    badge = issued(mia)
    version = roster_version()
    deactivate_person(person_id=mia)

    left = roster_since(version)
    assert (left.removed, left.blocked) == ((mia,), (shown(badge),))
    assert roster_since(0).blocked == (shown(badge),)

    reactivate_person(person_id=mia)
    back = roster_since(left.version)
    assert (back.blocked, back.unblocked) == ((), (shown(badge),))


def test_a_badge_that_is_revoked_stays_so_when_its_holder_comes_back() -> None:
    mia = make_person()
    badge = issued(mia)
    badges.revoke_badge(serial=badge.serial, because="lost", now=NOW)
    deactivate_person(person_id=mia)
    version = roster_version()

    reactivate_person(person_id=mia)

    assert roster_since(version).blocked == (shown(badge),)


def test_nobody_gets_a_badge_who_is_not_here() -> None:
    gone = make_person()
    deactivate_person(person_id=gone)

    with pytest.raises(WrongPerson, match="has left"):
        badges.issue_badges([gone], TERMS)
    with pytest.raises(UnknownPerson, match="there is no person 999"):
        badges.issue_badges([999], TERMS)

    assert not Badge.objects.exists()


def test_a_badge_cannot_have_expired_before_it_begins() -> None:
    with pytest.raises(WrongPerson, match="expire"):
        badges.issue_badges([make_person()], Terms(expires_at=NOW, by="office", now=NOW))

    assert not Badge.objects.exists()


@pytest.mark.covers("BEY-07")
def test_a_phone_shows_another_token_every_second_each_for_20_seconds() -> None:
    mia = make_person()
    secret = badges.give_phone_link(person_id=mia, terms=TERMS)

    first, later = (
        badges.phone_badge(secret, now=NOW + timedelta(seconds=second)) for second in (0, 10)
    )

    assert first.token != later.token
    told = read(first.token)
    assert (told.person, told.kind, told.expires_at) == (
        mia, Kind.ROTATING, NOW + timedelta(seconds=20),
    )  # fmt: skip


def test_a_new_link_ends_the_former_one() -> None:
    mia = make_person()
    former = badges.give_phone_link(person_id=mia, terms=TERMS)

    badges.give_phone_link(person_id=mia, terms=TERMS)

    with pytest.raises(UnknownBadge, match="ask the office"):
        badges.phone_badge(former, now=NOW)


@pytest.mark.parametrize("secret", ["", "guessed", "\x00" * 43])
def test_a_link_cannot_be_guessed(secret: str) -> None:
    badges.give_phone_link(person_id=make_person(), terms=TERMS)

    with pytest.raises(UnknownBadge):
        badges.phone_badge(secret, now=NOW)


def test_the_link_of_somebody_who_left_shows_nothing() -> None:
    mia = make_person()
    secret = badges.give_phone_link(person_id=mia, terms=TERMS)
    deactivate_person(person_id=mia)

    with pytest.raises(UnknownBadge):
        badges.phone_badge(secret, now=NOW)


def test_the_store_knows_no_link_and_no_token() -> None:
    secret = badges.give_phone_link(person_id=make_person(), terms=TERMS)
    token = badges.token_of(issued(make_person()), now=NOW)

    held = str(list(Badge.objects.values()))

    assert secret not in held
    assert token not in held


def test_the_gateway_reads_badges_as_a_kiosk_does() -> None:
    mia = make_person()
    badge = issued(mia)
    token = badges.token_of(badge, now=NOW)

    now, late = (badges.recognised(token, now=when) for when in (NOW, TERMS.expires_at))

    assert now == Read(f"badge:{badge.serial}", mia)
    assert late.refusal is Refusal.BADGE_EXPIRED


def test_a_revoked_badge_cannot_be_unblocked_as_a_credential() -> None:
    badge = issued(make_person())
    badges.revoke_badge(serial=badge.serial, because="lost", now=NOW)

    with pytest.raises(WrongCredential, match="never comes back"):
        unblock_credential(method=Method.QR, value=shown(badge).value)

    assert roster_since(0).blocked == (shown(badge),)


def test_a_badge_kiosks_would_still_believe_is_neither_removed_nor_moved() -> None:
    mia, ben = make_person(), make_person("Ben Young")
    held = shown(issued(mia))

    with pytest.raises(WrongCredential, match="badge page"):
        remove_credential(method=held.method, value=held.value)
    with pytest.raises(WrongCredential, match="badge page"):
        move_credential(person_id=ben, method=held.method, value=held.value)

    assert holders([("qr", held.value)])["qr", held.value].person_id == mia
