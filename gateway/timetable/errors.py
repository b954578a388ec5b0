"""Why a change of the calendar or of an enrolment is refused."""

from gateway.errors import Rejected


class UnknownPlace(Rejected):
    """No site, division or year group has this name or number."""


class UnknownEntry(Rejected):
    """No term, closure, open day or registration period has this number."""


class WrongDates(Rejected):
    """The dates contradict each other or what is stored."""


class NotAStudent(Rejected):
    """Only students belong to year groups."""


class WrongSite(Rejected):
    """A site's zone, country or subdivision does not exist."""


class Taken(Rejected):
    """The name or date is already used."""


class UnknownOffering(Rejected):
    """No offering, or nothing of it, has this number."""


class WrongOffering(Rejected):
    """An offering cannot be as told."""


class NotATeacher(Rejected):
    """Only active members of staff teach."""


class AlreadyEnrolled(Rejected):
    """The person belongs to the offering already."""


class NotEnrolled(Rejected):
    """The person does not belong to the offering on that date."""


class Full(Rejected):
    """The offering has no place left."""
