"""The words of what people enrol in."""

from enum import StrEnum


class OfferingKind(StrEnum):
    """What people enrol in; registration groups are year groups, see decision 27."""

    CLASS = "class"
    APPOINTMENT = "appointment"
    CAMP = "camp"
    TRAINING = "training"


class Standing(StrEnum):
    """How somebody belongs to an offering while the enrolment lasts."""

    ACTIVE = "active"
    TRIAL = "trial"
    ON_HOLD = "on_hold"
    SUSPENDED = "suspended"


HELD = frozenset({Standing.ON_HOLD, Standing.SUSPENDED})
"""In these somebody belongs to an offering and is not expected to come."""


class EndedAs(StrEnum):
    """Why an enrolment ended; empty while it lasts, or when its standing changed."""

    DROPPED = "dropped"
    TRANSFERRED = "transferred"
    COMPLETED = "completed"


class TeachingRole(StrEnum):
    """Who stands before an offering."""

    LEAD = "lead"
    ASSISTANT = "assistant"
