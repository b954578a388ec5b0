"""Why a change of a person or credential is refused."""

from gateway.errors import Rejected


class UnknownPerson(Rejected):
    """No person has this number."""


class UnknownGuardianship(Rejected):
    """The one does not answer for the other."""


class UnknownCredential(Rejected):
    """This credential is not known."""


class KeptByErp(Rejected):
    """The ERP is master of this person: what it names is changed there."""


class CredentialHeld(Rejected):
    """Another person holds this credential."""


class CredentialBlocked(Rejected):
    """The credential is blocked and cannot be given to anyone."""


class WrongCredential(Rejected):
    """What was given cannot be the value of such a credential."""


class WrongPin(Rejected):
    """The digits cannot be a PIN, or not this person's; the message says what to do."""


class WrongPerson(Rejected):
    """What was given of a person is incomplete or contradicts another person."""


class UnknownBadge(Rejected):
    """No badge has this number, or it does not hold any more."""


class BadgeKeyLost(Rejected):
    """A badge's signing key cannot be opened or made; the message says what to do."""


class WrongLogin(Rejected):
    """A login's name, password or role cannot be used."""


class UnreadableFile(Rejected):
    """The file is no table we can read; the message says what to do."""


def kept_by_erp(person_id: int) -> KeptByErp:
    """The refusal of a change by hand, saying where to make it."""
    return KeptByErp(
        f"person {person_id} is kept by the ERP: change it there, "
        "and the next synchronisation brings it here"
    )
