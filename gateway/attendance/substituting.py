"""Who teaches a session in another's stead, or beside those who do."""

from django.db import transaction

from gateway.attendance.errors import UnknownSession
from gateway.attendance.marking import Actor, permit
from gateway.attendance.models import Session, SessionOffering, Substitution
from gateway.attendance.policy import Deed
from gateway.timetable.errors import NotATeacher
from gateway.timetable.models import Teaching
from gateway.timetable.offerings import refuse_no_teacher
from gateway.timetable.queries import covering


@transaction.atomic
def put_in(
    *, session_id: int, person_id: int, by: Actor, stands_in_for: int | None = None
) -> Substitution:
    """Let somebody teach this session, beside its teachers or instead of one of them.

    Saying it again replaces whom they stand in for. Raises UnknownSession, NotPermitted,
    and NotATeacher for who is no staff, or stands in for who does not teach it.
    """
    session = _session(session_id, by)
    refuse_no_teacher(person_id)
    if stands_in_for is not None and stands_in_for not in teaching(session):
        raise NotATeacher(f"person {stands_in_for} does not teach {session.title}")
    told = {"stands_in_for_id": stands_in_for}
    return Substitution.objects.update_or_create(
        session=session, person_id=person_id, defaults=told
    )[0]


@transaction.atomic
def take_out(*, session_id: int, person_id: int, by: Actor) -> None:
    """Let somebody not stand in at this session; who does not anyway need not be told.

    Raises UnknownSession, NotPermitted.
    """
    session = _session(session_id, by)
    Substitution.objects.filter(session=session, person=person_id).delete()


def teaching(session: Session) -> set[int]:
    """Those who teach one of the session's offerings on its date, there or not."""
    offerings = SessionOffering.objects.filter(session=session).values("offering")
    rows = Teaching.objects.filter(covering(session.day), offering__in=offerings)
    return set(rows.values_list("person_id", flat=True))


def _session(session_id: int, by: Actor) -> Session:
    session = Session.objects.filter(pk=session_id, division=None).first()
    if session is None:
        raise UnknownSession(f"there is no session {session_id} of an offering")
    permit(session, by, Deed.ACTIVATE)
    return session
