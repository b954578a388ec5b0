"""What an examination of the kiosk finds: how it is, and for each fault what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """WARNING wants a look soon; FAULT keeps the kiosk from doing its work."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `what` was found, and `remedy` is what a person does about it."""

    check: str
    verdict: Verdict
    what: str
    remedy: str = ""


def well(check: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Verdict.WELL, what)


def warning(check: str, what: str, remedy: str) -> Finding:
    """The kiosk works, and someone should look."""
    return Finding(check, Verdict.WARNING, what, remedy)


def fault(check: str, what: str, remedy: str) -> Finding:
    """The kiosk cannot do its work."""
    return Finding(check, Verdict.FAULT, what, remedy)
