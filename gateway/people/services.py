"""Changes of persons and of what they show at a door; kiosks hear of every one."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, replace
from datetime import datetime

from django.db import transaction

from gateway import bulk
from gateway.people import roster
from gateway.people.errors import (
    CredentialBlocked,
    CredentialHeld,
    UnknownCredential,
    UnknownPerson,
    WrongCredential,
    WrongPerson,
    kept_by_erp,
)
from gateway.people.models import Badge, Credential, Person
from gateway.people.queries import Holder, details_of, holders, persons_by_external_id
from gateway.people.rules import credential_value
from gateway.people.values import Given, PersonDetails, Upserted
from kiosk.protocol.badges import CREDENTIAL
from kiosk.protocol.messages import Method

_COLUMNS = (
    "kind", "given_name", "family_name", "external_id", "email", "language", "synchronised",
    "active", "roster_version",
)  # fmt: skip
_TOLD_WINS = "(external_id) DO UPDATE SET " + ", ".join(
    f"{column} = excluded.{column}" for column in _COLUMNS if column != "external_id"
)


@transaction.atomic
def add_person(details: PersonDetails) -> int:
    """A new person, entered by hand; answers the number. Raises WrongPerson."""
    _refuse_taken(details.external_id, besides=None)
    person = Person.objects.create(
        kind=details.kind.value,
        given_name=details.given_name,
        family_name=details.family_name,
        external_id=details.external_id,
        email=details.email,
        language=details.language,
        roster_version=roster.advance(),
    )
    return person.pk


@transaction.atomic
def update_person(*, person_id: int, details: PersonDetails) -> None:
    """Correct a person by hand; of one the ERP keeps only the language can be changed.

    Raises UnknownPerson, KeptByErp, WrongPerson.
    """
    person = _locked(person_id)
    before = details_of(person)
    if details == before:
        return
    if person.synchronised and replace(details, language=before.language) != before:
        raise kept_by_erp(person_id)
    _refuse_taken(details.external_id, besides=person_id)
    Person.objects.filter(pk=person_id).update(
        kind=details.kind.value,
        given_name=details.given_name,
        family_name=details.family_name,
        external_id=details.external_id,
        email=details.email,
        language=details.language,
        roster_version=roster.advance(),
    )


@transaction.atomic
def deactivate_person(*, person_id: int) -> None:
    """The person left; kiosks forget her. Raises UnknownPerson, KeptByErp."""
    person = _locked(person_id)
    if person.synchronised:
        raise kept_by_erp(person_id)
    deactivate_people([person_id])


@transaction.atomic
def reactivate_person(*, person_id: int) -> None:
    """The person came back. Raises UnknownPerson, KeptByErp."""
    person = _locked(person_id)
    if person.synchronised:
        raise kept_by_erp(person_id)
    if not person.active:
        Person.objects.filter(pk=person_id).update(active=True, roster_version=roster.advance())


@transaction.atomic
def deactivate_people(person_ids: Collection[int]) -> int:
    """Those left, by the word of whoever keeps them; answers how many still were active."""
    roster.lock()
    roster.hold(person_ids)
    leaving = set(
        Person.objects.filter(pk__in=person_ids, active=True).values_list("pk", flat=True)
    )
    Person.objects.filter(pk__in=leaving).update(active=False)
    roster.stamp(leaving)
    return len(leaving)


@transaction.atomic
def upsert_person(details: PersonDetails, *, synchronised: bool = False) -> int:
    """As upsert_people, for one; answers the person's number."""
    upserted = upsert_people([details], synchronised=synchronised)
    return upserted.ids[details.external_id or ""]


@transaction.atomic
def upsert_people(people: Sequence[PersonDetails], *, synchronised: bool = False) -> Upserted:
    """Create, change or leave alone each person by external id; who is named is active.

    `synchronised` says that the ERP tells it: from then on the person is read-only here.
    Without it nothing is changed of a person the ERP keeps, and a difference raises
    KeptByErp. Raises WrongPerson for one without external id or named twice.
    """
    told = _by_external_id(people)
    before = persons_by_external_id(told)
    changed = [
        details
        for external_id, details in told.items()
        if _differs(details, before.get(external_id), synchronised=synchronised)
    ]
    first = roster.advance(len(changed)) if changed else 0
    roster.hold([before[str(d.external_id)].pk for d in changed if d.external_id in before])
    rows = [
        (*_columns(details), synchronised, True, version)
        for version, details in enumerate(changed, start=first)
    ]
    written = bulk.insert(
        Person, _COLUMNS, rows, on_conflict=_TOLD_WINS, returning="external_id, id"
    )
    ids = {external_id: person.pk for external_id, person in before.items()} | dict(written)
    created = sum(1 for details in changed if details.external_id not in before)
    return Upserted(
        created=created,
        changed=len(changed) - created,
        unchanged=len(told) - len(changed),
        ids=ids,
    )


def set_credential(*, person_id: int, method: Method, value: str) -> None:
    """Give the person a credential nobody else holds; kiosks hear of it.

    Raises UnknownPerson, WrongCredential, CredentialHeld, CredentialBlocked.
    """
    set_credentials([Given(person_id, method, credential_value(method, value))])


