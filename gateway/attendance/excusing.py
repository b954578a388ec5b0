"""Excuses: asked for, approved, refused, withdrawn, and what that makes of the marks they cover."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from gateway.attendance.errors import (
    NotInThisState,
    NotOnRoll,
    NotPermitted,
    ReasonMissing,
    UnknownExcuse,
    WrongExcuse,
)
from gateway.attendance.excuse_rules import (
    Span,
    Standpoint,
    Step,
    fault_of,
    following,
    may_ask,
    may_decide,
    may_excuse_at_session,
    may_withdraw,
    whole_days,
)
from gateway.attendance.expecting import expected_at, offerings_of
from gateway.attendance.judging import policy_of
from gateway.attendance.marking import OFFICE, Actor, open_roll
from gateway.attendance.models import Excuse, Mark, Session
from gateway.attendance.notices import tell
from gateway.attendance.policy import Deed, Profile
from gateway.attendance.profiling import profile_of
from gateway.attendance.saying import settle_anew
from gateway.attendance.values import Author, Base, ExcuseReason, ExcuseState, Source
from gateway.attendance.words import Place, Speaker
from gateway.people import roster
from gateway.people.errors import UnknownPerson
from gateway.people.models import Guardianship, Person
from gateway.timetable.errors import UnknownOffering, UnknownPlace
from gateway.timetable.models import Enrolment, Offering, OfferingEnrolment, Site

LONGEST_NOTE = 300
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Wish:
    """What an excuse is asked for; with an offering it covers that one's sessions alone."""

    person_id: int
    reason: ExcuseReason
    span: Span
    offering_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Granted:
    """An excuse that holds from now on, and how many marks it changed."""

    excuse_id: int
    changed: int


def days_at(site_id: int, first: date, last: date) -> Span:
    """Whole school dates on the clock of a site. Raises UnknownPlace, and WrongExcuse."""
    site = Site.objects.filter(pk=site_id).first()
    if site is None:
        raise UnknownPlace(f"there is no site {site_id}")
    try:
        return whole_days(first, last, zone=site.tz, day_starts=site.day_starts)
    except OverflowError as absurd:
        raise WrongExcuse("an excuse begins within two years of today") from absurd


@transaction.atomic
def ask(*, wish: Wish, by: Actor, now: datetime) -> int:
    """Ask for an excuse; answers its number. It changes nothing until somebody approves it.

    Raises UnknownPerson, UnknownOffering, WrongExcuse, and NotPermitted for who is neither the
    person, nor a guardian of theirs, nor of the office.
    """
    _check(wish, now)
    if not may_ask(standpoint(by, wish.person_id)):
        raise NotPermitted("ask for your own children, or for yourself")
    return _keep(wish, ExcuseState.REQUESTED, by, now).pk


@transaction.atomic
def grant(*, wish: Wish, by: Actor, now: datetime) -> Granted:
    """Keep an excuse that is approved at once, and change the marks it covers.

    Raises UnknownPerson, UnknownOffering, WrongExcuse, NotPermitted.
    """
    _check(wish, now)
    excuse = Excuse(person_id=wish.person_id, offering_id=wish.offering_id)
    _refuse_to_decide(standpoint(by, wish.person_id), wish.reason, profiles_of(excuse))
    roster.hold([wish.person_id])
    return _granted(wish, by, now)


@transaction.atomic
def excuse_at_session(
    *,
    session_id: int,
    person_id: int,
    reason: ExcuseReason,
    by: Actor,
    now: datetime,
    note: str = "",
) -> Granted:
    """Excuse somebody at once from one session, as whoever marks there may for valid reasons.

    Raises UnknownSession, NotTaught, RollLocked, NotOnRoll, and NotPermitted for a reason that
    the profile does not let this role excuse for.
    """
    session = open_roll(session_id, by=by, now=now)
    if not may_excuse_at_session(standpoint(by, person_id), reason, profile_of(session.profile)):
        raise NotPermitted(f"your role may not excuse for the reason {_plain(reason)} here")
    if person_id not in {each.person_id for each in expected_at(session)}:
        raise NotOnRoll(
            f"person {person_id} is not on the roll of {session.title} on {session.day}: "
            "enrol or add them first"
        )
    here = Span(session.starts_at, session.starts_at)
    offering = next(iter(offerings_of(session)), None)
    roster.hold([person_id])
    return _granted(Wish(person_id, reason, here, offering, note[:LONGEST_NOTE]), by, now)


