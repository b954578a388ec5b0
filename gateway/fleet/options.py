"""What a site has switched on at its kiosks."""

from dataclasses import asdict, dataclass

from django.db import transaction

from gateway.fleet.errors import WrongOptions
from gateway.fleet.models import DoorOptions

LONGEST_KEPT_DAYS = 3650
_COLUMNS = (
    "show_names", "ask_late_reason", "fallback_pin", "fallback_names", "show_session_codes",
    "photo_on", "photo_days", "face_confirm", "face_identify", "face_threshold", "face_margin",
    "face_smallest_px", "face_blink", "face_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """The switches of one site; distances and days as in `DoorOptions`."""

    show_names: bool = True
    ask_late_reason: bool = False
    fallback_pin: bool = False
    fallback_names: bool = False
    show_session_codes: bool = False
    photo_on: bool = False
    photo_days: int = 30
    face_confirm: bool = False
    face_identify: bool = False
    face_threshold: float = 0.5
    face_margin: float = 0.05
    face_smallest_px: int = 80
    face_blink: bool = False
    face_days: int = 400


def door_options(site_id: int) -> Options:
    """The site's switches, or the defaults."""
    row = DoorOptions.objects.filter(site_id=site_id).values(*_COLUMNS).first()
    return Options(**row) if row else Options()


@transaction.atomic
def set_door_options(*, site_id: int, options: Options) -> None:
    """Switch; kiosks hear of it within seconds. Raises WrongOptions."""
    if not 0 < options.face_threshold <= 1 or not 0 <= options.face_margin <= 1:
        raise WrongOptions("the threshold lies above 0 and up to 1, the margin from 0 to 1")
    if not options.face_smallest_px:
        raise WrongOptions("the smallest face has at least one pixel")
    for days in (options.photo_days, options.face_days):
        if not 1 <= days <= LONGEST_KEPT_DAYS:
            raise WrongOptions(f"keep for 1 to {LONGEST_KEPT_DAYS} days, not {days}")
    DoorOptions.objects.update_or_create(site_id=site_id, defaults=asdict(options))
