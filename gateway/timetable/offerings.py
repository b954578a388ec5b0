"""Changes of what people can enrol in: courses, rooms, offerings, weekly times, teachers.

How an offering is judged is attendance's: see `gateway.attendance.snapshots`.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q

from gateway.people.models import Person
from gateway.timetable.errors import (
    NotATeacher,
    Taken,
    UnknownOffering,
    UnknownPlace,
    WrongDates,
    WrongOffering,
)
from gateway.timetable.models import (
    Course,
    GradeLevel,
    Offering,
    Room,
    Site,
    Slot,
    Subject,
    Teaching,
)
from gateway.timetable.values import OfferingKind, TeachingRole
from kiosk.protocol.messages import PersonKind


@dataclass(frozen=True, slots=True)
class OfferingDetails:
    """An offering as told; without `ends_on` it rolls on, without `capacity` it is never full."""

    kind: OfferingKind
    name: str
    starts_on: date
    ends_on: date | None = None
    course_id: int | None = None
    room_id: int | None = None
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class SlotDetails:
    """A weekly time on the site's clock, Monday is 1; one that ends by its start ends next day."""

    weekday: int
    starts: time
    ends: time
    room_id: int | None = None


@transaction.atomic
def upsert_subject(*, name: str) -> Subject:
    """The subject of this name. Raises WrongOffering for an empty one."""
    return Subject.objects.get_or_create(name=_named(name, 80))[0]


@transaction.atomic
def upsert_grade_level(*, name: str, position: int = 0) -> GradeLevel:
    """The grade level of this name, at this place among the others. Raises WrongOffering."""
    told = {"position": position}
    return GradeLevel.objects.update_or_create(name=_named(name, 80), defaults=told)[0]


@transaction.atomic
def upsert_course(
    *, name: str, tag: str = "", subject_id: int | None = None, grade_level_id: int | None = None
) -> Course:
    """The course of this name, as told. Raises WrongOffering, UnknownOffering."""
    if subject_id and not Subject.objects.filter(pk=subject_id).exists():
        raise UnknownOffering(f"there is no subject {subject_id}")
    if grade_level_id and not GradeLevel.objects.filter(pk=grade_level_id).exists():
        raise UnknownOffering(f"there is no grade level {grade_level_id}")
    told = {"tag": tag.strip(), "subject_id": subject_id, "grade_level_id": grade_level_id}
    return Course.objects.update_or_create(name=_named(name, 120), defaults=told)[0]


@transaction.atomic
def upsert_room(*, site_id: int, name: str, seats: int | None = None) -> Room:
    """The room of this name at the site, as told. Raises WrongOffering, UnknownPlace."""
    _refuse_unknown_site(site_id)
    told = {"seats": seats}
    return Room.objects.update_or_create(site_id=site_id, name=_named(name, 80), defaults=told)[0]


@transaction.atomic
def add_offering(*, site_id: int, details: OfferingDetails) -> Offering:
    """Something to enrol in, without weekly times yet.

    Raises UnknownPlace, UnknownOffering, WrongOffering, WrongDates, Taken.
    """
    _refuse_unknown_site(site_id)
    return Offering.objects.create(site_id=site_id, **_told(site_id, details, but=None))


@transaction.atomic
def change_offering(*, offering_id: int, details: OfferingDetails) -> Offering:
    """The offering as told. Who is enrolled stays so, also beyond a smaller capacity.

    Raises as `add_offering` does.
    """
    offering = offering_of(offering_id)
    for name, value in _told(offering.site_id, details, but=offering.pk).items():
        setattr(offering, name, value)
    offering.save()
    return offering


@transaction.atomic
def archive_offering(*, offering_id: int, now: datetime) -> None:
    """It meets no more and stands in no list; its past stays. Twice is once.

    Raises UnknownOffering.
    """
    offering = offering_of(offering_id)
    Offering.objects.filter(pk=offering.pk, archived_at=None).update(archived_at=now)


@transaction.atomic
def add_slot(*, offering_id: int, details: SlotDetails) -> Slot:
    """A weekly time more. Raises UnknownOffering, UnknownPlace, WrongOffering, Taken."""
    offering = offering_of(offering_id)
    _check_slot(offering, details, but=None)
    return Slot.objects.create(offering=offering, **asdict(details))


@transaction.atomic
def change_slot(*, slot_id: int, details: SlotDetails) -> Slot:
    """Another weekly time instead. Raises as `add_slot` does."""
    slot = Slot.objects.select_related("offering").filter(pk=slot_id).first()
    if slot is None:
        raise UnknownOffering(f"there is no weekly time {slot_id}")
    _check_slot(slot.offering, details, but=slot.pk)
    Slot.objects.filter(pk=slot.pk).update(**asdict(details))
    slot.refresh_from_db()
    return slot


