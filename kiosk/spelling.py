"""How this kiosk's reader types numbers: learnt at an enrolment, kept in a file of its own."""

import os
from pathlib import Path

import structlog

from drivers.card.numbers import Format
from kiosk.settings import KioskSettings

log = structlog.get_logger()

FILE = "reader-format"


class Spelling:
    """What was learnt in one folder, or `otherwise`. Any thread may ask; the loop alone learns."""

    def __init__(self, folder: Path, *, otherwise: Format | None = None) -> None:
        self._path = folder / FILE
        self._otherwise = otherwise

    def read(self) -> Format | None:
        """The reader's format; None while nobody knows it."""
        try:
            return Format.parse(self._path.read_text(encoding="ascii").strip())
        except FileNotFoundError:
            return self._otherwise
        except (OSError, ValueError) as broken:
            log.error("reader_format_unreadable", reason=str(broken))
            return self._otherwise

    def learn(self, form: Format) -> None:
        """Keep the format; it is durable on return. Raises OSError."""
        beside = self._path.with_suffix(".new")
        with beside.open("w", encoding="ascii") as file:
            file.write(f"{form}\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        log.info("reader_format_learnt", form=str(form))


def spelling_of(settings: KioskSettings) -> Spelling:
    """What this kiosk has learnt, or else was set to."""
    named = settings.wedge.form if settings.wedge else ""
    return Spelling(settings.data, otherwise=Format.parse(named) if named else None)
