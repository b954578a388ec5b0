from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest

from gateway.attendance.models import ReasonGiven
from gateway.ingest.models import SetAside
from gateway.ingest.remarks import HANDLERS, keep_remarks
from kiosk.protocol.remarks import (
    FaceSeen,
    FaceVerdict,
    LateReason,
    LateReasonGiven,
    MarkedSafe,
    Remarks,
)
from tests.gateway.factories import make_site
from tests.gateway.school import at, make_kiosk, make_school

pytestmark = pytest.mark.django_db

REMARK = LateReasonGiven(id=UUID(int=1), track=UUID(int=2), reason=LateReason.TRAFFIC)


def test_a_kiosk_nobody_knows_is_to_say_it_again() -> None:
    kept = keep_remarks(said=Remarks(kiosk="nowhere", remarks=(REMARK,)), now=at("08:00"))

    assert kept == ()
    assert "no kiosk is called nowhere" in SetAside.objects.get().reason


def test_a_reason_for_lateness_is_kept_once() -> None:
    make_kiosk(make_site(), "gate")
    said = Remarks(kiosk="gate", remarks=(REMARK,))

    kept = [keep_remarks(said=said, now=at("08:00")) for _ in range(2)]

    assert kept == [(REMARK.id,)] * 2
    assert [str(each) for each in ReasonGiven.objects.all()] == [f"{REMARK.track} traffic"]
    assert not SetAside.objects.exists()


@pytest.mark.fault
def test_a_remark_that_no_store_can_keep_is_set_aside() -> None:
    school = make_school()
    door, [mia] = school.kiosk("gate"), school.pupils(1)
    before_all = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    odd = MarkedSafe(id=UUID(int=3), alarm=UUID(int=4), person=mia.pk, is_safe=True, at=before_all)

    kept = keep_remarks(said=Remarks(kiosk=door.id, remarks=(odd, REMARK)), now=at("08:00"))

    assert kept == (odd.id, REMARK.id)
    assert "outside of all calendars" in SetAside.objects.get().reason
    assert ReasonGiven.objects.count() == 1


@pytest.mark.fault
def test_a_remark_on_which_a_room_fails_holds_up_no_other() -> None:
    make_kiosk(make_site(), "gate")
    seen = FaceSeen(id=UUID(int=5), track=UUID(int=2), verdict=FaceVerdict.HOLDER)

    def fails(*_: object) -> None:
        raise KeyError("nobody foresaw this")

    kept = keep_remarks(
        said=Remarks(kiosk="gate", remarks=(seen, REMARK)),
        now=at("08:00"),
        handlers={**HANDLERS, FaceSeen: fails},
    )

    assert kept == (seen.id, REMARK.id)
    assert "cannot follow it (KeyError at" in SetAside.objects.get().reason
    assert ReasonGiven.objects.count() == 1
