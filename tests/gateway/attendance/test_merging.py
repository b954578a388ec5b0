from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from gateway.attendance import bookings, lifecycle, marking, services
from gateway.attendance.audit import findings
from gateway.attendance.errors import WrongMerge
from gateway.attendance.expecting import expected_at
from gateway.attendance.flags import flags_of, set_flag
from gateway.attendance.marking import Wanted
from gateway.attendance.merging import merge
from gateway.attendance.models import (
    Attendee,
    Difference,
    Excuse,
    Mark,
    MarkRevision,
    Session,
    Track,
)
from gateway.attendance.notices import notices_of
from gateway.attendance.recording import Heard
from gateway.attendance.settling import Heir, Settled, heir
from gateway.attendance.values import (
    AttendeeSource,
    AttendeeState,
    Author,
    Base,
    ExcuseReason,
    ExcuseState,
    FlagKind,
    Mark as MarkValue,
)
from gateway.attendance.walk_ins import add_walk_in, write_down_walk_in
from gateway.outbox.models import Delivery
from gateway.people.errors import UnknownPerson
from gateway.people.models import Badge, Credential, Person
from gateway.people.queries import roster_since
from gateway.people.services import set_credential
from gateway.timetable.values import OfferingKind
from kiosk.protocol.messages import Method, Shown
from tests.gateway.classes import enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import OFFICE, at, card_of, make_kiosk

pytestmark = pytest.mark.django_db

EVENING = at("20:00")


def training() -> Session:
    """A training from 16:00 to 17:00."""
    return make_session(
        make_offering(make_site(), "First aid", kind=OfferingKind.TRAINING, profile="training")
    )


def written_down(session: Session, name: str = "Jo somebody") -> int:
    return write_down_walk_in(session_id=session.pk, name=name, by=OFFICE, now=at("16:05"))


def marked(session: Session, person: int, base: Base, note: str | None = None) -> None:
    wanted = [Wanted(person, MarkValue(base), note)]
    marking.mark(session_id=session.pk, wanted=wanted, by=OFFICE, now=at("17:10"))


def merged(temporary: int, person: Person, now: datetime = EVENING) -> None:
    merge(temporary_id=temporary, into_id=person.pk, by="admin", now=now)


def standing(session: Session, person: int) -> tuple[str, str] | None:
    rows = Mark.objects.filter(session=session, person=person)
    return rows.values_list("base", "author").first()


def said(person: int) -> list[tuple[str, str, str]]:
    rows = MarkRevision.objects.filter(person=person).order_by("pk")
    return list(rows.values_list("source", "author", "base"))


@pytest.mark.covers("TRN-09", "TRN-14")
def test_what_was_said_of_a_temporary_person_is_said_of_who_it_was() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)
    marked(session, temporary, Base.PRESENT, note="left a scarf")
    before = said(temporary)

    merged(temporary, mia)

    mark = Mark.objects.get(person=mia)
    assert (mark.base, mark.author, mark.note) == ("present", "person", "left a scarf")
    assert mark.why == "as Jo somebody: marked by office"
    assert said(mia.pk) == [("merge", "person", "present")]
    assert said(temporary)[: len(before)] == before
    assert standing(session, temporary) == ("pending", "rule")
    assert [(e.person_id, e.source) for e in expected_at(session)] == [
        (mia.pk, AttendeeSource.WALK_IN)
    ]
    assert list(findings()) == []


def test_a_merged_person_is_not_there_any_more() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)

    merged(temporary, mia)

    row = Person.objects.get(pk=temporary)
    assert (row.active, row.merged_into_id) == (False, mia.pk)
    mia.refresh_from_db()
    assert (mia.active, mia.provisional) == (True, False)


def test_merging_again_changes_nothing() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)
    marked(session, temporary, Base.PRESENT)
    merged(temporary, mia)
    before = MarkRevision.objects.count()

    merged(temporary, mia)

    assert MarkRevision.objects.count() == before
    assert Attendee.objects.count() == 1


def test_whoever_heard_of_the_temporary_persons_mark_hears_that_it_was_another(
    settings: Settings,
) -> None:
    settings.LISTENING = frozenset({"training"})
    session, mia = training(), make_learner()
    temporary = written_down(session)
    marked(session, temporary, Base.PRESENT)

    merged(temporary, mia)

    bodies = Delivery.objects.filter(destination="training").order_by("pk")
    heard = [(row.subject, '"pending"' in row.body) for row in bodies]
    assert [is_pending for _, is_pending in heard] == [True, False]


