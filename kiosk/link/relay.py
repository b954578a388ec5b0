"""What is told beside tracks: one message at a time, again until the gateway says it has it."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

PATIENCE = timedelta(seconds=10)


class Errand(StrEnum):
    """What else than tracks is carried to the gateway."""

    REMARKS = "remarks"
    PHOTOS = "photos"


class Relay:
    """What is under way of one kind. `now` is the machine's uptime, which never jumps."""

    def __init__(self) -> None:
        self._under_way: frozenset[UUID] = frozenset()
        self._answer_due = timedelta(0)
        self._has_more = True

    def may_send(self, *, now: timedelta) -> bool:
        """Whether to look for something to send: nothing is under way, or its answer is overdue."""
        return self._has_more and (not self._under_way or now >= self._answer_due)

    def sent(self, ids: Collection[UUID], *, now: timedelta) -> None:
        """These went out; none means that there was nothing to send."""
        self._under_way = frozenset(ids)
        self._has_more = bool(ids)
        self._answer_due = now + PATIENCE

    def kept(self, ids: Collection[UUID]) -> None:
        """The gateway has these."""
        self._under_way -= frozenset(ids)

    def more(self) -> None:
        """There is something new to send."""
        self._has_more = True

    def rewind(self) -> None:
        """Begin again at once: the other side may know nothing."""
        self._under_way, self._has_more = frozenset(), True

    @property
    def wakes_at(self) -> timedelta | None:
        """When `may_send` should be asked next; None while nothing is under way."""
        return self._answer_due if self._under_way else None
