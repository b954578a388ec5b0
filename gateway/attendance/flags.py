"""What staff want whoever calls the roll to know of a person, until they take it back."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from gateway.attendance.errors import UnknownFlag, WrongFlag
from gateway.attendance.models import Flag
from gateway.attendance.values import FlagKind
from gateway.people.errors import UnknownPerson
from gateway.people.models import Person
from gateway.timetable.errors import UnknownOffering
from gateway.timetable.models import Offering

LONGEST = 300


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag with who set it and who took it back; for all offerings where none is named."""

    id: int
    kind: FlagKind
    text: str
    offering_id: int | None
    set_at: datetime
    set_by: str
    cleared_at: datetime | None
    cleared_by: str


@transaction.atomic
def set_flag(
    *,
    person_id: int,
    kind: FlagKind,
    text: str,
    by: str,
    now: datetime,
    offering_id: int | None = None,
) -> int:
    """Flag a person, for one offering or for all; answers the flag's number.

    The same set again is set once. Raises WrongFlag, UnknownPerson, UnknownOffering.
    """
    said = _text(text)
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    flag, _ = Flag.objects.get_or_create(
        person=person,
        offering=_offering(offering_id),
        kind=kind.value,
        text=said,
        cleared_at=None,
        defaults={"set_at": now, "set_by": by},
    )
    return flag.pk


def clear_flag(*, flag_id: int, by: str, now: datetime) -> None:
    """Take a flag back; it stays as a record, and doing it again changes nothing.

    Raises UnknownFlag.
    """
    if not Flag.objects.filter(pk=flag_id).exists():
        raise UnknownFlag(f"there is no flag {flag_id}")
    Flag.objects.filter(pk=flag_id, cleared_at=None).update(cleared_at=now, cleared_by=by)


def flags_of(person_id: int, *, cleared: bool = False) -> tuple[FlagLine, ...]:
    """The flags of a person as they were set; with `cleared`, also those taken back."""
    rows = Flag.objects.filter(person=person_id)
    if not cleared:
        rows = rows.filter(cleared_at=None)
    return tuple(_line(flag) for flag in rows.order_by("set_at", "pk"))


def _line(flag: Flag) -> FlagLine:
    return FlagLine(
        id=flag.pk,
        kind=FlagKind(flag.kind),
        text=flag.text,
        offering_id=flag.offering_id,
        set_at=flag.set_at,
        set_by=flag.set_by,
        cleared_at=flag.cleared_at,
        cleared_by=flag.cleared_by,
    )


def _offering(offering_id: int | None) -> Offering | None:
    if offering_id is None:
        return None
    offering = Offering.objects.filter(pk=offering_id).first()
    if offering is None:
        raise UnknownOffering(f"there is no offering {offering_id}")
    return offering


def _text(text: str) -> str:
    said = text.strip()
    if not said:
        raise WrongFlag("say in a few words what whoever calls the roll should know")
    if len(said) > LONGEST:
        raise WrongFlag(f"this is longer than {LONGEST} characters: say it in fewer")
    if "\x00" in said:
        raise WrongFlag("the text has characters that cannot be kept")
    return said
