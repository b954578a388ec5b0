"""Signed badges: given out, shown on paper or phone, revoked. Kiosks believe them by themselves."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from gateway import bulk
from gateway.people import badge_keys, roster
from gateway.people.errors import UnknownBadge, UnknownPerson, WrongPerson
from gateway.people.models import Badge, Person
from gateway.people.services import block_credential, set_credentials
from gateway.people.values import Given
from kiosk.protocol import badges as codec
from kiosk.protocol.badge_reading import Read, read
from kiosk.protocol.messages import Method

VALID_FOR = timedelta(days=400)
"""How long a badge holds where nobody says otherwise: a school year and what follows."""
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """Until when badges hold, who gave them out, and when.

    A badge given out before is printed again when it holds at least until `good_until`.
    """

    expires_at: datetime
    by: str
    now: datetime
    good_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PhoneBadge:
    """What a phone shows now: the token, until when it holds, and whose it is."""

    token: str
    expires_at: datetime
    name: str
    language: str


def issue_badges(person_ids: Collection[int], terms: Terms) -> tuple[int, ...]:
    """A printed badge for each person; answers the serial numbers in the persons' order.

    Raises UnknownPerson, WrongPerson for one who left or an expiry that is past. In portions
    of 500: those given out before a refusal stay.
    """
    badge_keys.ensure_key(now=terms.now)
    serials: list[int] = []
    for some in bulk.portions(tuple(person_ids), AT_ONCE):
        made = [_new(person, Badge.Kind.PRINTED, terms) for person in some]
        _give_out(made)
        serials += [badge.serial for badge in made]
    return tuple(serials)


def printed_badges(person_ids: Collection[int], terms: Terms) -> dict[int, Badge]:
    """Each person's newest printed badge that is good enough, given out now to who has none.

    Raises as `issue_badges`.
    """
    _refuse_past(terms)
    held = _holding(person_ids, terms)
    missing = [person for person in person_ids if person not in held]
    if missing:
        issue_badges(missing, terms)
    return held | _holding(missing, terms)


def revoke_badge(*, serial: int, because: str, now: datetime) -> None:
    """No kiosk lets the badge in from now on; again changes nothing. Raises UnknownBadge."""
    _revoke([_found(serial)], because=because, now=now)


def revoke_badges_of(*, person_id: int, because: str, now: datetime) -> int:
    """Revoke all that the person holds; answers how many that were."""
    held = list(Badge.objects.filter(person_id=person_id, revoked_at=None))
    _revoke(held, because=because, now=now)
    return len(held)


@transaction.atomic
def give_phone_link(*, person_id: int, terms: Terms) -> str:
    """The secret of a new link to the person's phone badge, this once; former links end.

    Raises UnknownPerson, WrongPerson.
    """
    badge_keys.ensure_key(now=terms.now)
    former = Badge.objects.filter(person_id=person_id, kind=Badge.Kind.PHONE, revoked_at=None)
    _revoke(list(former), because="a new link was given out", now=terms.now)
    secret = secrets.token_urlsafe(32)
    badge = _new(person_id, Badge.Kind.PHONE, terms)
    badge.link_digest = _digest(secret)
    _give_out([badge])
    return secret


def phone_badge(secret: str, *, now: datetime) -> PhoneBadge:
    """The rotating badge behind a link, as it is to be shown now. Raises UnknownBadge."""
    badge = _behind(secret, now)
    until = now.replace(microsecond=0) + codec.ROTATING_FOR
    told = codec.Badge(badge.person_id, badge.serial, until, codec.Kind.ROTATING)
    token = badge_keys.sign(told, now=now)
    return PhoneBadge(token, until, str(badge.person), badge.person.language)


def token_of(badge: Badge, *, now: datetime) -> str:
    """What the printed badge's QR code says. Raises UnknownBadge for one that is revoked."""
    if badge.revoked_at is not None or badge.kind != Badge.Kind.PRINTED:
        raise UnknownBadge(f"badge {badge.serial} cannot be printed: it is revoked, or a phone's")
    told = codec.Badge(badge.person_id, badge.serial, badge.expires_at)
    return badge_keys.sign(told, now=now)


def recognised(token: str, *, now: datetime) -> Read:
    """A token shown to the gateway itself, judged as a kiosk would."""
    return read(token, codec.Verifier(badge_keys.badge_keys()), at=now, exact=True)


def _new(person_id: int, kind: Badge.Kind, terms: Terms) -> Badge:
    _refuse_past(terms)
    return Badge(
        person_id=person_id,
        kind=kind,
        issued_at=terms.now,
        issued_by=terms.by[:150],
        expires_at=terms.expires_at.replace(microsecond=0),
    )


def _refuse_past(terms: Terms) -> None:
    if terms.expires_at <= terms.now:
        raise WrongPerson("a badge cannot expire before it is given out")


@transaction.atomic
def _give_out(made: Sequence[Badge]) -> None:
    roster.lock()
    _refuse_gone({badge.person_id for badge in made})
    for badge, serial in zip(made, _free_serials(len(made)), strict=True):
        badge.serial = serial
    Badge.objects.bulk_create(made)
    set_credentials(
        [Given(each.person_id, Method.QR, codec.credential_of(each.serial)) for each in made]
    )


def _free_serials(count: int) -> set[int]:
    """Numbers at random, so that nobody can tell from one how many there are."""
    free: set[int] = set()
    while len(free) < count:
        drawn = {1 + secrets.randbelow(codec.LARGEST) for _ in range(count - len(free))}
        free |= drawn - set(Badge.objects.filter(pk__in=drawn).values_list("pk", flat=True))
    return free


def _refuse_gone(person_ids: Collection[int]) -> None:
    known = dict(Person.objects.filter(pk__in=person_ids).values_list("pk", "active"))
    for person in sorted(person_ids):
        if person not in known:
            raise UnknownPerson(f"there is no person {person}")
        if not known[person]:
            raise WrongPerson(f"person {person} has left: badges are for those who are here")


def _holding(person_ids: Collection[int], terms: Terms) -> dict[int, Badge]:
    found: dict[int, Badge] = {}
    until = (terms.good_until or terms.now).replace(microsecond=0)
    for some in bulk.portions(tuple(person_ids), bulk.MOST_PARAMETERS):
        rows = Badge.objects.filter(person_id__in=some, kind=Badge.Kind.PRINTED, revoked_at=None)
        rows = rows.filter(expires_at__gte=until).select_related("person").order_by("issued_at")
        found |= {badge.person_id: badge for badge in rows}
    return found


@transaction.atomic
def _revoke(badges: Sequence[Badge], *, because: str, now: datetime) -> None:
    for badge in badges:
        value = codec.credential_of(badge.serial)
        block_credential(method=Method.QR, value=value, because=because, now=now)
        Badge.objects.filter(pk=badge.pk, revoked_at=None).update(
            revoked_at=now, revoked_because=because[:200]
        )


def _found(serial: int) -> Badge:
    badge = Badge.objects.filter(pk=serial).first()
    if badge is None:
        raise UnknownBadge(f"there is no badge {serial}")
    return badge


def _behind(secret: str, now: datetime) -> Badge:
    rows = Badge.objects.filter(link_digest=_digest(secret), revoked_at=None)
    badge = rows.filter(expires_at__gt=now, person__active=True).select_related("person").first()
    if badge is None:
        raise UnknownBadge("this link does not hold any more: ask the office for a new one")
    return badge


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
