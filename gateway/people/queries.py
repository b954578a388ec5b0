"""Who holds a credential, and what kiosks must hear of persons and credentials."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from gateway.bulk import MOST_PARAMETERS
from gateway.people.models import Badge, Credential, Person, RosterClock
from gateway.people.rules import shown_name
from gateway.people.values import PersonDetails
from kiosk.protocol.badges import CREDENTIAL
from kiosk.protocol.messages import Credential as Shown, Method, PersonKind, RosterPerson

MOST_PEOPLE = 500
"""Changes one part of the roster may carry."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a credential, None when nobody does, and whether it is blocked."""

    person_id: int | None
    blocked: bool


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What changed from version `base` to `version`; `complete` when nothing newer is known.

    `base` 0 begins anew.
    """

    base: int
    version: int
    complete: bool
    people: tuple[RosterPerson, ...]
    removed: tuple[int, ...]
    blocked: tuple[Shown, ...]
    unblocked: tuple[Shown, ...]


def holders(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Holder]:
    """The holder of each (method, value) that is known at all; one query."""
    wanted = set(keys)
    if not wanted:
        return {}
    rows = Credential.objects.filter(
        method__in={method for method, _ in wanted}, value__in={value for _, value in wanted}
    ).values_list("method", "value", "person_id", "blocked_at")
    return {
        (method, value): Holder(person_id=person, blocked=blocked_at is not None)
        for method, value, person, blocked_at in rows
        if (method, value) in wanted
    }


def persons_by_external_id(external_ids: Iterable[str]) -> dict[str, Person]:
    """The persons of these external ids; who is unknown is left out."""
    wanted = sorted(set(external_ids))
    found: dict[str, Person] = {}
    for start in range(0, len(wanted), MOST_PARAMETERS):
        for person in Person.objects.filter(
            external_id__in=wanted[start : start + MOST_PARAMETERS]
        ):
            found[str(person.external_id)] = person
    return found


def details_of(person: Person) -> PersonDetails:
    """The person as it would have to be told to change nothing."""
    return PersonDetails(
        kind=PersonKind(person.kind),
        given_name=person.given_name,
        family_name=person.family_name,
        external_id=person.external_id,
        email=person.email,
        language=person.language,
    )


def roster_version() -> int:
    """The version every kiosk should reach."""
    return RosterClock.objects.values_list("version", flat=True).first() or 0


def roster_since(version: int, most: int = MOST_PEOPLE) -> RosterChange:
    """The next changes after `version`, at most `most` of them, in the order they were made.

    A version the gateway never gave out (it was restored from a backup) begins anew. Only
    versions up to the clock read first are told: all of them are committed by then.
    """
    newest = roster_version()
    base = version if version <= newest else 0
    people = _changed_people(base, newest, most + 1)
    credentials = _changed_credentials(base, newest, most + 1)
    versions = sorted(
        [row.roster_version for row in people] + [row.roster_version for row in credentials]
    )
    complete = len(versions) <= most
    reached = newest if complete else versions[most - 1]
    return _told(
        [row for row in people if row.roster_version <= reached],
        [row for row in credentials if row.roster_version <= reached],
        base=base,
        version=reached,
        complete=complete,
    )


def _changed_people(base: int, newest: int, most: int) -> list[Person]:
    rows = Person.objects.filter(roster_version__gt=base, roster_version__lte=newest)
    if base == 0:
        rows = rows.filter(Q(active=True) | Exists(Badge.objects.filter(person=OuterRef("pk"))))
    return list(rows.order_by("roster_version")[:most])


def _changed_credentials(base: int, newest: int, most: int) -> list[Credential]:
    rows = Credential.objects.filter(roster_version__gt=base, roster_version__lte=newest)
    if base == 0:
        rows = rows.exclude(blocked_at=None)
    return list(rows.select_related("person").order_by("roster_version")[:most])


def _told(
    people: Sequence[Person],
    credentials: Sequence[Credential],
    *,
    base: int,
    version: int,
    complete: bool,
) -> RosterChange:
    badges = _badges_of(people)
    barred = {each for each, ends in badges.items() if ends}
    barred |= {_shown(row.method, row.value) for row in credentials if _is_barred(row)}
    named = {_shown(row.method, row.value) for row in credentials} | set(badges)
    return RosterChange(
        base=base,
        version=version,
        complete=complete,
        people=_roster_people([person.pk for person in people if person.active]),
        removed=tuple(person.pk for person in people if not person.active),
        blocked=tuple(sorted(barred, key=_by_value)),
        unblocked=tuple(sorted(named - barred, key=_by_value)),
    )


def _badges_of(people: Sequence[Person]) -> dict[Shown, bool]:
    """The badges of these persons, and whether each is barred: a kiosk believes a badge though
    it has not heard of its holder, so it must hear that the holder left.
    """
    rows = Credential.objects.filter(
        person__in=[person.pk for person in people],
        method=Method.QR.value,
        value__startswith=CREDENTIAL,
    )
    return {_shown(row.method, row.value): _is_barred(row) for row in rows.select_related("person")}


def _is_barred(credential: Credential) -> bool:
    """Whether kiosks refuse it: it is blocked, or the badge of somebody who left."""
    if credential.blocked_at is not None:
        return True
    has_left = credential.person is not None and not credential.person.active
    return has_left and credential.value.startswith(CREDENTIAL)


def _by_value(shown: Shown) -> tuple[str, str]:
    return shown.method.value, shown.value


def _roster_people(person_ids: Sequence[int]) -> tuple[RosterPerson, ...]:
    """Each with all credentials and the year group of the enrolment that is open."""
    held: dict[int, list[Shown]] = defaultdict(list)
    of_these = Credential.objects.filter(person_id__in=person_ids).order_by("id")
    for person, method, value in of_these.values_list("person_id", "method", "value"):
        held[person].append(_shown(method, value))
    open_enrolment = FilteredRelation("enrolments", condition=Q(enrolments__ends_on=None))
    rows = (
        Person.objects.filter(pk__in=person_ids)
        .annotate(open_enrolment=open_enrolment, year_group=F("open_enrolment__year_group_id"))
        .order_by("roster_version")
    )
    return tuple(
        RosterPerson(
            id=person.pk,
            kind=PersonKind(person.kind),
            name=shown_name(person.given_name, person.family_name),
            language=person.language,
            year_group=person.year_group,
            credentials=tuple(held[person.pk]),
        )
        for person in rows
    )


def _shown(method: str, value: str) -> Shown:
    return Shown(method=Method(method), value=value)
