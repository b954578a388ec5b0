"""Which sessions and persons somebody teaches, and which sessions and sites are a person's own."""

from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from gateway.attendance.models import Attendee, Mark, Session, SessionOffering, Substitution
from gateway.attendance.values import AttendeeState
from gateway.people.models import Person
from gateway.timetable.models import Enrolment, OfferingEnrolment, Site, Teaching


def taught_by(person_id: int) -> QuerySet[Session]:
    """The sessions this person teaches: by an offering's teachings, or as a substitute.

    Who is replaced at a session does not teach it.
    """
    stands_in = Substitution.objects.filter(session=OuterRef("pk"), person=person_id)
    replaced = Substitution.objects.filter(session=OuterRef("pk"), stands_in_for=person_id)
    meets = SessionOffering.objects.filter(
        _covering("offering__teachings__", F("day")),
        session=OuterRef("pk"),
        offering__teachings__person=person_id,
    )
    return Session.objects.filter(Exists(stands_in) | (Exists(meets) & ~Exists(replaced)))


def met_by(teacher_id: int) -> QuerySet[Person]:
    """The persons on the rolls of all sessions this person teaches."""
    taught = taught_by(teacher_id).order_by().values("pk")
    enrolled = SessionOffering.objects.filter(
        _covering("offering__enrolments__", F("day")),
        session__in=taught,
        offering__enrolments__person=OuterRef("pk"),
    )
    attending = _attending(OuterRef("pk")).filter(session__in=taught)
    return Person.objects.filter(Exists(enrolled) | Exists(attending))


def sessions_of(person_id: int) -> QuerySet[Session]:
    """The sessions this person is expected at, or has a mark of."""
    enrolled = SessionOffering.objects.filter(
        _covering("offering__enrolments__", F("day")),
        session=OuterRef("pk"),
        offering__enrolments__person=person_id,
    )
    registering = Enrolment.objects.filter(
        _covering("", OuterRef("day")),
        person=person_id,
        year_group__division=OuterRef("division"),
    )
    attending = _attending(person_id).filter(session=OuterRef("pk"))
    marked = Mark.objects.filter(person=person_id, session=OuterRef("pk"))
    return Session.objects.filter(
        Exists(enrolled) | Exists(registering) | Exists(attending) | Exists(marked)
    )


def sites_of(person_ids: Collection[int]) -> QuerySet[Site]:
    """The sites at which any of these persons ever was a member, a guest or a teacher."""
    ids = sorted(person_ids)
    return Site.objects.filter(
        Q(pk__in=OfferingEnrolment.objects.filter(person__in=ids).values("offering__site"))
        | Q(pk__in=Enrolment.objects.filter(person__in=ids).values("year_group__division__site"))
        | Q(pk__in=Attendee.objects.filter(person__in=ids).values("session__site"))
        | Q(pk__in=Teaching.objects.filter(person__in=ids).values("offering__site"))
        | Q(pk__in=Substitution.objects.filter(person__in=ids).values("session__site"))
    )


def _attending(person: int | OuterRef) -> QuerySet[Attendee]:
    return Attendee.objects.filter(person=person).exclude(state=AttendeeState.REMOVED.value)


def _covering(of: str, day: F) -> Q:
    """Rows with `starts_on` and `ends_on` that hold on `day`, which is asked row by row."""
    begun = Q(**{f"{of}starts_on__lte": day})
    return begun & (Q(**{f"{of}ends_on": None}) | Q(**{f"{of}ends_on__gte": day}))
