"""Why something about faces is refused."""

from gateway.errors import Rejected


class NoConsent(Rejected):
    """Nobody has agreed to this, or somebody objects."""


class WrongConsent(Rejected):
    """What was given of a consent is incomplete."""


class UnknownConsent(Rejected):
    """No consent has this number at this site."""


class NoOtherWay(Rejected):
    """A face is never the only way in: the person has nothing else to show."""


class UnreadableFace(Rejected):
    """Measures that cannot be opened, or are none."""


class UnknownVerdict(Rejected):
    """A verdict about no track of that kiosk."""
