"""Where each message travels.

A kiosk writes its own `up` and reads its own and its site's `down`.
"""

from dataclasses import dataclass

ROOT = "muster/v1"

GATEWAY_STATE = f"{ROOT}/gateway/down/state"

ALL_TRACKS = f"{ROOT}/kiosk/+/up/tracks"
ALL_HEARTBEATS = f"{ROOT}/kiosk/+/up/heartbeat"
ALL_REMARKS = f"{ROOT}/kiosk/+/up/remarks"
ALL_PHOTOS = f"{ROOT}/kiosk/+/up/photos"
ALL_STATES = f"{ROOT}/kiosk/+/up/state"


@dataclass(frozen=True, slots=True)
class KioskTopics:
    """The topics of one kiosk."""

    kiosk: str

    @property
    def tracks(self) -> str:
        """Up: `Tracks`."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/tracks"

    @property
    def heartbeat(self) -> str:
        """Up: `Heartbeat`."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/heartbeat"

    @property
    def state(self) -> str:
        """Up, retained, and the last will: `KioskState`."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/state"

    @property
    def remarks(self) -> str:
        """Up: `Remarks`."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/remarks"

    @property
    def photos(self) -> str:
        """Up: `PhotoTaken`."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/photos"

    @property
    def all_up(self) -> str:
        """The filter of all that a kiosk may write."""
        return f"{ROOT}/kiosk/{self.kiosk}/up/+"

    @property
    def remarks_kept(self) -> str:
        """Down: `RemarksKept`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/remarks"

    @property
    def photos_kept(self) -> str:
        """Down: `PhotosKept`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/photos"

    @property
    def enrolment(self) -> str:
        """Down, retained: `Enrolment`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/enrolment"

    @property
    def faces(self) -> str:
        """Down: `FacesPart`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/faces"

    @property
    def upto(self) -> str:
        """Down: `Upto`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/upto"

    @property
    def roster(self) -> str:
        """Down: `RosterPart`."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/roster"

    @property
    def catch_up(self) -> str:
        """Down: the `SiteTracks` this kiosk has missed."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/tracks"

    @property
    def all_down(self) -> str:
        """The filter a kiosk subscribes to for what is meant for it alone."""
        return f"{ROOT}/kiosk/{self.kiosk}/down/#"


@dataclass(frozen=True, slots=True)
class SiteTopics:
    """The topics every kiosk of one site reads."""

    site: str

    @property
    def tracks(self) -> str:
        """Down: `SiteTracks`, as they are committed."""
        return f"{ROOT}/site/{self.site}/down/tracks"

    @property
    def settings(self) -> str:
        """Down, retained: `SiteSettings`."""
        return f"{ROOT}/site/{self.site}/down/settings"

    @property
    def evacuation(self) -> str:
        """Down, retained: `Evacuation`."""
        return f"{ROOT}/site/{self.site}/down/evacuation"

    @property
    def all_down(self) -> str:
        """The filter a kiosk subscribes to for its site."""
        return f"{ROOT}/site/{self.site}/down/#"


def kiosk_of(topic: str) -> str | None:
    """The kiosk an `up` topic belongs to; None when it is not one."""
    parts = topic.split("/")
    is_up = len(parts) == 6 and parts[:3] == [*ROOT.split("/"), "kiosk"] and parts[4] == "up"
    return parts[3] if is_up else None
