"""The reason for being late: kept for the gateway first, acknowledged on the screen after."""

import sqlite3
from collections.abc import Callable, Mapping
from threading import Lock
from uuid import UUID, uuid5

import structlog

from drivers.clock.clock import Clock
from kiosk.protocol.remarks import LateReason, LateReasonGiven
from kiosk.remarks import RemarkBook
from kiosk.screen.board import Board

log = structlog.get_logger()

_NAMES = UUID("6f1b6c86-1f0b-4c5e-9d53-1d4f5b0a7d11")


class Reasons:
    """Takes reasons from the page. `bring` says that there is a new remark to carry."""

    def __init__(
        self, book: RemarkBook, board: Board, clock: Clock, *, bring: Callable[[], None]
    ) -> None:
        self._book = book
        self._board = board
        self._clock = clock
        self._bring = bring
        self._lock = Lock()

    def give(self, said: Mapping[str, str]) -> object:
        """Keep the `reason` of the answer with this `number`, and thank for it.

        Raises ValueError when it is no reason, nobody is asked any more, or it cannot be kept.
        """
        reason = LateReason(said.get("reason", ""))
        with self._lock:
            track = self._board.asked(said.get("number", ""), now=self._clock.uptime())
            if track is None:
                raise ValueError("nobody is asked for a reason now")
            self._keep(track, reason)
            self._board.thank(track, reason, now=self._clock.uptime())
        self._bring()
        return {}

    def _keep(self, track: UUID, reason: LateReason) -> None:
        """One remark a track, however often it is pressed."""
        remark = LateReasonGiven(id=uuid5(_NAMES, track.hex), track=track, reason=reason)
        try:
            self._book.add(remark)
        except sqlite3.Error as failed:
            log.error("remark_not_kept", reason=str(failed))
            raise ValueError("it cannot be kept now") from failed
