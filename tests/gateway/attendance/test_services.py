from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from gateway.attendance import queries, services
from gateway.attendance.errors import NotOnRoll, PeriodRunsBackwards, UnknownSession
from gateway.attendance.events import MarkChanged
from gateway.attendance.models import Difference, Mark, MarkRevision, PersonDay, Track
from gateway.attendance.recording import Heard, Kept
from gateway.attendance.values import Base, Mark as MarkValue, SessionState
from gateway.fleet.models import BootAnchor
from gateway.outbox.models import Delivery
from gateway.people.models import Person
from gateway.people.services import block_credential, set_credential
from kiosk.protocol.messages import Method, Shown, TrackMade
from kiosk.protocol.movements import Presence
from tests.gateway.school import BOOT, MONDAY, Door, School, at, make_school, mark_by_hand

pytestmark = pytest.mark.django_db


def record(
    school: School, door: Door, *tracks: TrackMade, now: datetime | None = None
) -> Sequence[Kept]:
    heard = [Heard(door.id, school.site.pk, door.install, track) for track in tracks]
    return services.record_tracks(heard=heard, now=now or at("18:00"))


def mark_of(school: School, person: Person) -> tuple[str, int | None] | None:
    rows = Mark.objects.filter(session=school.session, person=person)
    return rows.values_list("base", "late_minutes").first()


def told() -> list[MarkChanged]:
    return [MarkChanged.from_json(row.body) for row in Delivery.objects.order_by("pk")]


@pytest.mark.covers("TRK-01", "TRK-10")
def test_a_tap_in_time_marks_the_student_present_and_is_told_to_the_erp() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)

    record(school, door, door.sees(mia, "07:50"))

    assert mark_of(school, mia) == (Base.PRESENT, None)
    assert told() == [MarkChanged(school.session.pk, mia.pk, "present", None, "")]


@pytest.mark.covers("TRK-04")
def test_a_late_tap_says_how_late() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)

    record(school, door, door.sees(mia, "08:12"))

    assert mark_of(school, mia) == (Base.PRESENT, 12)


@pytest.mark.covers("TRK-05")
def test_without_erp_integration_a_late_tap_is_present_and_nobody_is_told() -> None:
    school = make_school(erp=False)
    door, [mia] = school.kiosk(), school.pupils(1)

    record(school, door, door.sees(mia, "08:12"))

    assert mark_of(school, mia) == (Base.PRESENT, None)
    assert told() == []


@pytest.mark.covers("BEY-02")
def test_hearing_a_track_twice_changes_nothing() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    track = door.sees(mia, "07:50")
    record(school, door, track)

    again = record(school, door, track)

    assert again == ()
    assert Track.objects.count() == 1
    assert MarkRevision.objects.count() == 1
    assert [row.version for row in Delivery.objects.all()] == [1]


@pytest.mark.covers("TRK-02", "TRK-03")
def test_directions_alternate_over_all_kiosks_of_the_site() -> None:
    school = make_school()
    gate, gym, [mia] = school.kiosk("gate"), school.kiosk("gym"), school.pupils(1)
    record(school, gate, gate.sees(mia, "07:50"))
    record(school, gym, gym.sees(mia, "12:00", shown=Shown.SIGNED_OUT))
    record(school, gate, gate.sees(mia, "12:45"))

    view = queries.day_of(mia.pk, MONDAY)

    assert view is not None
    assert [line.counted_as for line in view.sites[0].tracks] == ["in", "out", "in"]
    assert view.sites[0].presence is Presence.SIGNED_IN


@pytest.mark.covers("TRK-03")
def test_presence_is_known_for_any_past_instant() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    record(school, door, door.sees(mia, "07:50"))
    record(school, door, door.sees(mia, "12:00", shown=Shown.SIGNED_OUT))

    found = [
        queries.presence_at(mia.pk, school.site.pk, at(clock))
        for clock in ("07:00", "08:00", "13:00")
    ]

    assert found == [Presence.NOT_SIGNED, Presence.SIGNED_IN, Presence.SIGNED_OUT]


@pytest.mark.covers("BEY-04")
@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_two_kiosks_that_were_cut_off_merge_to_one_result_in_every_order(
    order: tuple[int, ...],
) -> None:
    school = make_school()
    gate, gym, [mia] = school.kiosk("gate"), school.kiosk("gym"), school.pupils(1)
    said = [
        (gate, gate.sees(mia, "07:50")),
        (gym, gym.sees(mia, "09:00")),
        (gate, gate.sees(mia, "10:00", shown=Shown.SIGNED_OUT)),
        (gym, gym.sees(mia, "11:00", shown=Shown.SIGNED_OUT)),
    ]

    for place in order:
        record(school, *said[place])

    day = PersonDay.objects.get()
    assert (day.presence, day.movements, day.first_in_at) == ("signed_out", 4, at("07:50"))
    flagged = Difference.objects.order_by("track__at").values_list("shown", "truth")
    assert list(flagged) == [("signed_in", "out"), ("signed_out", "in")]
    assert mark_of(school, mia) == (Base.PRESENT, None)


