from datetime import timedelta

import pytest

from gateway.api.clock import now
from gateway.attendance.models import AbsenceHold
from gateway.attendance.services import lay_session
from gateway.timetable.services import add_open_day
from kiosk.protocol.days import school_day
from tests.gateway.api.conftest import Api
from tests.gateway.school import School, make_school

pytestmark = pytest.mark.django_db

DEFAULTS = {
    "erp_enabled": False,
    "erp_can_correct": True,
    "late_after": "start",
    "grace_minutes": 0,
    "minutes_from": "start",
    "rounding": "floor",
    "absence_enabled": False,
    "cron": "10 8-12 * * 1-5",
    "period_kind": "AM",
    "present_code": "/",
    "absence_code": "O",
    "share_limit": 0.4,
    "year_groups": [],
}


def test_a_site_without_a_policy_has_the_defaults(api: Api) -> None:
    make_school().policy.delete()

    assert api.get("/policy").body == DEFAULTS


def test_a_site_without_a_policy_can_be_looked_over(api: Api) -> None:
    school = make_school()
    school.policy.delete()

    plan = api.get(f"/sessions/{school.session.pk}/absence")

    assert (plan.status, plan.body["to_mark"]) == (200, [])


def test_what_is_left_out_of_a_policy_stays(api: Api) -> None:
    school = make_school(erp=True)

    changed = api.patch("/policy", {"absence_code": "N", "share_limit": 0.25}, site="main")

    assert changed.status == 200
    expected = {"absence_code": "N", "share_limit": 0.25, "year_groups": [school.group.pk]}
    assert changed.body == {
        **DEFAULTS, "erp_enabled": True, "absence_enabled": True, **expected
    }  # fmt: skip
    assert api.get("/policy").body == changed.body


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"cron": "every morning"}, "cannot be read"),
        ({"share_limit": 1.5}, "less than or equal to 1"),
        ({"minutes_from": "finish"}, "start or the register time"),
        ({"year_groups": [4711]}, "does not belong to this site"),
        ({"absence_code": ""}, "at least 1 character"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(api: Api, change: dict[str, object], says: str) -> None:
    make_school()
    before = api.get("/policy").body

    answer = api.patch("/policy", change)

    assert answer.status == 422
    assert says in answer.body["message"]
    assert api.get("/policy").body == before


@pytest.mark.covers("BEY-09")
def test_a_preview_shows_whom_absence_would_mark_and_why(api: Api) -> None:
    school = make_school()
    pupils = school.pupils(2)

    plan = api.get(f"/sessions/{school.session.pk}/absence").body

    assert {line["person_id"] for line in plan["to_mark"]} == {pupil.pk for pupil in pupils}
    assert plan["to_mark"][0]["why"]


def due_today(api: Api) -> School:
    """Registration of today is just over, today is a school day, and the gate was heard."""
    school = make_school(erp=False)
    moment = now()
    today = school_day(moment, zone=school.site.tz)
    add_open_day(site_id=school.site.pk, reason="test", on=today)
    lay_session(
        division_id=school.group.division_id,
        day=today,
        kind="AM",
        starts_at=moment - timedelta(minutes=3),
        registers_at=moment - timedelta(minutes=2),
        finishes_at=moment - timedelta(minutes=1),
        now=moment,
    )
    return school


def test_a_run_waits_with_a_hold_until_somebody_lets_it_go(api: Api) -> None:
    school = due_today(api)
    school.pupils(2)
    api.patch("/policy", {"share_limit": 0.4})

    (held,) = api.post("/absence/run").body
    (hold,) = api.items("/holds")
    assert (held["state"], held["marked"], hold["kind"]) == ("holding", 0, "too_many")

    assert api.post(f"/holds/{hold['id']}/release", {"because": "school trip"}).status == 204
    assert AbsenceHold.objects.get().released_by == "office"
    (done,) = api.post("/absence/run").body
    assert (done["state"], done["marked"]) == ("done", 2)
    assert api.items("/holds") == []


def test_a_run_waits_for_a_kiosk_that_was_not_heard(api: Api) -> None:
    school = due_today(api)
    school.pupils(2)
    school.kiosk("gate")
    api.patch("/policy", {"share_limit": 1})

    api.post("/absence/run")
    assert [hold["subject"] for hold in api.items("/holds")] == ["gate"]
    api.post("/kiosks/gate/take-out-of-service", {"because": "broken"})

    (done,) = api.post("/absence/run").body
    assert (done["state"], done["marked"]) == ("done", 2)


def test_a_hold_is_released_once_and_for_a_reason(api: Api) -> None:
    assert api.post("/holds/7/release", {"because": ""}).status == 422
    assert api.post("/holds/7/release", {"because": "trip"}).status == 404
