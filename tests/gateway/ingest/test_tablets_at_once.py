"""Many people, and one person often, at several tablets in the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from gateway.attendance.models import Track
from gateway.fleet import tablets as fleet
from gateway.fleet.models import Install, Tablet
from gateway.ingest.tablets import Outcome, scanned, tap
from gateway.people.services import set_credential
from kiosk.protocol.messages import Method
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def tap_once(told: tuple[str, str]) -> Outcome:
    """One web process's answer to one tap."""
    kiosk_id, code = told
    try:
        tablet = Tablet.objects.select_related("kiosk__site").get(pk=kiosk_id)
        return tap(tablet, scanned(code, now=NOW), now=NOW).outcome
    finally:
        connection.close()


@pytest.mark.covers("BEY-14", "BEY-01")
def test_each_counts_once_and_no_number_is_left_out() -> None:
    school = make_school()
    codes = {f"code-{pupil.pk}": pupil for pupil in school.pupils(4)}
    for code, pupil in codes.items():
        set_credential(person_id=pupil.pk, method=Method.QR, value=code)
    doors = [fleet.add_tablet(site_id=school.site.pk, name=name) for name in ("Hall", "Yard")]

    with ThreadPoolExecutor(8) as people:
        outcomes = list(
            people.map(tap_once, [(door, code) for code in (*codes, *codes) for door in doors])
        )

    assert outcomes.count(Outcome.SIGNED_IN) == len(codes)
    assert outcomes.count(Outcome.ALREADY_IN) == 3 * len(codes)
    for row in Install.objects.all():
        seqs = Track.objects.filter(kiosk=row.kiosk_id).values_list("seq", flat=True)
        assert sorted(seqs) == list(range(1, row.upto + 1))