def test_a_difference_that_a_later_upload_explains_is_taken_back() -> None:
    school = make_school()
    gate, gym, [mia] = school.kiosk("gate"), school.kiosk("gym"), school.pupils(1)
    first = gym.sees(mia, "07:40")
    record(school, gate, gate.sees(mia, "10:00", shown=Shown.SIGNED_OUT))
    assert Difference.objects.count() == 1

    record(school, gym, first)

    assert not Difference.objects.exists()


def test_an_unknown_card_is_kept_and_counts_once_somebody_holds_it() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    record(school, door, door.sees(None, "07:55", shown=Shown.UNKNOWN, card="04A2B1C9"))
    assert mark_of(school, mia) is None

    set_credential(person_id=mia.pk, method=Method.CARD, value="04A2B1C9")
    resolved = services.resolve_unknown(method="card", value="04A2B1C9", now=at("09:40"))

    assert resolved == 1
    assert mark_of(school, mia) == (Base.PRESENT, None)
    assert Track.objects.get().resolved_late


def test_a_card_the_kiosk_did_not_know_yet_is_resolved_as_it_comes_in() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)

    record(school, door, door.sees(None, "07:55", shown=Shown.UNKNOWN, card=f"{mia.pk:08X}"))

    assert mark_of(school, mia) == (Base.PRESENT, None)


def test_a_blocked_card_is_kept_but_is_no_movement() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    card = f"{mia.pk:08X}"
    block_credential(method=Method.CARD, value=card, because="lost", now=at("07:00"))

    record(school, door, door.sees(mia, "07:55", shown=Shown.BLOCKED))
    record(school, door, door.sees(None, "07:56", shown=Shown.UNKNOWN, card=card))

    assert Track.objects.filter(person=mia, counts=False).count() == 2
    assert mark_of(school, mia) is None


def test_the_person_a_kiosk_let_in_stays_who_came_when_the_card_moves_on() -> None:
    school = make_school()
    door, [mia, leo] = school.kiosk(), school.pupils(2)
    track = door.sees(mia, "07:55", card=f"{leo.pk:08X}")

    record(school, door, track)

    assert Track.objects.get().person == mia


@pytest.mark.covers("BEY-03")
def test_a_wrong_clock_marks_nobody_until_an_anchor_repairs_it() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    wrong = door.sees(mia, "03:00", trusted=False, uptime=timedelta(minutes=10))
    record(school, door, wrong, now=at("08:20"))
    assert mark_of(school, mia) is None
    assert PersonDay.objects.get().approximate

    BootAnchor.objects.create(
        kiosk_id=door.id, boot_id=BOOT, utc=at("08:20"), uptime_ms=15 * 60_000
    )
    repaired = services.repair_boots(kiosk_id=door.id, boots=[BOOT], now=at("08:21"))

    assert repaired == 1
    assert Track.objects.get().at == at("08:15")
    assert mark_of(school, mia) == (Base.PRESENT, 15)
    assert Track.objects.get().claimed_at == at("03:00")


@pytest.mark.covers("BEY-03")
def test_a_repair_that_moves_a_track_to_another_day_empties_the_day_it_left() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    made = door.sees(mia, "07:55", trusted=False, uptime=timedelta(hours=1))
    record(school, door, made, now=at("09:00"))
    sunday = at("07:00") - timedelta(days=1)
    BootAnchor.objects.create(kiosk_id=door.id, boot_id=BOOT, utc=sunday, uptime_ms=3_600_000)

    services.repair_boots(kiosk_id=door.id, boots=[BOOT], now=at("09:10"))

    days = dict(PersonDay.objects.values_list("day", "presence"))
    assert days == {MONDAY: "not_signed", MONDAY - timedelta(days=1): "signed_in"}


@pytest.mark.parametrize("anchor_first", [True, False])
def test_a_clock_that_is_ahead_and_trusted_marks_nobody(anchor_first: bool) -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    track = door.sees(mia, "11:00")
    anchor = BootAnchor(kiosk_id=door.id, boot_id=BOOT, utc=at("11:00"), uptime_ms=3_600_000)
    if anchor_first:
        anchor.save()

    record(school, door, track, now=at("08:00"))
    if not anchor_first:
        anchor.save()
    services.repair_boots(kiosk_id=door.id, boots=[BOOT], now=at("08:01"))

    assert Track.objects.values_list("at", "quality").get() == (at("08:00"), "approximate")
    assert mark_of(school, mia) is None


