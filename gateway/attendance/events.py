"""What other rooms hear of: the whole state of one person on one roll."""

import json
from dataclasses import dataclass
from typing import Self

from gateway.attendance.values import Base, Mark

URGENT = 0
ORDINARY = 5


@dataclass(frozen=True, slots=True)
class MarkChanged:
    """The current mark of a person on a session, whatever it was before.

    A body that was written before a field existed is read with the field's default.
    """

    session_id: int
    person_id: int
    base: str
    late_minutes: int | None
    reason: str
    left_early_minutes: int | None = None
    partial: bool = False

    @classmethod
    def of(cls, session_id: int, person_id: int, mark: Mark) -> Self:
        """The event that tells `mark`."""
        return cls(
            session_id,
            person_id,
            mark.base.value,
            mark.late_minutes,
            mark.reason,
            mark.left_early_minutes,
            mark.partial,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The event a delivery's body holds."""
        return cls(**json.loads(text))

    def to_json(self) -> str:
        """The body of a delivery."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(told, separators=(",", ":"))

    @property
    def subject(self) -> str:
        """What a newer event of the same mark replaces."""
        return f"mark:{self.session_id}:{self.person_id}"

    @property
    def lane(self) -> str:
        """What keeps the order of one person's events."""
        return f"person:{self.person_id}"

    @property
    def priority(self) -> int:
        """Absences and lates go before presents: they are what others wait for."""
        on_time = self.base == Base.PRESENT and self.late_minutes is None
        return ORDINARY if on_time else URGENT