@pytest.mark.covers("TRN-09")
@pytest.mark.parametrize("own", [Base.PRESENT, Base.ABSENT])
def test_where_both_were_marked_by_people_the_persons_own_mark_stands(own: Base) -> None:
    session, mia = training(), make_learner()
    add_walk_in(session_id=session.pk, person_id=mia.pk, by=OFFICE, now=at("16:00"))
    temporary = written_down(session)
    marked(session, mia.pk, own, note="her own")
    marked(session, temporary, Base.PRESENT, note="the other's")

    merged(temporary, mia)

    assert standing(session, mia.pk) == (own, "person")
    assert Mark.objects.get(person=mia).note == "her own"
    assert [base for _, _, base in said(mia.pk)] == [own, "present", own]
    assert [each.person_id for each in expected_at(session)] == [mia.pk]
    assert list(findings()) == []


def test_a_persons_word_about_either_outranks_a_rules_about_the_other() -> None:
    session, mia, ben = training(), make_learner(), make_learner("Ben Young")
    for each in (mia, ben):
        add_walk_in(session_id=session.pk, person_id=each.pk, by=OFFICE, now=at("16:00"))
    jo, sam = written_down(session), written_down(session, "Sam")
    marked(session, jo, Base.PRESENT)
    marked(session, ben.pk, Base.PRESENT)
    lifecycle.complete(session_id=session.pk, by=OFFICE, now=at("17:30"))

    merged(jo, mia)
    merged(sam, ben)

    assert standing(session, mia.pk) == ("present", "person")
    assert standing(session, ben.pk) == ("present", "person")
    assert list(findings()) == []


def test_cards_and_taps_go_with_the_temporary_person() -> None:
    session, mia = training(), make_learner()
    jo = Person.objects.get(pk=written_down(session))
    set_credential(person_id=jo.pk, method=Method.CARD, value=card_of(jo))
    door = make_kiosk(session.site)
    track = Heard(door.id, session.site_id, door.install, door.sees(jo, "15:58"))
    services.record_tracks(heard=[track], now=at("15:58"))

    merged(jo.pk, mia)

    assert [each.person_id for each in Track.objects.all()] == [mia.pk]
    assert [each.person_id for each in Credential.objects.all()] == [mia.pk]
    assert standing(session, mia.pk) == ("present", "rule")
    change = roster_since(0)
    assert [(each.id, len(each.credentials)) for each in change.people] == [(mia.pk, 1)]
    assert list(findings()) == []


def test_a_tap_of_the_temporary_person_that_arrives_late_is_of_who_it_was() -> None:
    session, mia = training(), make_learner()
    jo = Person.objects.get(pk=written_down(session))
    door = make_kiosk(session.site)
    tap = door.sees(jo, "15:58")
    merged(jo.pk, mia)

    track = Heard(door.id, session.site_id, door.install, tap)
    services.record_tracks(heard=[track], now=at("20:30"))

    assert Track.objects.get().person_id == mia.pk
    assert standing(session, mia.pk) == ("present", "rule")


def test_what_a_kiosk_showed_wrongly_is_pointed_out_for_who_it_was() -> None:
    session, mia = training(), make_learner()
    jo = Person.objects.get(pk=written_down(session))
    door = make_kiosk(session.site)
    tap = door.sees(jo, "15:58", shown=Shown.SIGNED_OUT)
    track = Heard(door.id, session.site_id, door.install, tap)
    services.record_tracks(heard=[track], now=at("15:58"))

    merged(jo.pk, mia)

    assert [(each.person_id, each.truth) for each in Difference.objects.all()] == [(mia.pk, "in")]


def test_what_the_person_tapped_is_judged_for_the_place_that_came_to_them() -> None:
    session, mia = training(), make_learner()
    set_credential(person_id=mia.pk, method=Method.CARD, value=card_of(mia))
    door = make_kiosk(session.site)
    track = Heard(door.id, session.site_id, door.install, door.sees(mia, "15:58"))
    services.record_tracks(heard=[track], now=at("15:58"))

    merged(written_down(session), mia)

    assert standing(session, mia.pk) == ("present", "rule")


def test_a_badge_stays_with_who_it_was_signed_for() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)
    badge = Badge.objects.create(
        serial=7,
        person_id=temporary,
        kind="printed",
        issued_at=EVENING,
        issued_by="office",
        expires_at=at("23:00"),
    )
    set_credential(person_id=temporary, method=Method.QR, value="badge:7")

    merged(temporary, mia)

    badge.refresh_from_db()
    assert (badge.person_id, Credential.objects.get().person_id) == (temporary, temporary)


