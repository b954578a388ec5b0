"""Enrolling at a kiosk: a person's next card, or face, is taken at the door staff chose.

One kiosk waits for one person at a time. What it took arrives as a remark, perhaps late and
perhaps twice; what ended an enrolment first stays.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from gateway.fleet.errors import CannotEnrol, KioskBusy, UnknownEnrolment, UnknownKiosk
from gateway.fleet.models import DoorEnrolment, Kiosk, Tablet
from gateway.fleet.options import door_options
from gateway.fleet.rules import is_silent
from gateway.people.errors import CredentialBlocked, CredentialHeld, UnknownPerson
from gateway.people.models import Person
from gateway.people.queries import holders
from gateway.people.rules import credential_value, shown_name
from gateway.people.services import set_credential
from kiosk.protocol.messages import Enrolment, Method, Wanted
from kiosk.protocol.remarks import CardEnrolled, EnrolmentRefused, NotEnrolled

LASTS = timedelta(minutes=2)
"""How long a kiosk waits for a card, and staff for an answer."""

SHORT_DIGITS = 8
"""Of a number of four bytes."""

Outcome = DoorEnrolment.Outcome
ENDINGS = {
    NotEnrolled.CANCELLED: Outcome.CANCELLED,
    NotEnrolled.TIMED_OUT: Outcome.TIMED_OUT,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How an enrolment stands. `why` is the last refusal, in the wire's words, or empty.

    A kiosk that `is_away` may not have heard of it: it does once it is connected again.
    """

    id: UUID
    kiosk: str
    kiosk_name: str
    person: int
    method: Method
    until: datetime
    outcome: str
    why: str
    value: str
    form: str
    is_away: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the kiosk still waits."""
        return self.outcome == Outcome.WAITING


@transaction.atomic
def start_enrolment(
    *,
    kiosk_id: str,
    person_id: int,
    method: Method,
    by: int | None,
    now: datetime,
    number: str = "",
) -> UUID:
    """Let the kiosk take the person's next card or face; asking again changes nothing.

    `number` is the card's own, in hex, where it is known already. Raises UnknownKiosk,
    UnknownPerson, KioskBusy, CannotEnrol, WrongCredential, CredentialHeld, CredentialBlocked.
    """
    known = credential_value(method, number) if number.strip() else ""
    _refuse_random(method, known)
    _refuse_in_use(method, known, person_id)
    kiosk, person = _asked(kiosk_id, method), _staying(person_id)
    _end_overdue(kiosk_id, now)
    waiting = DoorEnrolment.objects.filter(kiosk=kiosk, ended_at=None).first()
    if waiting is None:
        return DoorEnrolment.objects.create(
            kiosk=kiosk, person=person, method=method.value, number=known,
            started_by_id=by, started_at=now, until=now + LASTS,
        ).pk  # fmt: skip
    if (waiting.person_id, waiting.method, waiting.number) != (person_id, method.value, known):
        raise KioskBusy(
            f"{kiosk.name} waits for the {waiting.method} of person {waiting.person_id}: "
            "cancel that first"
        )
    return waiting.pk


@transaction.atomic
def cancel_enrolment(*, enrolment_id: UUID, now: datetime) -> None:
    """Let the kiosk wait no longer; one that has ended stays as it ended.

    Raises UnknownEnrolment.
    """
    _end(_locked(enrolment_id), Outcome.CANCELLED, now)


@transaction.atomic
def take_card(*, kiosk_id: str, remark: CardEnrolled, now: datetime) -> bool:
    """Give the person the card a kiosk took; whether it is a new one of the person's.

    A card taken in time counts though it is heard of late. What people's cards do not allow
    ends the enrolment, with its reason. Raises UnknownEnrolment.
    """
    enrolment = _of_kiosk(kiosk_id, remark.enrolment)
    if enrolment.outcome not in {Outcome.WAITING, Outcome.TIMED_OUT}:
        return False
    try:
        set_credential(person_id=enrolment.person_id, method=Method.CARD, value=remark.value)
    except CredentialHeld:
        _end(enrolment, Outcome.REFUSED, now, why=NotEnrolled.HELD)
        return False
    except CredentialBlocked:
        _end(enrolment, Outcome.REFUSED, now, why=NotEnrolled.BLOCKED)
        return False
    enrolment.value, enrolment.form = remark.value, remark.form
    _end(enrolment, Outcome.DONE, now)
    return True


@transaction.atomic
def note_refusal(*, kiosk_id: str, remark: EnrolmentRefused, now: datetime) -> None:
    """Remember why the kiosk did not take what was held up. Raises UnknownEnrolment."""
    enrolment = _of_kiosk(kiosk_id, remark.enrolment)
    if enrolment.ended_at is not None:
        return
    if remark.why in ENDINGS:
        _end(enrolment, ENDINGS[remark.why], now)
        return
    enrolment.why = remark.why.value
    enrolment.save(update_fields=("why",))


@transaction.atomic
def finish_enrolment(*, kiosk_id: str, enrolment_id: UUID, now: datetime) -> int | None:
    """End it as done where nothing but the fact is to be kept; whose it was.

    None when it had ended otherwise before. Raises UnknownEnrolment.
    """
    enrolment = _of_kiosk(kiosk_id, enrolment_id)
    if enrolment.outcome not in {Outcome.WAITING, Outcome.TIMED_OUT, Outcome.DONE}:
        return None
    _end(enrolment, Outcome.DONE, now)
    return enrolment.person_id


def progress(enrolment_id: UUID, *, now: datetime) -> Progress:
    """How the enrolment stands. Raises UnknownEnrolment."""
    row = DoorEnrolment.objects.select_related("kiosk").filter(pk=enrolment_id).first()
    if row is None:
        raise UnknownEnrolment(f"there is no enrolment {enrolment_id}")
    is_overdue = row.ended_at is None and row.until <= now
    return Progress(
        id=row.pk,
        kiosk=row.kiosk_id,
        kiosk_name=row.kiosk.name,
        person=row.person_id,
        method=Method(row.method),
        until=row.until,
        outcome=Outcome.TIMED_OUT if is_overdue else row.outcome,
        why=row.why,
        value=row.value,
        form=row.form,
        is_away=_is_away(row.kiosk, now),
    )


def purge_enrolments(*, before: datetime) -> int:
    """Forget the enrolments that were over before then, and the card numbers in them; how many."""
    return DoorEnrolment.objects.filter(until__lt=before).delete()[0]


def asked_of_kiosks(*, now: datetime) -> dict[str, Enrolment]:
    """What each kiosk shall enrol now, nothing for most."""
    asked = {kiosk: Enrolment(wanted=None) for kiosk in Kiosk.objects.values_list("pk", flat=True)}
    waiting = DoorEnrolment.objects.filter(ended_at=None, until__gt=now)
    for row in waiting.select_related("person", "kiosk"):
        asked[row.kiosk_id] = Enrolment(wanted=_wanted(row))
    return asked


def _wanted(row: DoorEnrolment) -> Wanted:
    """What the kiosk is told; no name where the site's screens show none."""
    shows_names = door_options(row.kiosk.site_id).show_names
    person = row.person
    return Wanted(
        id=row.pk,
        method=Method(row.method),
        person=row.person_id,
        name=shown_name(person.given_name, person.family_name) if shows_names else "",
        until=row.until,
        number=row.number,
    )


