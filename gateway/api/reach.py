"""What of the school is within a caller's reach; nothing else is known to exist.

The office and administrators reach everything. A teacher reaches the sessions they teach and the
persons on those rolls, a guardian their own children, a student themself.
"""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from gateway.api.access import Caller, caller
from gateway.api.errors import NotThere
from gateway.api.parameters import site_of
from gateway.attendance import reaching
from gateway.attendance.marking import Actor
from gateway.attendance.models import Session
from gateway.people.guardians import children_of
from gateway.people.models import Person
from gateway.people.values import Role
from gateway.timetable.models import OfferingEnrolment, Site


def actor(request: HttpRequest) -> Actor:
    """Who acts, as services want it."""
    who = caller(request)
    return Actor(who.name, who.roles)


def sessions(request: HttpRequest) -> QuerySet[Session]:
    """The sessions whose rolls the caller may see."""
    who = caller(request)
    if who.is_staff:
        return Session.objects.all()
    teacher_id = _teacher(who)
    return Session.objects.none() if teacher_id is None else reaching.taught_by(teacher_id)


def session(request: HttpRequest, session_id: int) -> Session:
    """One of them. Raises NotThere."""
    found = sessions(request).filter(pk=session_id).first()
    if found is None:
        raise NotThere(f"there is no session {session_id}")
    return found


def site(request: HttpRequest, slug: str | None) -> Site:
    """The named site, or the only one, of those the caller is to know.

    Others hear only of sites that they or their family come to. Raises NotThere, NameTheSite.
    """
    who = caller(request)
    if who.is_staff or Site.objects.count() == 1:
        return site_of(slug)
    themself = set() if who.person_id is None else {who.person_id}
    return site_of(slug, reaching.sites_of(family_of(who) | themself))


def people(request: HttpRequest) -> QuerySet[Person]:
    """The persons of whom the caller may hear."""
    who = caller(request)
    if who.is_staff:
        return Person.objects.all()
    own = Q(pk__in=family_of(who))
    teacher_id = _teacher(who)
    if teacher_id is not None:
        own |= Q(pk__in=reaching.met_by(teacher_id).values("pk"))
    return Person.objects.filter(own)


def person(request: HttpRequest, person_id: int) -> Person:
    """One of them. Raises NotThere."""
    found = people(request).filter(pk=person_id).first()
    if found is None:
        raise NotThere(f"there is no person {person_id}")
    return found


def family_of(who: Caller) -> frozenset[int]:
    """The children of a guardian, and a student themself."""
    person_id = who.person_id
    if person_id is None:
        return frozenset()
    children = children_of(person_id) if Role.GUARDIAN in who.roles else ()
    themself = {person_id} if Role.STUDENT in who.roles else set()
    return frozenset({*children, *themself})


def is_kin(request: HttpRequest, person_id: int) -> bool:
    """Whether the caller is of the office, is this person, or answers for them."""
    who = caller(request)
    return who.is_staff or person_id == who.person_id or person_id in family_of(who)


def kin(request: HttpRequest, person_id: int) -> Person:
    """The person, for the office, themself and their guardians. Raises NotThere."""
    found = Person.objects.filter(pk=person_id).first()
    if found is None or not is_kin(request, person_id):
        raise NotThere(f"there is no person {person_id}")
    return found


def belonging(request: HttpRequest, offering_id: int, person_id: int) -> None:
    """That the caller's own ever belonged to the offering; the office need not. Raises NotThere."""
    kin(request, person_id)
    theirs = OfferingEnrolment.objects.filter(offering=offering_id, person=person_id)
    if not (caller(request).is_staff or theirs.exists()):
        raise NotThere(f"person {person_id} never belonged to an offering {offering_id}")


def session_of(request: HttpRequest, session_id: int, person_id: int) -> Session:
    """A session of the caller or of who they answer for. Raises NotThere."""
    kin(request, person_id)
    found = reaching.sessions_of(person_id).filter(pk=session_id).first()
    if found is None:
        raise NotThere(f"there is no session {session_id} of person {person_id}")
    return found


def sessions_of(request: HttpRequest, person_id: int) -> QuerySet[Session]:
    """The sessions of one person the caller may hear of: all of one's own family's.

    A teacher hears of those they teach alone. Raises NotThere.
    """
    person(request, person_id)
    theirs = reaching.sessions_of(person_id)
    if person_id in family_of(caller(request)):
        return theirs
    return theirs.filter(pk__in=sessions(request).values("pk"))


def _teacher(who: Caller) -> int | None:
    return who.person_id if Role.TEACHER in who.roles else None
