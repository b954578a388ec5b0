"""What can be wrong with a kiosk's name or state."""

from gateway.errors import Rejected


class UnknownKiosk(Rejected):
    """No kiosk has that name."""


class WrongKiosk(Rejected):
    """A name no kiosk can have."""


class KioskExists(Rejected):
    """A kiosk with that name is there already."""


class NotPaired(Rejected):
    """The code or the token opens nothing: a new code is needed."""


class WrongOptions(Rejected):
    """Switches that cannot hold; the message says which."""


class UnknownEnrolment(Rejected):
    """Nobody asked a kiosk for this enrolment."""


class KioskBusy(Rejected):
    """The kiosk waits for somebody else already; the message says for whom."""


class CannotEnrol(Rejected):
    """This person, or this kiosk, cannot be enrolled at; the message says why."""