@transaction.atomic
def remove_slot(*, slot_id: int) -> None:
    """A weekly time less; sessions that were held at it stay. Raises UnknownOffering."""
    deleted, _ = Slot.objects.filter(pk=slot_id).delete()
    if not deleted:
        raise UnknownOffering(f"there is no weekly time {slot_id}")


@transaction.atomic
def add_teaching(
    *,
    offering_id: int,
    person_id: int,
    role: TeachingRole = TeachingRole.LEAD,
    starts_on: date,
    ends_on: date | None = None,
) -> Teaching:
    """Somebody teaches the offering. Raises UnknownOffering, NotATeacher, WrongDates, Taken."""
    offering = offering_of(offering_id)
    refuse_no_teacher(person_id)
    if ends_on is not None and ends_on < starts_on:
        raise WrongDates(f"{ends_on} lies before {starts_on}: swap the dates")
    reaching = Q(ends_on=None) | Q(ends_on__gte=starts_on)
    same = Teaching.objects.filter(reaching, offering=offering, person=person_id)
    if same.filter(starts_on__lte=ends_on or date.max).exists():
        raise Taken("this person teaches the offering on some of these dates already")
    return Teaching.objects.create(
        offering=offering,
        person_id=person_id,
        role=role.value,
        starts_on=starts_on,
        ends_on=ends_on,
    )


@transaction.atomic
def end_teaching(*, teaching_id: int, last_day: date) -> None:
    """Somebody teaches the offering no more after `last_day`; one not begun by then never was.

    Raises UnknownOffering.
    """
    teaching = Teaching.objects.filter(pk=teaching_id).first()
    if teaching is None:
        raise UnknownOffering(f"there is no teaching {teaching_id}")
    if teaching.starts_on > last_day:
        teaching.delete()
        return
    Teaching.objects.filter(pk=teaching.pk).update(ends_on=last_day)


def offering_of(offering_id: int) -> Offering:
    """The offering. Raises UnknownOffering."""
    found = Offering.objects.select_related("site").filter(pk=offering_id).first()
    if found is None:
        raise UnknownOffering(f"there is no offering {offering_id}")
    return found


def refuse_no_teacher(person_id: int) -> None:
    """Raises NotATeacher unless the person is an active member of staff."""
    staff = Person.objects.filter(kind=PersonKind.STAFF.value, active=True)
    if not staff.filter(pk=person_id).exists():
        raise NotATeacher(f"person {person_id} is no active member of staff: choose one who is")


def refuse_no_room(room_id: int | None, site_id: int) -> None:
    """Raises UnknownPlace unless the site has the room."""
    if room_id is not None and not Room.objects.filter(pk=room_id, site=site_id).exists():
        raise UnknownPlace(f"there is no room {room_id} at this site")


def _told(site_id: int, details: OfferingDetails, *, but: int | None) -> dict[str, object]:
    """The columns, once they are checked; a name of `but` itself is free to it."""
    name = _named(details.name, 120)
    if details.ends_on is not None and details.ends_on < details.starts_on:
        raise WrongDates(f"{details.ends_on} lies before {details.starts_on}: swap the dates")
    if details.capacity == 0:
        raise WrongOffering("a capacity of 0 lets nobody in: leave it out for any number")
    if details.course_id and not Course.objects.filter(pk=details.course_id).exists():
        raise UnknownOffering(f"there is no course {details.course_id}")
    refuse_no_room(details.room_id, site_id)
    same = Offering.objects.filter(site=site_id, name=name, archived_at=None)
    if same.exclude(pk=but or 0).exists():
        raise Taken(f"there is an offering {name!r} at this site already: choose another name")
    return {**asdict(details), "name": name, "kind": details.kind.value}


def _check_slot(offering: Offering, details: SlotDetails, *, but: int | None) -> None:
    if not 1 <= details.weekday <= 7:
        raise WrongOffering("a weekday is a number from 1 for Monday to 7 for Sunday")
    refuse_no_room(details.room_id, offering.site_id)
    same = offering.slots.filter(weekday=details.weekday, starts=details.starts)
    if same.exclude(pk=but or 0).exists():
        raise Taken(f"{offering.name} meets at {details.starts:%H:%M} on that weekday already")


def _named(name: str, most: int) -> str:
    stripped = name.strip()
    if not stripped or len(stripped) > most or not stripped.isprintable():
        raise WrongOffering(f"a name has 1 to {most} printable characters, not {name[:20]!r}")
    return stripped


def _refuse_unknown_site(site_id: int) -> None:
    if not Site.objects.filter(pk=site_id).exists():
        raise UnknownPlace(f"there is no site {site_id}")
