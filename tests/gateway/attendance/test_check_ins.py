import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from pytest_django.fixtures import Settings

from gateway.attendance import check_in_photos, check_ins
from gateway.attendance.check_in_lines import (
    check_ins_at,
    open_check_ins,
    pending_at,
    spoken_for,
)
from gateway.attendance.check_ins import Proof
from gateway.attendance.code_entry import Redeemer
from gateway.attendance.errors import (
    NoPhoto,
    NoSelfCheckIn,
    NotOnRoll,
    NotOpenAnyMore,
    NotOpenYet,
    NotPermitted,
    PhotoUnreadable,
    ReasonMissing,
    UnknownCheckIn,
    WrongProof,
)
from gateway.attendance.marking import Actor
from gateway.attendance.models import CheckIn, Mark, Session, Substitution
from gateway.attendance.reaching import taught_by
from gateway.people.models import Guardianship, Person
from gateway.people.pin_tries import try_pin
from gateway.people.pins import set_pin
from gateway.people.values import Role
from gateway.timetable.models import Teaching
from tests.gateway.classes import SEPTEMBER, enrol_in, make_learner, make_offering, make_session
from tests.gateway.factories import make_site
from tests.gateway.school import MONDAY, OFFICE, at, make_school

pytestmark = pytest.mark.django_db

TEACHER = Actor("ruth", frozenset({Role.TEACHER}))
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def photos(settings: Settings, tmp_path: Path) -> Path:
    settings.PHOTOS = tmp_path
    return tmp_path


class Online:
    """A class on the net from 16:00 to 17:00 to which Mia checks herself in."""

    def __init__(self, **overrides: object) -> None:
        told = {"self_check_in": True, **overrides}
        self.offering = make_offering(make_site(), overrides=told)
        self.mia = make_learner("Mia Keller")
        enrol_in(self.offering, self.mia)
        self.session = make_session(self.offering)

    def checks_in(
        self, clock: str = "16:05", *, by: Person | None = None, proof: Proof | None = None
    ) -> CheckIn:
        who = by or self.mia
        return check_ins.check_in(
            session_id=self.session.pk,
            person_id=self.mia.pk,
            by=Redeemer(who.given_name, who.pk),
            proof=proof or Proof(),
            now=at(clock),
        )

    def confirmed(self, made: CheckIn, clock: str = "16:50") -> CheckIn:
        return check_ins.confirm(check_in_id=made.pk, by=TEACHER, now=at(clock))


def picture(size: tuple[int, int] = (2000, 1000), kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 0.0, 0.0)}
    written = io.BytesIO()
    Image.new("RGB", size, "red").save(written, kind, exif=exif)
    return written.getvalue()


@pytest.mark.covers("SLF-01")
def test_a_check_in_waits_and_then_counts_from_when_it_was_made() -> None:
    online = Online()

    made = online.checks_in("16:05")

    assert (made.state, made.method, made.by) == ("pending", "portal", "Mia")
    assert not Mark.objects.exists()

    online.confirmed(made, "16:50")

    mark = Mark.objects.get()
    assert (mark.base, mark.late_minutes, mark.arrived_at) == ("present", None, at("16:05"))
    assert CheckIn.objects.get().decided_by == "ruth"


@pytest.mark.covers("SLF-01")
def test_a_guardian_checks_a_child_in_and_nobody_else_does() -> None:
    online = Online()
    guardian, stranger = make_learner("Eva Keller"), make_learner("Ada Stone")
    Guardianship.objects.create(guardian=guardian, child=online.mia)

    with pytest.raises(NoSelfCheckIn, match="yourself and your own children"):
        online.checks_in(by=stranger)
    assert not CheckIn.objects.exists()

    assert online.checks_in(by=guardian).by == "Eva"


@pytest.mark.covers("SLF-01")
def test_checking_in_again_is_one_check_in() -> None:
    online = Online()

    assert online.checks_in("16:05") == online.checks_in("16:20")
    assert CheckIn.objects.count() == 1


@pytest.mark.covers("SLF-01")
def test_too_early_too_late_and_where_it_is_off_nothing_happens() -> None:
    online = Online()

    with pytest.raises(NotOpenYet):
        online.checks_in("15:44:59")
    with pytest.raises(NotOpenAnyMore):
        online.checks_in("17:00:01")
    Session.objects.update(overrides={})
    with pytest.raises(NoSelfCheckIn, match="nobody checks in"):
        online.checks_in("16:00")
    assert not CheckIn.objects.exists()


def test_who_is_not_on_the_roll_checks_in_to_nothing() -> None:
    online = Online()
    online.offering.enrolments.all().delete()

    with pytest.raises(NotOnRoll):
        online.checks_in()
    assert not CheckIn.objects.exists()


