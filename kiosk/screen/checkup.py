"""The panel that tells staff how the kiosk is: facts about the machine, none about people."""

from dataclasses import dataclass

from kiosk.diagnosis import Diagnosis
from kiosk.screen.panel import Moment
from kiosk.screen.sayable import RollWord
from kiosk.screen.words import known, say

MODE = "checkup"

LABELS = {
    "en": ("This kiosk", "Software", "Address", "Gateway", "Saving", "Time", "Devices"),
    "de": ("Dieses Gerät", "Programm", "Adresse", "Zentrale", "Speichern", "Uhrzeit", "Geräte"),
    "fr": ("Cette borne", "Logiciel", "Adresse", "Serveur", "Enregistrement", "Heure", "Appareils"),
    "ar": ("هذا الجهاز", "البرنامج", "العنوان", "الخادم", "الحفظ", "الوقت", "الأجهزة"),
}
"""What each fact is called, in the order they are told."""

WELL, NOT_WELL = "✓", "✗"


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what it is about, and how it is."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page is told."""

    facts: tuple[Fact, ...]
    hint: str


@dataclass(frozen=True, slots=True)
class Checkup:
    """How the kiosk was when this was made. Gives way to people's answers."""

    diagnosis: Diagnosis
    mode: str = MODE
    urgent: bool = False

    def draw(self, moment: Moment) -> Facts:
        """A line a fact, the labels in the screen's language."""
        labels = LABELS[known(moment.language)]
        texts = _texts(self.diagnosis)
        facts = tuple(Fact(*each) for each in zip(labels, texts, strict=True))
        return Facts(facts, hint=say(RollWord.HOLD_AGAIN, moment.language))


def _texts(told: Diagnosis) -> tuple[str, ...]:
    trouble = f" · {told.trouble}" if told.trouble else ""
    return (
        told.kiosk,
        told.software,
        told.address or NOT_WELL,
        f"{_sign(is_well=told.online)} {told.waiting}{trouble}",
        _sign(is_well=told.can_record),
        _sign(is_well=told.clock_trusted),
        " · ".join(f"{_sign(is_well=device.ok)} {device.name}" for device in told.devices),
    )


def _sign(*, is_well: bool) -> str:
    return WELL if is_well else NOT_WELL
