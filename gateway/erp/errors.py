"""What can go wrong between us and the ERP, named for what the caller does next."""

from gateway.errors import Rejected, Unavailable


class ErpAway(Unavailable):
    """The ERP does not answer as an ERP does: try again later."""


class ErpBusy(ErpAway):
    """The ERP, or our own budget of requests, asks for patience."""


class KeyRefused(ErpAway):
    """The ERP refuses our client id and secret; everything waits until someone mends them."""


class FetchIncomplete(ErpAway):
    """A list came in part only, or changed while it was read."""


class NotReadBack(ErpAway):
    """What we wrote is not what the ERP then holds; the next try decides anew."""


class CodeUnknown(ErpAway):
    """The dictionaries do not hold the code we need: synchronise them, or mend the policy."""


class ErpRefused(Rejected):
    """The ERP understood the request and refused it."""


class ErpMisspoke(Rejected):
    """The ERP answered something that its published contract does not allow."""


class TooManyLeavers(Rejected):
    """The ERP's list lacks so many students that nobody is deactivated unasked."""