@transaction.atomic
def set_credentials(given: Sequence[Given]) -> int:
    """As set_credential, for many at once or none; answers how many were new."""
    roster.lock()
    _refuse_unknown({one.person_id for one in given})
    known = holders((one.method.value, one.value) for one in given)
    new = [one for one in given if _is_new(one, known.get((one.method.value, one.value)))]
    bulk.insert(
        Credential,
        ("person", "method", "value", "blocked_because", "roster_version"),
        [(one.person_id, one.method.value, one.value, "", 0) for one in new],
        on_conflict="(method, value) DO UPDATE SET person_id = excluded.person_id",
    )
    roster.stamp({one.person_id for one in new})
    return len(new)


@transaction.atomic
def move_credential(*, person_id: int, method: Method, value: str) -> None:
    """Give the person a credential, taking it from whoever held it.

    Raises UnknownPerson, WrongCredential, CredentialBlocked.
    """
    number = credential_value(method, value)
    held = _find(method, number)
    _refuse_badge(held)
    if held is not None and held.person_id is not None and held.blocked_at is None:
        roster.stamp([held.person_id])
        Credential.objects.filter(pk=held.pk).update(person=None)
    set_credential(person_id=person_id, method=method, value=value)


@transaction.atomic
def remove_credential(*, method: Method, value: str) -> None:
    """Take a credential from its holder; a blocked one stays blocked.

    Raises UnknownCredential, WrongCredential for a badge, which is revoked instead.
    """
    held = _found(method, value)
    _refuse_badge(held)
    if held.person_id is not None:
        roster.stamp([held.person_id])
    if held.blocked_at is None:
        held.delete()
    else:
        Credential.objects.filter(pk=held.pk).update(person=None)


@transaction.atomic
def block_credential(*, method: Method, value: str, because: str, now: datetime) -> None:
    """No kiosk lets this credential in from now on, whoever holds it, known or not.

    Blocking it again changes nothing. Raises WrongCredential.
    """
    number = credential_value(method, value)
    held = _find(method, number)
    if held is not None and held.blocked_at is not None:
        return
    Credential.objects.update_or_create(
        method=method.value,
        value=number,
        defaults={
            "blocked_at": now,
            "blocked_because": because[:200],
            "roster_version": roster.advance(),
        },
    )


@transaction.atomic
def unblock_credential(*, method: Method, value: str) -> None:
    """The credential works again for its holder.

    Raises UnknownCredential, WrongCredential for a badge that is revoked.
    """
    held = _found(method, value)
    _refuse_badge(held, revoked_at__isnull=False)
    if held.blocked_at is not None:
        Credential.objects.filter(pk=held.pk).update(
            blocked_at=None, blocked_because="", roster_version=roster.advance()
        )


def _locked(person_id: int) -> Person:
    """The person's row, taken after the roster's: in this one order nobody waits in a ring."""
    roster.lock()
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise UnknownPerson(f"there is no person {person_id}")
    return person


def _refuse_taken(external_id: str | None, *, besides: int | None) -> None:
    if external_id is None:
        return
    holder = Person.objects.filter(external_id=external_id).first()
    if holder is not None and holder.pk != besides:
        raise WrongPerson(f"another person has the external id {external_id!r}")


def _by_external_id(people: Sequence[PersonDetails]) -> dict[str, PersonDetails]:
    told: dict[str, PersonDetails] = {}
    for details in people:
        if details.external_id is None:
            raise WrongPerson("a person told from outside needs an external id")
        if details.external_id in told:
            raise WrongPerson(f"the external id {details.external_id!r} was told twice")
        told[details.external_id] = details
    return told


def _differs(details: PersonDetails, person: Person | None, *, synchronised: bool) -> bool:
    if person is None:
        return True
    same = details_of(person) == details and person.active
    if person.synchronised and not synchronised:
        if not same:
            raise kept_by_erp(person.pk)
        return False
    return not same or person.synchronised != synchronised


def _columns(details: PersonDetails) -> tuple[str | None, ...]:
    return (details.kind.value, *astuple(details)[1:])


def _find(method: Method, number: str) -> Credential | None:
    """The credential's row, taken after the roster's."""
    roster.lock()
    return Credential.objects.select_for_update().filter(method=method.value, value=number).first()


def _found(method: Method, value: str) -> Credential:
    held = _find(method, credential_value(method, value))
    if held is None:
        raise UnknownCredential(f"no such {method} is known")
    return held


def _refuse_badge(held: Credential | None, **which: bool) -> None:
    """Kiosks believe a badge whoever holds its credential: nothing but revoking ends it."""
    serial = held.value.removeprefix(CREDENTIAL) if held and held.method == Method.QR else ""
    if serial.isdecimal() and Badge.objects.filter(pk=int(serial), **which).exists():
        raise WrongCredential(
            f"badge {serial} is given out and revoked on its person's badge page; "
            "one that is revoked never comes back"
        )


def _refuse_unknown(person_ids: Collection[int]) -> None:
    known = set(Person.objects.filter(pk__in=person_ids).values_list("pk", flat=True))
    missing = sorted(set(person_ids) - known)
    if missing:
        raise UnknownPerson(f"there is no person {missing[0]}")


def _is_new(given: Given, known: Holder | None) -> bool:
    """Whether the credential is still to be given. Raises CredentialHeld, CredentialBlocked."""
    if known is None:
        return True
    if known.blocked:
        raise CredentialBlocked(
            f"this {given.method} is blocked: unblock it before giving it to anyone"
        )
    if known.person_id not in {None, given.person_id}:
        raise CredentialHeld(
            f"person {known.person_id} holds this {given.method}: "
            f"move it if it now belongs to person {given.person_id}"
        )
    return known.person_id is None
