from uuid import UUID

import pytest

from gateway.ingest.models import SetAside
from gateway.ingest.remarks import keep_remarks
from kiosk.protocol.remarks import LateReason, LateReasonGiven, Remarks
from tests.gateway.school import at

pytestmark = pytest.mark.django_db

REMARK = LateReasonGiven(id=UUID(int=1), track=UUID(int=2), reason=LateReason.TRAFFIC)


def test_a_kiosk_nobody_knows_is_to_say_it_again() -> None:
    kept = keep_remarks(said=Remarks(kiosk="nowhere", remarks=(REMARK,)), now=at("08:00"))

    assert kept == ()
    assert "no kiosk is called nowhere" in SetAside.objects.get().reason
