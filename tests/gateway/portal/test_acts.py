import pytest
from django.test import Client

from gateway.attendance.models import RegistrationPolicy, Track
from gateway.erp.models import Registration, Sync
from gateway.outbox.models import Delivery
from gateway.people import services as people
from gateway.people.models import Credential
from gateway.people.values import Role
from gateway.portal.cards import digest
from gateway.portal.pages.policy import LATE_FIELDS
from kiosk.protocol.messages import Method, Shown
from tests.gateway.portal.school import (
    School,
    enable_erp,
    list_for_correction,
    log_in,
    park_delivery,
    put_aside,
)

pytestmark = pytest.mark.django_db

UNKNOWN = "04DEADBEEF0001"
PRESETS = {
    "document": ("start", 0, "start", "floor"),
    "isams": ("finish", 0, "register_time", "floor"),
}


def test_a_broken_kiosk_is_taken_out_of_service_with_a_reason() -> None:
    school = School()

    log_in().post(school.page(f"kiosks/{school.kiosk.pk}/out/"), {"because": "screen broken"})

    school.kiosk.refresh_from_db()
    assert not school.kiosk.in_service
    assert school.kiosk.out_of_service_because.startswith("screen broken")


def test_a_kiosk_of_another_site_is_not_found() -> None:
    school, other = School("hill"), School("valley")

    answer = log_in().post(school.page(f"kiosks/{other.kiosk.pk}/out/"), {"because": "x"})

    other.kiosk.refresh_from_db()
    assert answer.status_code == 404
    assert other.kiosk.in_service


def test_a_kiosk_is_put_back_in_service() -> None:
    school = School()
    browser = log_in()
    browser.post(school.page(f"kiosks/{school.kiosk.pk}/out/"), {"because": "screen broken"})

    browser.post(school.page(f"kiosks/{school.kiosk.pk}/in/"))

    school.kiosk.refresh_from_db()
    assert school.kiosk.in_service


def test_a_refused_delivery_is_shown_with_its_reason_and_tried_again() -> None:
    school = School()
    delivery = park_delivery(school, because="unknown code Q")
    browser = log_in()

    page = browser.get(school.page("deliveries/")).text
    browser.post(school.page(f"deliveries/{delivery.pk}/retry/"))

    delivery.refresh_from_db()
    assert "unknown code Q" in page
    assert "Mia Keller" in page
    assert delivery.state == Delivery.State.WAITING


def test_a_delivery_that_waits_already_cannot_be_asked_for_again() -> None:
    school = School()
    delivery = park_delivery(school, because="x")
    browser = log_in()
    browser.post(school.page(f"deliveries/{delivery.pk}/retry/"))

    page = browser.post(school.page(f"deliveries/{delivery.pk}/retry/"), follow=True).text

    assert "not set aside any more" in page


def test_all_refused_deliveries_are_tried_again_at_once() -> None:
    school = School()
    park_delivery(school, because="x")

    log_in().post(school.page("deliveries/retry/"))

    assert not Delivery.objects.filter(state=Delivery.State.SET_ASIDE).exists()


@pytest.mark.parametrize("state", ["waiting", "set_aside", "delivered", "nonsense"])
def test_deliveries_are_listed_by_state(state: str) -> None:
    school = School()
    park_delivery(school, because="x")
    shown = state if state != "nonsense" else "set_aside"

    answer = log_in().get(school.page(f"deliveries/?state={state}"))

    assert answer.context["state"] == shown
    assert len(answer.context["lines"]) == (shown == "set_aside")


def test_a_synchronisation_that_failed_is_shown_with_its_outcome() -> None:
    school = School()
    Sync.objects.create(
        site=school.site, what="students", ok=False, outcome="no answer", tried_at=school.now
    )
    browser = log_in()

    board = browser.get(school.page()).text

    assert "Students could not be fetched from the ERP: no answer" in board
    assert "no answer" in browser.get(school.page("deliveries/")).text


def test_an_entry_corrected_in_the_erp_leaves_the_board() -> None:
    school = School()
    enable_erp(school)
    listed = list_for_correction(school)

    log_in().post(school.page(f"corrections/{listed.session_id}/{listed.person_id}/"))

    listed.refresh_from_db()
    assert (listed.state, listed.because) == (
        Registration.State.KEPT,
        "corrected in the ERP by office",
    )


def test_a_message_set_aside_is_shown_as_text_and_settled() -> None:
    school = School()
    message = put_aside(school, reason="tracks.0.seq: <b>too small</b>")
    browser = log_in()

    page = browser.get(school.page(f"set-aside/{message.pk}/")).text
    browser.post(school.page(f"set-aside/{message.pk}/settle/"))

    message.refresh_from_db()
    assert "&quot;seq&quot;: 0" in page
    assert "<b>too small" not in page
    assert message.settled_by == "office"


