"""What kiosks tell of a journal that broke: which numbers nobody can read any more."""

from datetime import datetime

from gateway.errors import Rejected
from gateway.fleet.models import Kiosk
from gateway.fleet.rules import Gap, received
from gateway.fleet.services import lock_installs, note_lost
from gateway.ingest.services import recount, stored_numbers
from kiosk.protocol.remarks import JournalLost

HIGHEST = 2**53
"""A number above this was never given out."""


def journal_lost(kiosk: Kiosk, said: JournalLost, now: datetime) -> None:
    """Note what is lost of a life of the kiosk's journal, but for what had come. Raises Rejected.

    What follows the lost numbers is then no longer held up by them.
    """
    if not said.first <= said.last <= HIGHEST:
        raise Rejected(f"the numbers {said.first} to {said.last} cannot be lost")
    life = (kiosk.pk, said.install)
    install = lock_installs([life], now=now)[life]
    note_lost(
        install, _gaps(install.upto, stored_numbers(install, above=install.upto), said), now=now
    )
    recount(install, now=now)


def _gaps(upto: int, stored: frozenset[int], said: JournalLost) -> tuple[Gap, ...]:
    """The numbers told as lost, without those that are here."""
    before = max(upto, said.first - 1)
    here = (number for number in stored if before < number <= said.last)
    return received(before, here, last=said.last).gaps
