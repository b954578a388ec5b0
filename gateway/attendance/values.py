"""The words of attendance: what a mark can say, who can say it, and what holds a roll open."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Base(StrEnum):
    """What is held to have happened; lateness and partial attendance are modifiers of it."""

    PENDING = "pending"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"
    MEDICAL_LEAVE = "medical_leave"
    ON_HOLD = "on_hold"


EXCUSED = frozenset({Base.EXCUSED, Base.MEDICAL_LEAVE})
"""Absences that somebody answered for."""


class Author(StrEnum):
    """Who said so, lowest rank first: a person's word outranks a rule's.

    An excuse says nothing by itself: it turns an absence that another said.
    """

    EXCUSE = "excuse"
    RULE = "rule"
    ERP = "erp"
    PERSON = "person"


class Source(StrEnum):
    """How a word about a mark came about."""

    TAPS = "taps"
    CLOSING = "closing"
    HAND = "hand"
    NOTE = "note"
    MANY = "many"
    COPY = "copy"
    EXCUSE = "excuse"
    UNDO = "undo"
    MERGE = "merge"


class SessionKind(StrEnum):
    """What a session is a meeting of; AM and PM are registration periods."""

    AM = "AM"
    PM = "PM"
    CLASS = "class"
    APPOINTMENT = "appointment"
    CAMP = "camp"
    TRAINING = "training"


REGISTRATION = frozenset({SessionKind.AM, SessionKind.PM})


class SessionState(StrEnum):
    """Where a session is in its life."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class CancelledBy(StrEnum):
    """Whose doing it is that a session does not take place."""

    CENTRE = "centre"
    TEACHER_ABSENT = "teacher_absent"


class Activation(StrEnum):
    """What makes a scheduled session active."""

    PERSON = "person"
    CLOCK = "clock"
    FIRST_TAP = "first_tap"


class ArrivalMode(StrEnum):
    """What counts as having come to a session."""

    ON_SITE = "on_site"
    TAP_IN_WINDOW = "tap_in_window"


class AttendeeState(StrEnum):
    """How somebody who is not enrolled stands to a session."""

    BOOKED = "booked"
    WAITING = "waiting"
    REMOVED = "removed"


class AttendeeSource(StrEnum):
    """Why somebody who is not enrolled is expected."""

    BOOKING = "booking"
    WALK_IN = "walk_in"
    MAKE_UP = "make_up"


class ExcuseReason(StrEnum):
    """Why somebody is excused."""

    MEDICAL = "medical"
    FAMILY_EMERGENCY = "family_emergency"
    SCHOOL_EVENT = "school_event"
    RELIGIOUS = "religious"
    PRE_APPROVED = "pre_approved"
    OTHER = "other"


class ExcuseState(StrEnum):
    """What was decided about an excuse."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class CheckInMethod(StrEnum):
    """How somebody checked in without a kiosk."""

    CODE = "code"
    PRINTED_CODE = "printed_code"
    PORTAL = "portal"
    STAFF = "staff"


class CheckInState(StrEnum):
    """Whether a check-in counts."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Verification(StrEnum):
    """What a branch asks of those who check themselves in."""

    PIN = "pin"
    PHOTO = "photo"
    NETWORK = "network"


class FlagKind(StrEnum):
    """What staff note about a person for whoever calls the roll."""

    MEDICAL_ALERT = "medical_alert"
    ROLL_COMMENT = "roll_comment"
    NOTE = "note"
    BALANCE_DUE = "balance_due"


class LateFrom(StrEnum):
    """A point of a registration period from which lateness begins or is counted."""

    START = "start"
    REGISTER_TIME = "register_time"
    FINISH = "finish"


class HoldKind(StrEnum):
    """Why automatic absence waits for a person."""

    KIOSK_UNHEARD = "kiosk_unheard"
    CODE_UNKNOWN = "code_unknown"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Mark:
    """A status with its modifiers; `reason` is one a person gave."""

    base: Base
    late_minutes: int | None = None
    left_early_minutes: int | None = None
    partial: bool = False
    reason: str = ""
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why a roll stays open; `subject` names the kiosk, code or year group."""

    kind: HoldKind
    subject: str
    why: str