def test_a_track_from_1970_is_held_after_the_kiosks_last_sure_instant() -> None:
    school = make_school()
    door, [mia, leo] = school.kiosk(), school.pupils(2)
    record(school, door, door.sees(mia, "07:50"), now=at("07:51"))
    lost = door.sees(leo, "07:50", trusted=False, boot=UUID(int=9))
    lost = lost.model_copy(update={"made_at": datetime(1970, 1, 1, tzinfo=UTC)})

    record(school, door, lost, now=at("09:00"))

    assert Track.objects.get(person=leo).at == at("07:50")


def test_a_hand_made_mark_is_not_replaced_by_a_tap_but_the_tap_is_kept_beside_it() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    mark_by_hand(
        session_id=school.session.pk,
        person_id=mia.pk,
        mark=MarkValue(Base.ABSENT),
        by="office",
        now=at("08:20"),
    )

    record(school, door, door.sees(mia, "08:25"))

    assert mark_of(school, mia) == (Base.ABSENT, None)
    said = MarkRevision.objects.order_by("pk").values_list("author", "base", "late_minutes")
    assert list(said) == [("person", "absent", None), ("rule", "present", 25)]


def test_the_same_opinion_is_kept_beside_a_hand_made_mark_only_once() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    mark_by_hand(
        session_id=school.session.pk,
        person_id=mia.pk,
        mark=MarkValue(Base.EXCUSED),
        by="office",
        now=at("07:00"),
    )

    record(school, door, door.sees(mia, "07:50"))
    record(school, door, door.sees(mia, "12:00", shown=Shown.SIGNED_OUT))

    assert MarkRevision.objects.filter(author="rule").count() == 1


def test_a_mark_for_somebody_who_is_not_on_the_roll_changes_nothing() -> None:
    school = make_school()

    with pytest.raises(NotOnRoll, match="not on the roll"):
        mark_by_hand(
            session_id=school.session.pk,
            person_id=999_999,
            mark=MarkValue(Base.PRESENT),
            by="office",
            now=at("08:20"),
        )

    assert not MarkRevision.objects.exists()


def test_a_mark_on_a_session_that_is_not_there_says_so() -> None:
    with pytest.raises(UnknownSession):
        mark_by_hand(
            session_id=1, person_id=1, mark=MarkValue(Base.PRESENT), by="x", now=at("08:20")
        )


def test_when_the_erp_moves_a_period_the_day_is_judged_again() -> None:
    school = make_school()
    door, [mia] = school.kiosk(), school.pupils(1)
    record(school, door, door.sees(mia, "08:12"))

    services.lay_session(
        division_id=school.group.division_id,
        day=MONDAY,
        kind="AM",
        starts_at=at("08:15"),
        registers_at=at("08:20"),
        finishes_at=at("08:40"),
        external_id="22947",
        now=at("08:13"),
    )

    assert mark_of(school, mia) == (Base.PRESENT, None)
    assert told()[-1].late_minutes is None


def test_a_period_that_runs_backwards_is_refused() -> None:
    school = make_school()

    with pytest.raises(PeriodRunsBackwards):
        services.lay_session(
            division_id=school.group.division_id,
            day=MONDAY,
            kind="PM",
            starts_at=at("13:00"),
            registers_at=at("12:00"),
            finishes_at=at("13:30"),
            now=at("08:00"),
        )


def test_an_afternoon_registration_finds_whoever_is_on_site_when_it_begins() -> None:
    school = make_school()
    door, [mia, leo] = school.kiosk(), school.pupils(2)
    afternoon = services.lay_session(
        division_id=school.group.division_id,
        day=MONDAY,
        kind="PM",
        starts_at=at("13:00"),
        registers_at=at("13:05"),
        finishes_at=at("13:15"),
        external_id="22948",
        now=at("06:00"),
    )
    record(school, door, door.sees(mia, "07:50"), door.sees(leo, "07:51"), now=at("08:00"))
    record(school, door, door.sees(leo, "12:00", shown=Shown.SIGNED_OUT), now=at("12:00"))

    services.judge_sessions(site_id=school.site.pk, now=at("13:00"))

    afternoon.refresh_from_db()
    assert afternoon.state == SessionState.ACTIVE
    assert list(afternoon.marks.values_list("person_id", "base")) == [(mia.pk, "present")]