def test_excuses_and_flags_go_with_the_temporary_person() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)
    set_flag(person_id=temporary, kind=FlagKind.NOTE, text="limps", by="office", now=EVENING)
    Excuse.objects.create(
        person_id=temporary,
        starts_at=at("00:00"),
        ends_at=at("23:00"),
        reason=ExcuseReason.MEDICAL.value,
        state=ExcuseState.APPROVED.value,
        asked_at=EVENING,
        asked_by="office",
    )
    marked(session, temporary, Base.ABSENT)

    merged(temporary, mia)

    assert [each.text for each in flags_of(mia.pk)] == ["limps"]
    assert standing(session, mia.pk) == ("medical_leave", "person")


def test_a_note_beside_no_mark_goes_over_too() -> None:
    session, mia = training(), make_learner()
    temporary = written_down(session)
    marking.note(
        session_id=session.pk, person_id=temporary, text="a scarf", by=OFFICE, now=at("16:10")
    )

    merged(temporary, mia)

    assert Mark.objects.get(person=mia).note == "a scarf"
    assert standing(session, mia.pk) == ("pending", "rule")


def test_a_persons_removed_booking_holds_again_where_the_temporary_one_was_there() -> None:
    session, mia = training(), make_learner()
    bookings.book(session_id=session.pk, person_id=mia.pk, by=OFFICE, now=at("08:00"))
    bookings.remove(session_id=session.pk, person_id=mia.pk, by=OFFICE, now=at("09:00"))
    temporary = written_down(session)

    merged(temporary, mia)

    rows = Attendee.objects.order_by("pk").values_list("person_id", "state", "source")
    assert list(rows) == [
        (mia.pk, AttendeeState.BOOKED, "walk_in"),
        (temporary, AttendeeState.REMOVED, "walk_in"),
    ]
    assert notices_of(mia.pk) == ()


def test_who_turns_out_to_be_enrolled_is_on_the_roll_once() -> None:
    session, mia = training(), make_learner()
    enrol_in(session.meets.get().offering, mia)
    temporary = written_down(session)
    marked(session, temporary, Base.PRESENT)

    merged(temporary, mia)

    assert [(e.person_id, e.group) for e in expected_at(session)] == [(mia.pk, "First aid")]
    assert standing(session, mia.pk) == ("present", "person")


def test_two_who_cannot_be_one_are_refused_and_nothing_changes() -> None:
    session, mia, ben = training(), make_learner(), make_learner("Ben Young")
    jo, sam = written_down(session), written_down(session, "Sam")
    marked(session, jo, Base.PRESENT)

    with pytest.raises(WrongMerge, match="into themselves"):
        merge(temporary_id=jo, into_id=jo, by="admin", now=EVENING)
    with pytest.raises(WrongMerge, match="no temporary person"):
        merged(ben.pk, mia)
    with pytest.raises(WrongMerge, match="temporary person too"):
        merge(temporary_id=jo, into_id=sam, by="admin", now=EVENING)
    with pytest.raises(UnknownPerson):
        merge(temporary_id=jo, into_id=9999, by="admin", now=EVENING)

    assert not Person.objects.exclude(merged_into=None).exists()
    assert said(mia.pk) == []


def test_nobody_is_merged_into_two() -> None:
    session, mia, ben = training(), make_learner(), make_learner("Ben Young")
    temporary = written_down(session)
    marked(session, temporary, Base.PRESENT)
    merged(temporary, mia)

    with pytest.raises(WrongMerge, match=f"into person {mia.pk} already"):
        merged(temporary, ben)

    assert said(ben.pk) == []


PRESENT, ABSENT, PENDING = (MarkValue(base) for base in (Base.PRESENT, Base.ABSENT, Base.PENDING))


@pytest.mark.parametrize(
    ("theirs", "own", "stands"),
    [
        ((PENDING, Author.RULE), (ABSENT, Author.RULE), Heir.NOTHING),
        ((PRESENT, Author.RULE), (PENDING, Author.RULE), Heir.THEIRS),
        ((ABSENT, Author.PERSON), (PRESENT, Author.RULE), Heir.THEIRS),
        ((PRESENT, Author.RULE), (ABSENT, Author.PERSON), Heir.OWN),
        ((PRESENT, Author.RULE), (ABSENT, Author.RULE), Heir.THEIRS),
        ((ABSENT, Author.RULE), (PRESENT, Author.RULE), Heir.OWN_AGAIN),
        ((PRESENT, Author.PERSON), (ABSENT, Author.PERSON), Heir.OWN_AGAIN),
    ],
)
def test_the_higher_rank_stands_and_of_equals_the_own_mark_unless_a_rule_saw_somebody(
    theirs: tuple[MarkValue, Author], own: tuple[MarkValue, Author], stands: Heir
) -> None:
    assert heir(Settled(*theirs), Settled(*own)) is stands
