"""When a session takes place, what it is called, and what laying ahead must do of a date.

Values in, values out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from gateway.attendance.policy import Window

ONE_DAY = timedelta(days=1)
MIDNIGHT = time(0)
LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Met:
    """What a session takes from an offering that meets in it; `course` is empty for none."""

    name: str
    course: str = ""
    profile: str = ""
    overrides: Mapping[str, Any] | None = None  # numbers as `profiling` checks them


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a session comes to by its weekly times and by its offerings."""

    window: Window
    title: str
    room_id: int | None
    profile: str
    overrides: Mapping[str, Any]  # numbers as `profiling` checks them


@dataclass(frozen=True, slots=True)
class There:
    """A session that was laid for a date; `slot_id` is None once its weekly time is gone.

    It is `open` while it is scheduled, has not begun and stands where it was laid;
    `touched` where a person did anything to it; `recorded` where its roll has words.
    """

    session_id: int
    slot_id: int | None
    sketch: Sketch
    is_open: bool
    is_touched: bool
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class Laying:
    """What is to be done: sessions to make by weekly time, to change, and to take away.

    `left` should not be there either, but people or words hang on them.
    """

    make: Mapping[int, Sketch]
    change: Mapping[int, Sketch]
    withdraw: tuple[int, ...]
    left: tuple[int, ...]


def plan(wanted: Mapping[int, Sketch], there: Sequence[There]) -> Laying:
    """What makes a date's sessions those of its weekly times, by the number of each.

    What began, was cancelled or moved stays as it is and is not made again; what a person
    touched is left to people.
    """
    laid = {each.slot_id for each in there}
    free = [each for each in there if each.is_open and not each.is_touched]
    gone = [each for each in there if each.is_open and each.slot_id not in wanted]
    kept = [each for each in free if each.slot_id in wanted]
    change = {each.session_id: _wanted(wanted, each) for each in kept}
    same = {each.session_id for each in kept if each.sketch == _wanted(wanted, each)}
    withdraw = tuple(e.session_id for e in gone if not e.is_touched and not e.is_recorded)
    return Laying(
        make={slot: sketch for slot, sketch in wanted.items() if slot not in laid},
        change={session: sketch for session, sketch in change.items() if session not in same},
        withdraw=withdraw,
        left=tuple(e.session_id for e in gone if e.session_id not in withdraw),
    )


def window_on(
    day: date, starts: time, ends: time, *, zone: ZoneInfo, day_starts: time = MIDNIGHT
) -> Window:
    """From start to end on the clock, beginning on the school date `day`.

    One that ends at or before its start ends on the next date. Where the clock is put
    forward over the end, the session keeps its length.
    """
    first = day if starts >= day_starts else day + ONE_DAY
    last = first if ends > starts else first + ONE_DAY
    starts_at = datetime.combine(first, starts, tzinfo=zone).astimezone(UTC)
    ends_at = datetime.combine(last, ends, tzinfo=zone).astimezone(UTC)
    if ends_at <= starts_at:
        ends_at = starts_at + (datetime.combine(last, ends) - datetime.combine(first, starts))
    return Window(starts_at, ends_at)


def whole(windows: Sequence[Window]) -> Window:
    """From the earliest start to the latest end (SES-02)."""
    return Window(min(w.starts_at for w in windows), max(w.ends_at for w in windows))


def overlap(one: Window, other: Window) -> bool:
    """Whether both go on at some instant."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def title_of(met: Sequence[Met], starts: time) -> str:
    """Course and offerings and the time, such as `Algebra I: Batch A + Batch B · 16:00`.

    The course is told where all have the same one that their names do not begin with.
    """
    names = " + ".join(each.name for each in met)
    courses = {each.course for each in met}
    course = next(iter(courses)) if len(courses) == 1 else ""
    is_told = bool(course) and not all(each.name.startswith(course) for each in met)
    head = f"{course}: {names}" if is_told else names
    tail = f" · {starts:%H:%M}"
    most = LONGEST_TITLE - len(tail)
    return (head if len(head) <= most else f"{head[: most - 1]}…") + tail


def profile_for(met: Iterable[Met], otherwise: str) -> str:
    """The profile of the first offering that picks one, else the site's."""
    return next((each.profile for each in met if each.profile), otherwise)


def numbers_for(
    site: Mapping[str, Any], met: Iterable[Met], own: Mapping[str, Any]
) -> dict[str, Any]:
    """What replaces the profile's numbers: the site's, the offerings' in order, the session's."""
    merged = dict(site)
    for each in met:
        merged |= each.overrides or {}
    return merged | dict(own)


def _wanted(wanted: Mapping[int, Sketch], there: There) -> Sketch:
    return wanted[there.slot_id or 0]