@transaction.atomic
def approve(*, excuse_id: int, by: Actor, now: datetime, because: str = "") -> int:
    """Let an excuse hold, and change the marks it covers; answers how many that were.

    Raises UnknownExcuse, NotPermitted, and NotInThisState for one that is decided already.
    """
    excuse = _held(excuse_id)
    _refuse_to_decide(standpoint(by, excuse.person_id), _reason(excuse), profiles_of(excuse))
    _step(excuse, Step.APPROVE, _decided(by, now, because))
    _answer(excuse, "was approved", by, now)
    return _settle(_absences_under(excuse), excuse, f"approved by {by.name}", by, now)


@transaction.atomic
def refuse(*, excuse_id: int, because: str, by: Actor, now: datetime) -> None:
    """Refuse an excuse that was asked for; no mark changes.

    Raises UnknownExcuse, ReasonMissing, NotPermitted, NotInThisState.
    """
    excuse = _held(excuse_id)
    if not because.strip():
        raise ReasonMissing("say why the excuse is refused")
    _refuse_to_decide(standpoint(by, excuse.person_id), _reason(excuse), profiles_of(excuse))
    _step(excuse, Step.REFUSE, _decided(by, now, because))
    _answer(excuse, f"was refused: {_short(because)}", by, now)


@transaction.atomic
def withdraw(*, excuse_id: int, by: Actor, now: datetime, because: str = "") -> int:
    """Take an excuse back: the marks it turned are what they would be without it.

    Where another excuse covers them, that one stands. Answers how many marks changed. Raises
    UnknownExcuse, NotPermitted, NotInThisState, and, outside the office, NotTaught and RollLocked
    where a roll it changes may not be marked.
    """
    excuse = _held(excuse_id)
    is_allowed = may_withdraw(
        standpoint(by, excuse.person_id, excuse),
        _reason(excuse),
        profiles_of(excuse),
        is_requested=excuse.state == ExcuseState.REQUESTED.value,
        has_begun=excuse.starts_at <= now,
    )
    if not is_allowed:
        raise NotPermitted("an excuse that has begun is taken back by who decides about excuses")
    turned = Mark.objects.filter(excuse=excuse.pk).select_related("session")
    if by.roles.isdisjoint(OFFICE):
        _refuse_closed_rolls(turned, by, now)
    told = {"withdrawn_at": now, "withdrawn_by": by.name, "withdrawn_because": _short(because)}
    _step(excuse, Step.WITHDRAW, told)
    _answer(excuse, "was withdrawn", by, now)
    return _settle(turned, excuse, f"withdrawn by {by.name}", by, now)


def standpoint(by: Actor, person_id: int, excuse: Excuse | None = None) -> Standpoint:
    """Who a login is to an excuse of this person."""
    guards = Guardianship.objects.filter(guardian__user__username=by.name, child=person_id)
    return Standpoint(
        roles=by.roles,
        is_guardian=guards.exists(),
        is_themselves=Person.objects.filter(pk=person_id, user__username=by.name).exists(),
        asked=excuse is not None and excuse.asked_by == by.name,
        decided=excuse is not None and excuse.decided_by == by.name,
    )


def profiles_of(excuse: Excuse) -> tuple[Profile, ...]:
    """The profiles that an excuse's person is judged by where it covers them."""
    names = {own or of_site for own, of_site in _profile_names(excuse)}
    return tuple(profile_of(name) for name in sorted(names))


def _profile_names(excuse: Excuse) -> set[tuple[str, str]]:
    """Pairs of an offering's profile, which may be empty, and its site's."""
    if excuse.offering_id is not None:
        named = Offering.objects.filter(pk=excuse.offering_id)
        return set(named.values_list("profile", "site__profile"))
    enrolled = OfferingEnrolment.objects.filter(person=excuse.person_id)
    classes = set(enrolled.values_list("offering__profile", "offering__site__profile"))
    pupils = Enrolment.objects.filter(person=excuse.person_id)
    of_sites = pupils.values_list("year_group__division__site__profile", flat=True)
    return classes | {("", name) for name in of_sites}


def _check(wish: Wish, now: datetime) -> None:
    if not Person.objects.filter(pk=wish.person_id).exists():
        raise UnknownPerson(f"there is no person {wish.person_id}")
    if wish.offering_id and not Offering.objects.filter(pk=wish.offering_id).exists():
        raise UnknownOffering(f"there is no offering {wish.offering_id}")
    if len(wish.note) > LONGEST_NOTE:
        raise WrongExcuse(f"a note has at most {LONGEST_NOTE} signs")
    if fault := fault_of(wish.span, now=now):
        raise WrongExcuse(fault)


