"""What the screen offers beside answers: as the site has it, and as far as the kiosk can."""

from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.protocol.options import SessionCode
from kiosk.screen.sayable import Instruction
from kiosk.visit import SiteRules


@dataclass(frozen=True, slots=True)
class Offers:
    """What is offered. `pin_key` is empty where no PIN may be entered."""

    pin_key: bytes = b""
    names: bool = False
    late_reasons: bool = False
    codes: tuple[SessionCode, ...] = ()

    @property
    def pin(self) -> bool:
        """Whether a PIN may be entered."""
        return bool(self.pin_key)

    def code_at(self, now: datetime) -> SessionCode | None:
        """The session whose code is shown now; of several, each in turn, a step long."""
        open_now = [each for each in self.codes if each.shown_from <= now < each.shown_until]
        if not open_now:
            return None
        turn = int(now.timestamp() // open_now[0].step.total_seconds())
        return open_now[turn % len(open_now)]


@dataclass(frozen=True, slots=True)
class Senses:
    """What the kiosk can read people by at this moment."""

    card: bool = True
    code: bool = True
    face: bool = False


NO_OFFERS, CARD_AND_CODE = Offers(), Senses()

INSTRUCTIONS = {
    Senses(card=True, code=True): Instruction.CARD_OR_CODE,
    Senses(card=True, code=False): Instruction.CARD,
    Senses(card=False, code=True): Instruction.CODE,
    Senses(card=True, code=True, face=True): Instruction.CARD_CODE_FACE,
    Senses(card=True, code=False, face=True): Instruction.CARD_FACE,
    Senses(card=False, code=True, face=True): Instruction.CODE_FACE,
    Senses(card=False, code=False, face=True): Instruction.FACE,
    Senses(card=False, code=False): Instruction.NOTHING,
}


def offers(rules: SiteRules, *, touch: bool) -> Offers:
    """What the site's settings allow; without a touch screen nothing that needs touching.

    Where no names may be shown, none can be looked for.
    """
    return Offers(
        pin_key=b64decode(rules.pin_key) if touch else b"",
        names=touch and rules.finds_names and rules.show_names,
        late_reasons=touch and rules.ask_late_reason,
        codes=rules.session_codes,
    )


def senses(
    *, readers: Sequence[str], camera: str | None, away: frozenset[str], face: bool
) -> Senses:
    """What works now, of the devices by their names; `away` are those that do not answer."""
    sees = camera is not None and camera not in away
    return Senses(card=any(name not in away for name in readers), code=sees, face=sees and face)
