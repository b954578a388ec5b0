"""What can be wrong with a kiosk's name or state."""

from gateway.errors import Rejected


class UnknownKiosk(Rejected):
    """No kiosk has that name."""


class WrongKiosk(Rejected):
    """A name no kiosk can have."""


class KioskExists(Rejected):
    """A kiosk with that name is there already."""


class WrongOptions(Rejected):
    """Switches that cannot hold; the message says which."""