def _is_away(kiosk: Kiosk, now: datetime) -> bool:
    """Whether a kiosk that has to be told by the broker cannot be; tablets ask by themselves."""
    is_unheard = not kiosk.online or is_silent(kiosk.last_heard_at, now=now)
    return is_unheard and not Tablet.objects.filter(kiosk=kiosk).exists()


def _refuse_random(method: Method, value: str) -> None:
    """A number of four bytes that begins so is another one next time (ISO/IEC 14443-3, 6.5.4)."""
    if method is Method.CARD and len(value) == SHORT_DIGITS and value.startswith("08"):
        raise CannotEnrol(
            f"{value} begins with 08: phones and some cards make such a number up each time; "
            "use another card"
        )


def _refuse_in_use(method: Method, value: str, person_id: int) -> None:
    """Nothing is waited for that could not be given."""
    key = (method.value, value)
    holder = holders([key]).get(key) if value else None
    if holder is None:
        return
    if holder.blocked:
        raise CredentialBlocked(f"this {method} is blocked: unblock it before giving it to anyone")
    if holder.person_id not in {None, person_id}:
        raise CredentialHeld(f"person {holder.person_id} holds this {method}")


def _asked(kiosk_id: str, method: Method) -> Kiosk:
    """The kiosk's row, taken. Raises UnknownKiosk, CannotEnrol."""
    kiosk = Kiosk.objects.select_for_update().filter(pk=kiosk_id).first()
    if kiosk is None:
        raise UnknownKiosk(f"no kiosk is called {kiosk_id}")
    if method is Method.CARD and Tablet.objects.filter(kiosk=kiosk).exists():
        raise CannotEnrol(f"{kiosk.name} is a browser and reads no cards: choose another kiosk")
    return kiosk


def _staying(person_id: int) -> Person:
    """A person who has not left. Raises UnknownPerson, CannotEnrol."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    if not person.active:
        raise CannotEnrol(f"person {person_id} has left: make the person active first")
    return person


def _end_overdue(kiosk_id: str, now: datetime) -> None:
    overdue = DoorEnrolment.objects.filter(kiosk_id=kiosk_id, ended_at=None, until__lte=now)
    overdue.update(ended_at=now, outcome=Outcome.TIMED_OUT)


def _end(
    enrolment: DoorEnrolment, outcome: str, now: datetime, *, why: NotEnrolled | None = None
) -> None:
    """End it, unless it has ended; only a card that comes late changes that it timed out."""
    if enrolment.ended_at is not None and outcome not in {Outcome.DONE, Outcome.REFUSED}:
        return
    enrolment.ended_at, enrolment.outcome = now, outcome
    enrolment.why = why.value if why else enrolment.why
    enrolment.save(update_fields=("ended_at", "outcome", "why", "value", "form"))


def _locked(enrolment_id: UUID) -> DoorEnrolment:
    enrolment = DoorEnrolment.objects.select_for_update().filter(pk=enrolment_id).first()
    if enrolment is None:
        raise UnknownEnrolment(f"there is no enrolment {enrolment_id}")
    return enrolment


def _of_kiosk(kiosk_id: str, enrolment_id: UUID) -> DoorEnrolment:
    enrolment = _locked(enrolment_id)
    if enrolment.kiosk_id != kiosk_id:
        raise UnknownEnrolment(f"enrolment {enrolment_id} is not one of {kiosk_id}")
    return enrolment
