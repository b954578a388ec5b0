"""What a person is to know: the newest news of each subject, until they have seen it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway import bulk
from gateway.attendance.errors import UnknownNotice
from gateway.attendance.models import Notice, Session

_COLUMNS = ("person", "subject", "text", "made_at", "seen_at")
_NEWER_WINS = """(person_id, subject) DO UPDATE SET
    text = excluded.text, made_at = excluded.made_at, seen_at = NULL
    WHERE attendance_notice.text <> excluded.text"""


class News(StrEnum):
    """How somebody stands to a session they booked, as it is told."""

    HAS_PLACE = "You have a place"
    WAITS = "You are on the waiting list and hear when a place is free"
    REMOVED = "Your booking was cancelled"
    CANCELLED = "It does not take place"
    MOVED = "It was moved"


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One thing a person is to know; `seen_at` is None while they have not seen it."""

    id: int
    subject: str
    text: str
    made_at: datetime
    seen_at: datetime | None


def tell(news: Mapping[int, str], *, subject: str, now: datetime) -> None:
    """Let each of these persons know how the subject stands for them now.

    It replaces what they were told of it before, and is unseen again; the same told twice is
    told once.
    """
    rows = [(person, subject, text, now, None) for person, text in news.items()]
    bulk.insert(Notice, _COLUMNS, rows, on_conflict=_NEWER_WINS)


def tell_place(session: Session, person_ids: Collection[int], news: News, *, now: datetime) -> None:
    """Let each of these persons know how they stand to the session."""
    starts = session.starts_at.astimezone(session.site.tz)
    text = f"{news.value}: {session.title}, {starts:%d.%m.%Y %H:%M}"
    tell(dict.fromkeys(person_ids, text), subject=about_place(session), now=now)


def about_place(session: Session) -> str:
    """The subject of notices about places at the session."""
    return f"place:{session.pk}"


def notices_of(person_id: int, *, only_unseen: bool = False) -> tuple[NoticeLine, ...]:
    """What a person is to know, the newest first."""
    rows = Notice.objects.filter(person=person_id)
    if only_unseen:
        rows = rows.filter(seen_at=None)
    columns = ("pk", "subject", "text", "made_at", "seen_at")
    return tuple(
        NoticeLine(*each) for each in rows.order_by("-made_at", "-pk").values_list(*columns)
    )


def see(*, notice_id: int, person_id: int, now: datetime) -> None:
    """The person has seen it; seeing it again changes nothing. Raises UnknownNotice."""
    found = Notice.objects.filter(pk=notice_id, person=person_id)
    if not found.exists():
        raise UnknownNotice(f"person {person_id} has no notice {notice_id}")
    found.filter(seen_at=None).update(seen_at=now)


def forget(*, person_id: int, subject: str) -> None:
    """The person need not know of the subject any more, seen or not."""
    Notice.objects.filter(person=person_id, subject=subject).delete()
