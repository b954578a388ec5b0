"""The panels that say whose card, or whose face, the kiosk waits for."""

from dataclasses import dataclass

from kiosk.screen.panel import Moment
from kiosk.screen.sayable import Word
from kiosk.screen.words import say

MODE = "enrolment"
FACE_MODE = "face"


@dataclass(frozen=True, slots=True)
class Awaiting:
    """What the page is told."""

    word: str
    who: str
    hint: str


@dataclass(frozen=True, slots=True)
class CardAwaited:
    """A person's new card is waited for; no name where the site's screens show none."""

    name: str
    mode: str = MODE
    urgent: bool = False

    def draw(self, moment: Moment) -> Awaiting:
        """The three lines of the panel."""
        return Awaiting(
            word=say(Word.NEW_CARD, moment.language),
            who=self.name,
            hint=say(Word.HOLD_NEW_CARD, moment.language),
        )


@dataclass(frozen=True, slots=True)
class FaceAwaited:
    """A person's face is to be measured; no name where the site's screens show none."""

    name: str
    mode: str = FACE_MODE
    urgent: bool = False

    def draw(self, moment: Moment) -> Awaiting:
        """The three lines of the panel."""
        return Awaiting(
            word=say(Word.NEW_FACE, moment.language),
            who=self.name,
            hint=say(Word.LOOK_HERE, moment.language),
        )