def _refuse_to_decide(who: Standpoint, reason: ExcuseReason, profiles: tuple[Profile, ...]) -> None:
    if may_decide(who, reason, profiles):
        return
    if reason is ExcuseReason.OTHER:
        raise NotPermitted("an excuse for another reason is decided by an administrator")
    raise NotPermitted(f"your role may not {Deed.DECIDE_EXCUSE.value.replace('_', ' ')} here")


def _refuse_closed_rolls(turned: Iterable[Mark], by: Actor, now: datetime) -> None:
    """What somebody may not mark they may not change by an excuse they gave."""
    for each in turned:
        open_roll(each.session_id, by=by, now=now)


def _keep(wish: Wish, state: ExcuseState, by: Actor, now: datetime) -> Excuse:
    decided = _decided(by, now, "") if state is ExcuseState.APPROVED else {}
    return Excuse.objects.create(
        person_id=wish.person_id,
        offering_id=wish.offering_id,
        starts_at=wish.span.starts_at,
        ends_at=wish.span.ends_at,
        reason=wish.reason.value,
        note=wish.note.strip(),
        state=state.value,
        asked_at=now,
        asked_by=by.name,
        **decided,
    )


def _granted(wish: Wish, by: Actor, now: datetime) -> Granted:
    """Persons must be locked by the caller."""
    excuse = _keep(wish, ExcuseState.APPROVED, by, now)
    said = f"given by {by.name}"
    return Granted(excuse.pk, _settle(_absences_under(excuse), excuse, said, by, now))


def _held(excuse_id: int) -> Excuse:
    """The excuse, with its person locked, so that marks and state change together."""
    person = Excuse.objects.filter(pk=excuse_id).values_list("person_id", flat=True).first()
    if person is None:
        raise UnknownExcuse(f"there is no excuse {excuse_id}")
    roster.hold([person])
    return Excuse.objects.select_related("person").get(pk=excuse_id)


def _step(excuse: Excuse, step: Step, told: dict[str, object]) -> None:
    after = following(ExcuseState(excuse.state), step)
    if after is None:
        instead = (
            "withdraw it" if excuse.state == ExcuseState.APPROVED.value else "ask for a new one"
        )
        raise NotInThisState(f"the excuse was {excuse.state} already: {instead} instead")
    Excuse.objects.filter(pk=excuse.pk).update(state=after.value, **told)


def _answer(excuse: Excuse, became: str, by: Actor, now: datetime) -> None:
    """Let whoever asked know what became of it, unless it was their own doing."""
    asked = Person.objects.filter(user__username=excuse.asked_by).exclude(user__username=by.name)
    text = f"The excuse for {excuse.person} {became}"[:LONGEST_NOTE]
    news = dict.fromkeys(asked.values_list("pk", flat=True), text)
    tell(news, subject=f"excuse:{excuse.pk}", now=now)


def _decided(by: Actor, now: datetime, because: str) -> dict[str, object]:
    return {"decided_at": now, "decided_by": by.name, "decided_because": _short(because)}


def _absences_under(excuse: Excuse) -> Iterable[Mark]:
    """The person's absences at sessions that the excuse is for."""
    absences = Mark.objects.filter(
        _at(excuse),
        person=excuse.person_id,
        base=Base.ABSENT.value,
        session__starts_at__gte=excuse.starts_at,
        session__starts_at__lte=excuse.ends_at,
    )
    return absences.select_related("session")


def _at(excuse: Excuse) -> Q:
    if excuse.offering_id is None:
        return Q()
    return Q(session__meets__offering=excuse.offering_id)


def _settle(marks: Iterable[Mark], excuse: Excuse, said: str, by: Actor, now: datetime) -> int:
    """Settle these marks anew, a site at a time, since each has its own ERP."""
    by_site: dict[int, dict[Place, Session]] = defaultdict(dict)
    for mark in marks:
        by_site[mark.session.site_id][mark.session_id, mark.person_id] = mark.session
    speaker = Speaker(Author.EXCUSE, Source.EXCUSE, now, by=by.name)
    why = f"excuse {excuse.pk} {said}"
    return sum(
        settle_anew(places, policy_of(site), speaker=speaker, why=why)
        for site, places in by_site.items()
    )


def _reason(excuse: Excuse) -> ExcuseReason:
    return ExcuseReason(excuse.reason)


def _short(because: str) -> str:
    return because.strip()[:LONGEST_REASON]


def _plain(reason: ExcuseReason) -> str:
    return reason.value.replace("_", " ")