@pytest.mark.covers("SLF-01")
def test_a_refused_check_in_marks_nobody_and_may_be_made_again() -> None:
    online = Online()
    made = online.checks_in("16:05")

    with pytest.raises(ReasonMissing):
        check_ins.refuse(check_in_id=made.pk, because=" ", by=TEACHER, now=at("16:10"))
    check_ins.refuse(check_in_id=made.pk, because="camera off", by=TEACHER, now=at("16:10"))

    assert not Mark.objects.exists()
    assert CheckIn.objects.get().decided_because == "camera off"
    assert online.checks_in("16:12").at == at("16:12")


def test_a_decision_can_be_changed_and_saying_it_again_changes_nothing() -> None:
    online = Online()
    made = online.checks_in("16:05")
    online.confirmed(made, "16:10")
    online.confirmed(made, "16:20")
    assert CheckIn.objects.get().decided_at == at("16:10")

    check_ins.refuse(check_in_id=made.pk, because="mistaken", by=TEACHER, now=at("16:30"))
    assert Mark.objects.get().base == "pending"

    online.confirmed(made, "16:40")
    assert (Mark.objects.get().base, Mark.objects.get().arrived_at) == ("present", at("16:05"))


def test_who_may_not_decide_is_refused_and_nothing_counts() -> None:
    made = Online().checks_in()
    student = Actor("mia", frozenset({Role.STUDENT}))

    with pytest.raises(NotPermitted):
        check_ins.confirm(check_in_id=made.pk, by=student, now=at("16:10"))
    with pytest.raises(UnknownCheckIn):
        check_ins.confirm(check_in_id=0, by=OFFICE, now=at("16:10"))
    assert CheckIn.objects.get().state == "pending"


@pytest.mark.covers("SLF-01")
def test_a_pin_that_is_asked_for_must_be_right() -> None:
    online = Online(verification=["pin"])
    set_pin(person_id=online.mia.pk, pin="481920")

    for wrong in ("", "481921", "48192", "x"):
        with pytest.raises(WrongProof, match="not your PIN"):
            online.checks_in(proof=Proof(pin=wrong))
    assert not CheckIn.objects.exists()

    assert online.checks_in(proof=Proof(pin="481920")).verified == "pin"


@pytest.mark.covers("SLF-01")
def test_after_five_wrong_pins_the_right_one_has_to_wait_too() -> None:
    online = Online(verification=["pin"])
    set_pin(person_id=online.mia.pk, pin="481920")
    for _ in range(5):
        with pytest.raises(WrongProof, match="not your PIN"):
            online.checks_in(proof=Proof(pin="481921"))

    for clock, pin in (("16:05", "481921"), ("16:06", "481920"), ("16:14", "481920")):
        with pytest.raises(WrongProof, match="wait ten minutes"):
            online.checks_in(clock, proof=Proof(pin=pin))
    assert not CheckIn.objects.exists()

    assert online.checks_in("16:15", proof=Proof(pin="481920")).verified == "pin"


def test_right_pins_are_not_counted_and_forgive_no_wrong_ones() -> None:
    mia, tom = make_learner("Mia"), make_learner("Tom")
    set_pin(person_id=mia.pk, pin="481920")
    pins = ["481920"] * 6 + ["1"] * 4 + ["481920", "1", "481920"]

    tried = [try_pin(person_id=mia.pk, pin=pin, now=at("16:00")).value for pin in pins]

    assert tried == ["right"] * 6 + ["wrong"] * 4 + ["right", "wrong", "too_many"]
    assert try_pin(person_id=tom.pk, pin="1", now=at("16:00")).value == "wrong"


@pytest.mark.covers("SLF-01")
def test_the_network_that_is_asked_for_must_be_the_branchs() -> None:
    online = Online(verification=["network"], networks=["10.1.0.0/16"])

    with pytest.raises(WrongProof, match="network of the branch"):
        online.checks_in(proof=Proof(address="192.168.1.4"))
    assert not CheckIn.objects.exists()

    assert online.checks_in(proof=Proof(address="10.1.2.3")).verified == "network"


@pytest.mark.covers("SLF-01")
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_is_kept_sealed_small_and_without_where_it_was_taken(
    kind: str, photos: Path
) -> None:
    made = Online(verification=["photo"]).checks_in(proof=Proof(picture=picture(kind=kind)))

    (kept,) = photos.rglob("*.sealed")
    assert b"JFIF" not in kept.read_bytes()
    with Image.open(io.BytesIO(check_in_photos.open_still(check_in_id=made.pk, by="x"))) as still:
        assert (still.format, still.size, dict(still.getexif())) == ("JPEG", (1024, 512), {})