def test_a_message_of_any_bytes_can_be_looked_at() -> None:
    school = School()
    message = put_aside(school, reason="not JSON")
    message.payload = b"\xff\x00" * 20_000
    message.save()

    page = log_in().get(school.page(f"set-aside/{message.pk}/")).text

    assert "20000 more bytes are not shown." in page


def test_an_unknown_card_is_assigned_and_its_taps_count() -> None:
    school = School()
    track = school.tap(UNKNOWN, shown=Shown.UNKNOWN)
    address = school.page(f"cards/{digest('card', UNKNOWN)}/")

    log_in().post(address, {"person": school.students[1]})

    assert Credential.objects.get(value=UNKNOWN).person_id == school.students[1]
    assert Track.objects.get(pk=track).person_id == school.students[1]


def test_a_card_that_was_blocked_meanwhile_is_not_assigned() -> None:
    school = School()
    school.tap(UNKNOWN, shown=Shown.UNKNOWN)
    people.block_credential(method=Method.CARD, value=UNKNOWN, because="lost", now=school.now)

    page = _assign(log_in(), school)

    assert "unblock it before giving it to anyone" in page
    assert Track.objects.get().person_id is None


def test_a_card_nobody_has_shown_is_not_found() -> None:
    school = School()

    assert log_in().get(school.page("cards/0123456789/")).status_code == 404


def test_people_are_found_by_every_part_of_their_name() -> None:
    school = School(students=6)
    browser = log_in()

    found = browser.get(school.page("people/?q=you mia")).context["found"]

    assert [str(person) for person in found.people] == ["Mia Young"]
    assert found.people[0].year_group == "Year 7"
    assert found.people[0].cards == 1


def test_people_are_found_by_year_group() -> None:
    school = School(students=2)

    found = log_in().get(school.page(f"people/?year={school.year.pk}")).context["found"]

    assert found.of == 2


def test_a_page_of_people_there_is_not_shows_the_last() -> None:
    school = School()

    assert log_in().get(school.page("people/?page=99")).context["found"].page == 1


def test_the_policy_is_changed_by_an_administrator() -> None:
    school = School()

    answer = log_in(Role.ADMIN).post(school.page("settings/"), policy_form(school))

    policy = RegistrationPolicy.objects.get()
    assert answer["Location"] == school.page("settings/")
    assert (policy.cron, float(policy.share_limit), policy.grace_minutes) == ("5 9 * * *", 0.25, 3)
    assert list(policy.year_groups.all()) == [school.year]


@pytest.mark.parametrize("cron", ["", "every day", "99 8 * * *", "10 8-12 * *"])
def test_a_schedule_that_cannot_be_read_is_refused(cron: str) -> None:
    school = School()

    answer = log_in(Role.ADMIN).post(school.page("settings/"), policy_form(school, cron=cron))

    assert answer.status_code == 200
    assert "cron" in answer.context["form"].errors
    assert RegistrationPolicy.objects.get().cron == "10 8-12 * * 1-5"


@pytest.mark.covers("TRK-04")
@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_fills_the_late_rule_in(preset: str) -> None:
    school = School()
    RegistrationPolicy.objects.update(late_after="register_time", grace_minutes=9, rounding="ceil")

    form = log_in(Role.ADMIN).get(school.page(f"settings/?preset={preset}")).context["form"]

    assert tuple(form[name].value() for name in LATE_FIELDS) == PRESETS[preset]


def test_the_next_times_of_the_schedule_say_on_which_days_nobody_is_marked() -> None:
    school = School()
    RegistrationPolicy.objects.update(cron="0 9 * * 6,7")

    firings = log_in(Role.ADMIN).get(school.page("settings/")).context["firings"]

    assert len(firings) == 5
    assert {firing.closed for firing in firings if firing.at.date() != school.today} == {"weekend"}


def test_a_site_gets_its_first_policy() -> None:
    school = School()
    RegistrationPolicy.objects.all().delete()

    log_in(Role.ADMIN).post(school.page("settings/"), policy_form(school))

    assert RegistrationPolicy.objects.get().site_id == school.site.pk


def policy_form(school: School, **changed: str) -> dict[str, object]:
    return {
        "erp_enabled": "on",
        "present_code": "/",
        "absence_code": "O",
        "late_after": "finish",
        "grace_minutes": "3",
        "minutes_from": "register_time",
        "rounding": "floor",
        "absence_enabled": "on",
        "cron": "5 9 * * *",
        "period_kind": "AM",
        "year_groups": [school.year.pk],
        "share_percent": "25",
        **changed,
    }


def _assign(browser: Client, school: School) -> str:
    address = school.page(f"cards/{digest('card', UNKNOWN)}/")
    return browser.post(address, {"person": school.students[1]}, follow=True).text
