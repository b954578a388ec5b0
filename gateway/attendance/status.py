"""How a mark is called: a base with its modifiers in the words of a profile."""

from dataclasses import dataclass

from gateway.attendance.policy import Profile
from gateway.attendance.values import Base, Mark

MODIFIED = ("late_left_early", "late", "left_early")
"""Keys of a present person's status, the fullest first."""
PARTIAL = "partial"
BOOKED = "booked"
KEYS = (
    *(base.value for base in Base), *MODIFIED, PARTIAL, BOOKED,
)  # fmt: skip
"""Every status that a profile names."""


@dataclass(frozen=True, slots=True)
class Status:
    """What a page shows. `key` is one of KEYS; `name` is English and looked up in translation."""

    key: str
    name: str
    short: str


def key(mark: Mark, profile: Profile, *, is_over: bool) -> str:
    """Which of KEYS the mark is; somebody unmarked may be called booked until it is over."""
    if mark.base is Base.PENDING:
        return BOOKED if profile.booked_until_over and not is_over else Base.PENDING.value
    if mark.base is not Base.PRESENT:
        return mark.base.value
    if mark.partial:
        return PARTIAL
    late, early = mark.late_minutes is not None, mark.left_early_minutes is not None
    if late and early:
        return "late_left_early"
    if late:
        return "late"
    return "left_early" if early else Base.PRESENT.value


def status(mark: Mark, profile: Profile, *, is_over: bool) -> Status:
    """The mark in the profile's words, with its minutes where the profile says them."""
    found = key(mark, profile, is_over=is_over)
    words = profile.statuses[found]
    minutes = {"late": mark.late_minutes or 0, "early": mark.left_early_minutes or 0}
    return Status(found, words.name.format(**minutes), words.short.format(**minutes))
