"""What can be wrong with what is asked of attendance."""

from gateway.errors import Rejected


class UnknownSession(Rejected):
    """No session has that number."""


class NotOnRoll(Rejected):
    """The person is not expected at that session."""


class UnknownHold(Rejected):
    """No open hold has that number."""


class ReasonMissing(Rejected):
    """The act needs a reason."""


class PeriodRunsBackwards(Rejected):
    """A period must start, then register, then finish."""


class WrongPolicy(Rejected):
    """A site's registration policy cannot be kept as told."""
