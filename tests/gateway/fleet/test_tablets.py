from datetime import timedelta

import pytest

from gateway.fleet import tablets
from gateway.fleet.errors import NotPaired, UnknownKiosk, WrongKiosk
from gateway.fleet.models import Kiosk, Tablet
from gateway.fleet.queries import broker_accounts, heard
from gateway.fleet.services import set_password
from tests.gateway.factories import make_site
from tests.gateway.school import at, make_kiosk

pytestmark = pytest.mark.django_db

NOW = at("08:00")


def add(name: str = "Reception") -> str:
    return tablets.add_tablet(site_id=make_site().pk, name=name)


def paired(kiosk_id: str) -> str:
    """The token of the browser that is now the tablet."""
    return tablets.pair(code=tablets.new_code(kiosk_id=kiosk_id, now=NOW), now=NOW)


@pytest.mark.covers("BEY-14")
def test_a_code_pairs_one_browser_once() -> None:
    kiosk_id = add()
    code = tablets.new_code(kiosk_id=kiosk_id, now=NOW)

    token = tablets.pair(code=code, now=NOW)

    assert tablets.tablet_of(token).pk == kiosk_id
    with pytest.raises(NotPaired, match="wrong, used or older"):
        tablets.pair(code=code, now=NOW)


@pytest.mark.parametrize("written", ["{}", " {} ", "{}."])
def test_a_code_may_be_typed_as_people_type(written: str) -> None:
    code = tablets.new_code(kiosk_id=add(), now=NOW)

    assert tablets.pair(code=written.format(code.lower().replace("-", " ")), now=NOW)


def test_a_code_holds_for_ten_minutes() -> None:
    code = tablets.new_code(kiosk_id=add(), now=NOW)

    with pytest.raises(NotPaired):
        tablets.pair(code=code, now=NOW + timedelta(minutes=10))

    assert tablets.pair(code=code, now=NOW + timedelta(minutes=10, seconds=-1))


def test_a_newer_code_replaces_the_older() -> None:
    kiosk_id = add()
    older = tablets.new_code(kiosk_id=kiosk_id, now=NOW)
    tablets.new_code(kiosk_id=kiosk_id, now=NOW)

    with pytest.raises(NotPaired):
        tablets.pair(code=older, now=NOW)


def test_only_the_browser_paired_last_may_tap() -> None:
    kiosk_id = add()
    first, second = paired(kiosk_id), paired(kiosk_id)

    with pytest.raises(NotPaired, match="not paired, or was revoked"):
        tablets.tablet_of(first)

    assert tablets.tablet_of(second).pk == kiosk_id


def test_a_revoked_browser_and_an_open_code_open_nothing() -> None:
    kiosk_id = add()
    token = paired(kiosk_id)
    code = tablets.new_code(kiosk_id=kiosk_id, now=NOW)

    tablets.revoke_tablet(kiosk_id=kiosk_id)

    for opens in (lambda: tablets.tablet_of(token), lambda: tablets.pair(code=code, now=NOW)):
        with pytest.raises(NotPaired):
            opens()


@pytest.mark.parametrize("token", ["", "muster"])
def test_a_token_that_was_never_given_out_opens_nothing(token: str) -> None:
    add()

    with pytest.raises(NotPaired):
        tablets.tablet_of(token)


def test_neither_code_nor_token_can_be_read_in_the_store() -> None:
    kiosk_id = add()
    token = paired(kiosk_id)
    code = tablets.new_code(kiosk_id=kiosk_id, now=NOW)

    row = Tablet.objects.values().get()

    assert [value for value in row.values() if value in (token, code, code.replace("-", ""))] == []


def test_nobody_is_asked_to_look_after_a_tablet_that_is_not_paired() -> None:
    kiosk_id = add()
    before = Kiosk.objects.get().in_service
    paired(kiosk_id)
    between = Kiosk.objects.get().in_service

    tablets.revoke_tablet(kiosk_id=kiosk_id)

    assert (before, between, Kiosk.objects.get().in_service) == (False, True, False)


@pytest.mark.covers("BEY-14")
def test_absence_waits_for_no_tablet_but_for_every_other_kiosk() -> None:
    kiosk_id = add()
    paired(kiosk_id)

    site = Kiosk.objects.get(pk=kiosk_id).site
    make_kiosk(site, "gate")

    assert heard(site.pk) == {"gate": None}


def test_a_tablet_has_no_account_at_the_broker() -> None:
    add()

    assert broker_accounts() == ()


def test_a_tablet_is_seen_but_not_written_down_each_time() -> None:
    tablet = tablets.tablet_of(paired(add()))
    tablets.seen(tablet, now=NOW)
    tablet.refresh_from_db()

    for seconds, told in ((9, NOW), (10, NOW + timedelta(seconds=10))):
        tablet.kiosk.refresh_from_db()
        tablets.seen(tablet, now=NOW + timedelta(seconds=seconds))
        assert Kiosk.objects.get(pk=tablet.pk).last_heard_at == told


def test_tablets_are_listed_by_name_with_how_they_are() -> None:
    site = make_site()
    for name in ("Yard", "Hall"):
        tablets.add_tablet(site_id=site.pk, name=name)
    hall = Kiosk.objects.get(name="Hall").pk
    tablets.new_code(kiosk_id=hall, now=NOW)

    lines = tablets.tablet_lines(site.pk, now=NOW + timedelta(minutes=1))

    assert [(line.name, line.code_until is None) for line in lines] == [
        ("Hall", False),
        ("Yard", True),
    ]


def test_a_tablet_needs_a_name() -> None:
    site = make_site()

    with pytest.raises(WrongKiosk, match="needs a name"):
        tablets.add_tablet(site_id=site.pk, name=" ")

    assert not Kiosk.objects.exists()


def test_a_tablet_gets_no_password_that_would_outlast_its_revocation() -> None:
    tablet = tablets.add_tablet(site_id=make_site().pk, name="Reception")

    with pytest.raises(WrongKiosk, match="pair it with a code"):
        set_password(kiosk_id=tablet, password="secret")

    assert broker_accounts() == ()


def test_a_kiosk_that_is_no_tablet_gets_no_code() -> None:
    make_kiosk(make_site(), "gate")

    with pytest.raises(UnknownKiosk):
        tablets.new_code(kiosk_id="gate", now=NOW)
