from uuid import UUID

import pytest

from gateway.attendance.models import ReasonGiven
from gateway.ingest.models import SetAside
from gateway.ingest.remarks import keep_remarks
from kiosk.protocol.remarks import LateReason, LateReasonGiven, Remarks
from tests.gateway.factories import make_site
from tests.gateway.school import at, make_kiosk

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
