"""What the gateway wants of faces at this kiosk, as it last said."""

from base64 import b64decode
from dataclasses import dataclass, field
from pathlib import Path

from kiosk import database as files, site
from kiosk.protocol.messages import Enrolment, Method, SiteSettings, Wanted
from kiosk.protocol.options import FaceOptions


@dataclass(frozen=True, slots=True)
class Wishes:
    """`gateway_key` is what an enrolment is sealed to; `wanted` whose face is to be enrolled."""

    options: FaceOptions = field(default_factory=FaceOptions)
    gateway_key: bytes = b""
    wanted: Wanted | None = None

    @property
    def anything(self) -> bool:
        """Whether there is any use for faces now."""
        return self.options.confirm or self.options.identify or self.wanted is not None


def wishes(folder: Path) -> Wishes:
    """Raises sqlite3.Error."""
    database = files.connect(folder / site.FILE, durability=files.Durability.NORMAL)
    try:
        settings = site.noted(database, SiteSettings)
        enrolment = site.noted(database, Enrolment)
    finally:
        database.close()
    if settings is None:
        return Wishes()
    wanted = enrolment.wanted if enrolment else None
    is_face = wanted is not None and wanted.method is Method.FACE and settings.seal_key != ""
    return Wishes(settings.face, b64decode(settings.seal_key), wanted if is_face else None)
