"""What a site may switch on at its kiosks; parts of `SiteSettings`."""

from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field, PositiveInt

from kiosk.protocol.wire import Base64, Wire


class BadgeKey(Wire):
    """The public half (Ed25519) of a key that badges are signed with."""

    id: Annotated[int, Field(ge=0, le=255)]
    public: Base64


class PhotoOptions(Wire):
    """Whether a still is taken of the moment of each tap."""

    on: bool = False


class FaceOptions(Wire):
    """How faces are used. `threshold` and `margin` are distances between face measures.

    `confirm` compares the holder of a card or badge, `identify` looks for anybody.
    """

    confirm: bool = False
    identify: bool = False
    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5
    margin: Annotated[float, Field(ge=0, le=1)] = 0.05
    smallest_px: PositiveInt = 80
    blink: bool = False


class FallbackOptions(Wire):
    """What a touch screen offers those who have nothing to show.

    `pin_key` turns a PIN into the credential's value, see `kiosk.protocol.pins`.
    """

    pin: bool = False
    names: bool = False
    pin_key: Base64 = ""


class SessionCode(Wire):
    """A session whose rotating code may be shown: `url` and, after it, the code of the moment.

    See `kiosk.protocol.rotating` for how `key` makes codes.
    """

    session: PositiveInt
    title: str
    shown_from: AwareDatetime
    shown_until: AwareDatetime
    url: str
    key: Base64
    step: timedelta = timedelta(seconds=15)


class GroupName(Wire):
    """What a year group is called; they are told in the order in which they are listed."""

    id: PositiveInt
    name: str
