"""The words of attendance: what a mark can say, who can say it, and what holds a roll open."""

from dataclasses import dataclass
from enum import StrEnum


class Base(StrEnum):
    """What is held to have happened; lateness and partial attendance are modifiers of it."""

    PENDING = "pending"
    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"
    MEDICAL_LEAVE = "medical_leave"
    ON_HOLD = "on_hold"


class Author(StrEnum):
    """Who said so, lowest rank first: a person's word outranks a rule's."""

    RULE = "rule"
    ERP = "erp"
    PERSON = "person"


class SessionState(StrEnum):
    """Where a session is in its life."""

    SCHEDULED = "scheduled"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


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


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason why a roll stays open; `subject` names the kiosk, code or year group."""

    kind: HoldKind
    subject: str
    why: str
