"""What may be done with a face, and for how long. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Stance(StrEnum):
    """What somebody said of the use of a face."""

    AGREED = "agreed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said, and when it was taken back; None while it stands."""

    stance: Stance
    withdrawn_at: datetime | None


def may_use(words: Iterable[Word]) -> bool:
    """Whether a face may be measured and kept: somebody agrees, and nobody refuses.

    One refusal outweighs every agreement: the child's own and either parent's count alike
    (Protection of Freedoms Act 2012, section 26).
    """
    standing = {word.stance for word in words if word.withdrawn_at is None}
    return standing == {Stance.AGREED}


def expires_at(enrolled_at: datetime, *, days: int) -> datetime:
    """Until when the measures may be kept."""
    return enrolled_at + timedelta(days=days)
