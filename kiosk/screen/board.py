"""What the screen shows, kept for as long as it may be shown."""

from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Condition
from uuid import UUID

from kiosk.link.state import LinkState
from kiosk.protocol.remarks import LateReason
from kiosk.screen.offers import CARD_AND_CODE, NO_OFFERS, Offers, Senses
from kiosk.screen.panel import Panel
from kiosk.visit import Answer, Outcome

FOOT = 3
"""Results that stay in the foot, nameless once their time is over."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on the screen. From `personal_until` (uptime) on it has no name left.

    Who is late may be `asked` why; `reason` is what they said. One that `is_past` has left
    its large place.
    """

    answer: Answer
    personal_until: timedelta
    number: int
    asked: bool = False
    reason: LateReason | None = None
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Everything the screen shows at one moment, the newest answer first."""

    answers: tuple[Shown, ...]
    link: LinkState
    can_record: bool
    clock_trusted: bool
    panel: Panel | None = None
    offers: Offers = NO_OFFERS
    senses: Senses = CARD_AND_CODE


class Board:
    """Written by the deciding loop and the link, watched by the pages.

    `now` is the machine's uptime. Who is asked for a reason is shown for `asked_for`.
    """

    def __init__(self, *, shown_for: timedelta, asked_for: timedelta = timedelta(0)) -> None:
        self._shown_for = shown_for
        self._asked_for = max(asked_for, shown_for)
        self._offers = NO_OFFERS
        self._changed = Condition()
        self._version = 0
        self._count = 0
        self._answers: deque[Shown] = deque(maxlen=FOOT + 1)
        self._link = LinkState(online=False, confirmed=0, last=0)
        self._can_record = True
        self._clock_trusted = True
        self._panels: dict[str, Panel] = {}

    def show(self, answer: Answer, *, now: timedelta) -> None:
        """Put an answer up."""
        with self._changed:
            self._count += 1
            asked = bool(self._offers.late_reasons and answer.late_minutes and answer.track)
            until = now + (self._asked_for if asked else self._shown_for)
            self._answers.appendleft(Shown(answer, until, self._count, asked))
            if answer.outcome is not Outcome.UNREAD:
                self._can_record = answer.outcome is not Outcome.NOT_RECORDED
            self._bump()

    def forget(self, *, now: timedelta) -> None:
        """Take off every answer whose time is over; of its name nothing stays in memory."""
        with self._changed:
            kept = [_past(each, now) for each in self._answers]
            if kept != list(self._answers):
                self._answers = deque(kept, maxlen=FOOT + 1)
                self._bump()

    def next_forgetting(self) -> timedelta | None:
        """When the next answer has to go; None while there is none."""
        with self._changed:
            large = (each.personal_until for each in self._answers if not each.is_past)
            return min(large, default=None)

    def report_link(self, link: LinkState) -> None:
        """Show how the link is."""
        with self._changed:
            self._link = link
            self._bump()

    def report_health(self, *, can_record: bool, clock_trusted: bool) -> None:
        """Show whether the kiosk can record, and whether its time can be relied on."""
        with self._changed:
            if (can_record, clock_trusted) != (self._can_record, self._clock_trusted):
                self._can_record, self._clock_trusted = can_record, clock_trusted
                self._bump()

    def offer(self, offers: Offers) -> None:
        """Offer this from now on."""
        with self._changed:
            if offers != self._offers:
                self._offers = offers
                self._bump()

    def asked(self, number: str, *, now: timedelta) -> UUID | None:
        """The track of the answer with this number if its person is now asked for a reason."""
        with self._changed:
            newest = self._answers[0] if self._answers else None
            if newest is None or str(newest.number) != number or newest.reason:
                return None
            return newest.answer.track if newest.asked and now < newest.personal_until else None

    def thank(self, track: UUID, reason: LateReason, *, now: timedelta) -> None:
        """Show that the reason is kept; the name leaves as after any answer."""
        with self._changed:
            for at, each in enumerate(self._answers):
                if each.answer.track == track:
                    until = min(each.personal_until, now + self._shown_for)
                    self._answers[at] = replace(each, reason=reason, personal_until=until)
            self._bump()

    def put_up(self, panel: Panel) -> None:
        """Show the panel, in place of one of its mode, until it is taken down."""
        with self._changed:
            if self._panels.get(panel.mode) != panel:
                self._panels[panel.mode] = panel
                self._bump()

    def take_down(self, mode: str) -> None:
        """Take the panel of this mode off, if there is one."""
        with self._changed:
            if self._panels.pop(mode, None) is not None:
                self._bump()

    def view(self, *, now: timedelta) -> View:
        """What may be shown now; names whose time is over are left out even here.

        Of several panels an urgent one stands before, then the one of the mode put up last.
        """
        with self._changed:
            answers = tuple(_past(each, now) for each in self._answers)
            panel = max(reversed(self._panels.values()), key=_urgency, default=None)
            return View(
                answers, self._link, self._can_record, self._clock_trusted, panel, self._offers
            )

    def wait(self, seen: int, *, timeout: timedelta) -> int:
        """Wait until there is something newer than version `seen`; answers the version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != seen, timeout.total_seconds())
            return self._version

    def _bump(self) -> None:
        self._version += 1
        self._changed.notify_all()


def _urgency(panel: Panel) -> bool:
    return panel.urgent


def _past(shown: Shown, now: timedelta) -> Shown:
    if shown.is_past or now < shown.personal_until:
        return shown
    return replace(shown, answer=replace(shown.answer, name="", language=None), is_past=True)
