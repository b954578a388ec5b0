"""What a kiosk has to tell beside its tracks: kept there, and repeated, until the gateway has it.

A remark may be heard twice; its `id` says that it is the same.
"""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, PositiveInt

from kiosk.protocol.wire import Base64, CredentialValue, Message, Slug, Wire

MOST_REMARKS = 50
"""Remarks one message may carry."""


class LateReason(StrEnum):
    """Why somebody was late, as chosen on the screen."""

    TRAFFIC = "traffic"
    TRANSPORT = "transport"
    FAMILY = "family"
    SCHOOL_ACTIVITY = "school_activity"
    OTHER = "other"


class NotEnrolled(StrEnum):
    """Why an enrolment came to nothing."""

    HELD = "held"
    BLOCKED = "blocked"
    RANDOM = "random"
    ANOTHER = "another"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    NO_FACE = "no_face"


class FaceVerdict(StrEnum):
    """What comparing a face with the holder's came to."""

    HOLDER = "holder"
    ANOTHER = "another"
    UNSURE = "unsure"
    NO_FACE = "no_face"


class LateReasonGiven(Wire):
    """The person of a track said why they were late."""

    kind: Literal["late_reason"] = "late_reason"
    id: UUID
    track: UUID
    reason: LateReason


class CardEnrolled(Wire):
    """The card held up for an enrolment. `typed` is what a reader that types had typed.

    `form` is how that reader was found to type numbers, empty where it is not known.
    """

    kind: Literal["card_enrolled"] = "card_enrolled"
    id: UUID
    enrolment: UUID
    value: CredentialValue
    typed: Annotated[str, Field(max_length=64)] = ""
    form: Annotated[str, Field(max_length=40)] = ""


class FaceEnrolled(Wire):
    """Face measures taken for an enrolment, sealed to the gateway's key about the enrolment."""

    kind: Literal["face_enrolled"] = "face_enrolled"
    id: UUID
    enrolment: UUID
    sealed: Base64


class EnrolmentRefused(Wire):
    """What was held up cannot be enrolled; the enrolment goes on unless it is over."""

    kind: Literal["enrolment_refused"] = "enrolment_refused"
    id: UUID
    enrolment: UUID
    why: NotEnrolled


class FaceSeen(Wire):
    """What the face of who made a track looked like beside the holder's."""

    kind: Literal["face_seen"] = "face_seen"
    id: UUID
    track: UUID
    verdict: FaceVerdict
    distance: float | None = None


class MarkedSafe(Wire):
    """Somebody was ticked, or unticked, on the roll call of an alarm."""

    kind: Literal["safe"] = "safe"
    id: UUID
    alarm: UUID
    person: PositiveInt
    is_safe: bool
    at: AwareDatetime


class JournalLost(Wire):
    """The journal of `install` broke: these numbers were not to be read any more."""

    kind: Literal["journal_lost"] = "journal_lost"
    id: UUID
    install: UUID
    first: PositiveInt
    last: PositiveInt


Remark = Annotated[
    LateReasonGiven
    | CardEnrolled
    | FaceEnrolled
    | EnrolmentRefused
    | FaceSeen
    | MarkedSafe
    | JournalLost,
    Field(discriminator="kind"),
]


class Remarks(Message):
    """Up: what is still to be told, oldest first."""

    kiosk: Slug
    remarks: Annotated[tuple[Remark, ...], Field(min_length=1, max_length=MOST_REMARKS)]


class RemarksKept(Message):
    """Down: the gateway has stored, or has no use for, the remarks with these ids."""

    ids: tuple[UUID, ...]
