"""What is counted, exported and told of profiles over the API."""

from datetime import datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest

from gateway.api.clock import now
from gateway.attendance.models import Session, SessionOffering
from gateway.attendance.values import Base, Mark
from tests.gateway.api.centre import make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.school import at, mark_by_hand

pytestmark = pytest.mark.django_db
AUTUMN = {"first": "2026-09-01", "last": "2026-12-18"}


def be_over(since: datetime) -> None:
    """All sessions took place then: nobody asks for rolls of long ago."""
    SessionOffering.objects.update(day=since.date())
    Session.objects.update(day=since.date(), starts_at=since, registers_at=since, finishes_at=since)


def test_a_guardian_hears_what_the_marks_of_a_child_come_to() -> None:
    centre = make_centre()
    mark_by_hand(
        session_id=centre.session.pk, person_id=centre.mia.pk,
        mark=Mark(Base.PRESENT, late_minutes=20), by="ada", now=at("16:20"),
    )  # fmt: skip
    guardian, path = centre.callers()["guardian"], f"/people/{centre.mia.pk}"

    sums = guardian.get(f"{path}/tally", **AUTUMN).body
    tally = sums["tally"]
    lates = guardian.get(f"{path}/lates", **AUTUMN).body
    lateness = guardian.get(f"{path}/lateness", **AUTUMN, per="offering").body

    assert (tally["present"], tally["lates"]) == (1, 1)
    assert (sums["over_held"], sums["over_scheduled"], sums["reachable"]) == (100, 50, 100)
    assert [(late["minutes"], late["marked_by"]) for late in lates] == [(20, "ada")]
    assert [(each["what"], each["count"]) for each in lateness] == [("Algebra", 1)]


@pytest.mark.covers("SES-06")
def test_a_roll_is_a_file_for_its_teacher() -> None:
    centre = make_centre()
    teacher, path = centre.callers()["teacher"], f"/sessions/{centre.session.pk}/export"

    table, book = teacher.file(path), teacher.file(path, format="xlsx")

    assert "Mia Keller" in table.decode()
    assert "xl/workbook.xml" in ZipFile(BytesIO(book)).namelist()


def test_rolls_that_are_due_are_the_teacher_s_own() -> None:
    centre = make_centre()
    be_over(now() - timedelta(days=1))
    callers = centre.callers()

    def due(who: str) -> set[int]:
        return {each["session_id"] for each in callers[who].get("/rolls-due").body}

    algebra = {centre.session.pk, centre.earlier_session.pk}
    assert due("teacher") == algebra
    assert due("another teacher") == {centre.other_session.pk}
    assert due("office") == {*algebra, centre.other_session.pk}


def test_a_profile_tells_its_words_and_numbers(api: Api) -> None:
    profiles = {each["name"]: each for each in api.get("/profiles").body}

    assert {"coaching", "training", "tuition", "activity", "school"} <= profiles.keys()
    assert profiles["coaching"] == api.get("/profiles/coaching").body
    assert (
        profiles["coaching"]["policy"]["grace"],
        profiles["coaching"]["permissions"]["unlock"],
    ) == (15, ["admin"])
    assert api.get("/profiles/none").status == 404