@pytest.mark.parametrize("wrong", [b"", b"%PDF-1.7", b"\xff\xd8\xff", b"x" * 8_000_001])
def test_what_is_no_photo_is_refused_and_not_kept(wrong: bytes, photos: Path) -> None:
    online = Online(verification=["photo"])

    with pytest.raises(WrongProof, match="photo"):
        online.checks_in(proof=Proof(picture=wrong))

    assert not CheckIn.objects.exists()
    assert not list(photos.rglob("*.sealed"))


def test_photos_are_deleted_by_whole_days(photos: Path) -> None:
    made = Online(verification=["photo"]).checks_in(proof=Proof(picture=picture()))

    assert check_in_photos.purge_stills(before=made.at) == 0
    assert check_in_photos.purge_stills(before=made.at + timedelta(days=1)) == 1
    with pytest.raises(NoPhoto, match="not kept any more"):
        check_in_photos.open_still(check_in_id=made.pk, by="x")


def test_a_photo_that_was_changed_or_never_taken_is_not_shown(photos: Path) -> None:
    with_photo = Online(verification=["photo"]).checks_in(proof=Proof(picture=picture()))
    next(photos.rglob("*.sealed")).write_bytes(b"x" * 64)
    CheckIn.objects.create(
        session=with_photo.session, person=with_photo.person, at=with_photo.at, method="portal"
    )

    with pytest.raises(PhotoUnreadable):
        check_in_photos.open_still(check_in_id=with_photo.pk, by="x")
    with pytest.raises(NoPhoto):
        check_in_photos.open_still(check_in_id=with_photo.pk + 1, by="x")


def teach(online: Online, name: str, **dates: object) -> Person:
    teacher = make_learner(name)
    told = {"starts_on": SEPTEMBER, **dates}
    Teaching.objects.create(offering=online.offering, person=teacher, **told)
    return teacher


def test_a_teacher_sees_what_waits_at_own_sessions_alone() -> None:
    online = Online()
    ruth, gone = teach(online, "Ruth Osei"), teach(online, "Ben Gone", ends_on=SEPTEMBER)
    substitute, stranger = make_learner("Sam Step"), make_learner("Ada Stone")
    Substitution.objects.create(session=online.session, person=substitute)
    made = online.checks_in()

    seen = {
        who.given_name: [line.id for line in pending_at(taught_by(who.pk))]
        for who in (ruth, gone, substitute, stranger)
    }

    assert seen == {"Ruth": [made.pk], "Ben": [], "Sam": [made.pk], "Ada": []}


def test_what_was_decided_waits_no_more_and_stays_in_the_list_of_the_session() -> None:
    online = Online()
    online.confirmed(online.checks_in())

    assert pending_at(Session.objects.all()) == ()
    assert [line.state for line in check_ins_at(online.session.pk)] == ["confirmed"]


@pytest.mark.covers("SLF-01")
@pytest.mark.parametrize(
    ("clock", "shown"), [("15:44:59", []), ("15:45", ["Algebra"]), ("17:00:01", [])]
)
def test_sessions_are_offered_while_one_may_check_in(clock: str, shown: list[str]) -> None:
    online = Online()

    assert [line.title for line in open_check_ins([online.mia], now=at(clock))] == shown


def test_only_sessions_that_expect_the_person_are_offered() -> None:
    online = Online()
    ada = make_learner("Ada Stone")
    enrol_in(online.offering, ada, ends_on=MONDAY - timedelta(days=1))

    found = open_check_ins([online.mia, ada], now=at("16:00"))

    assert [(line.person_id, line.state) for line in found] == [(online.mia.pk, "")]


def test_registration_is_offered_where_the_site_lets_people_check_in() -> None:
    school = make_school()
    (pupil,) = school.pupils(1)
    school.session.overrides = {"self_check_in": True}
    school.session.save()

    (line,) = open_check_ins([pupil], now=at("08:05"))

    assert (line.session_id, line.person_id) == (school.session.pk, pupil.pk)


def test_a_guardian_speaks_for_themself_and_their_active_children() -> None:
    guardian, mia, tom = (make_learner(name) for name in ("Zoe Keller", "Mia Keller", "Tom Left"))
    for child in (mia, tom):
        Guardianship.objects.create(guardian=guardian, child=child)
    Person.objects.filter(pk=tom.pk).update(active=False)

    assert [each.pk for each in spoken_for(guardian.pk)] == [guardian.pk, mia.pk]


def queries_of(count: int, now: datetime) -> int:
    online = Online()
    people = [make_learner(f"P{n} Keller") for n in range(count)]
    for person in people:
        enrol_in(online.offering, person)
        CheckIn.objects.create(
            session=online.session, person=person, at=now, method="portal", state="pending"
        )
    with CaptureQueriesContext(connection) as asked:
        open_check_ins(people, now=now)
        pending_at(Session.objects.all())
        check_ins_at(online.session.pk)
    return len(asked)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_whatever_their_length(count: int) -> None:
    assert queries_of(count, at("16:05")) == 7
