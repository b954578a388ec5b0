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


class NoPhoto(Rejected):
    """No still of that track is kept."""


class PhotoOfAnother(Rejected):
    """A kiosk sent a still of another kiosk's track."""


class PhotoUnreadable(Rejected):
    """A still cannot be opened with the gateway's key."""


class ForeignTrack(Rejected):
    """A kiosk gave the reason of a track that another kiosk made."""


class WrongPolicy(Rejected):
    """A site's registration policy cannot be kept as told."""


class NoAlarm(Rejected):
    """The site is not being evacuated."""


class UnknownOnRoll(Rejected):
    """A tick names a person nobody knows."""


class UnknownProfile(Rejected):
    """No profile has that name."""


class UnknownCodeSet(Rejected):
    """No code set has that name."""


class WrongOverride(Rejected):
    """A number cannot replace the profile's."""


class NotTaught(Rejected):
    """Nothing is taken at that session: it was cancelled, or its date is not scheduled."""


class NotInThisState(Rejected):
    """The session is not where its life must be for this."""


class RollLocked(Rejected):
    """The roll may not be changed any more without being unlocked."""


class NotPermitted(Rejected):
    """The profile does not let this role do that."""


class TaughtAlready(Rejected):
    """It is too late for this: the session has begun."""


class NothingToUndo(Rejected):
    """No act of this login on the roll can be taken back."""


class UnknownExcuse(Rejected):
    """No excuse has that number."""


class WrongExcuse(Rejected):
    """Nobody can be excused for what was told; the message says why."""


class UnknownCertificate(Rejected):
    """No certificate has that number, or its file is not on this machine."""


class WrongCertificate(Rejected):
    """The file cannot be kept as a certificate; the message says why."""


class CertificateDamaged(Rejected):
    """A certificate's file is not what was kept."""


class NotOpenYet(Rejected):
    """It is too early to check in."""


class NotOpenAnyMore(Rejected):
    """It is too late to check in."""


class WrongCode(Rejected):
    """That is not a code of the session, or not any more."""


class UnknownTicket(Rejected):
    """Nothing scanned is waiting under that ticket: it ran out, or was somebody else's."""


class PhoneShared(Rejected):
    """The same phone has just checked in somebody else."""


class NoSelfCheckIn(Rejected):
    """Nobody checks in by themselves at that session, or not for that person."""


class WrongProof(Rejected):
    """What the branch asks of those who check themselves in is not there, or not right."""


class UnknownCheckIn(Rejected):
    """No check-in has that number."""


class NotBookable(Rejected):
    """Nobody is booked into a registration period: it expects whoever is enrolled."""


class OnRollAlready(Rejected):
    """The person is enrolled in what meets and needs no booking."""


class NotActive(Rejected):
    """The person left, or was merged into another."""


class UnknownNotice(Rejected):
    """The person was told no such thing."""


class UnknownFlag(Rejected):
    """No flag has that number."""


class WrongFlag(Rejected):
    """A flag's text cannot be kept."""


class WrongMerge(Rejected):
    """These two cannot be one person."""


class WrongSession(Rejected):
    """A session cannot be as told."""


class MeetsAlready(Rejected):
    """An offering has another session at that time."""
