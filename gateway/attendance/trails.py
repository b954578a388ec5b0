"""Whether a trail of words is whole, and what a seal over trails holds. Values in, values out."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from gateway.attendance.settling import chained


class Fault(StrEnum):
    """What is wrong with a trail or a seal."""

    EDITED = "edited, or what was said before it is missing"
    INSERTED = "inserted between two words that follow each other"
    END_MISSING = "the end of the trail is missing, or the mark points elsewhere"
    END_INSERTED = "inserted after the word that the mark stands on"
    NO_MARK = "there is a trail, but no mark"
    NO_TRAIL = "there is a mark, but no trail"
    MARK_DIFFERS = "the mark is not what its trail comes to"
    SEAL_MISSES = "revisions under the seal are missing"
    SEAL_EXCEEDS = "revisions under the seal were inserted"
    SEAL_DIFFERS = "the seal does not fit the revisions under it, or a seal before it is missing"
    SEAL_GONE = "the seal is missing"
    UNGUARDED = "the store does not refuse changes of the trail"


@dataclass(frozen=True, slots=True)
class Link:
    """One revision of a trail: its number, what its chain covers, and that chain."""

    number: int
    fields: tuple[object, ...]
    chain: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What is wrong with which revision; None where it is wrong with the whole trail."""

    fault: Fault
    number: int | None = None


def broken_links(trail: Sequence[Link], end: str | None) -> Iterator[Broken]:
    """What is wrong with one mark's trail, told in the order it was said (MRK audit).

    `end` is the chain that the mark stands on, None where there is no mark.
    """
    chains = [link.chain for link in trail]
    for place, link in enumerate(trail):
        if link.chain != chained(chains[place - 1] if place else "", link.fields):
            yield Broken(Fault.EDITED, link.number)
        elif _is_skipped(trail, place):
            yield Broken(Fault.INSERTED, link.number)
    if end is None:
        yield Broken(Fault.NO_MARK)
    elif end in chains[:-1]:
        yield Broken(Fault.END_INSERTED, trail[chains.index(end) + 1].number)
    elif not chains or end != chains[-1]:
        yield Broken(Fault.END_MISSING)


def sealed(before: str, chains: Iterable[str]) -> str:
    """The SHA-256 over the seal before and the chains since; empty `before` for the first."""
    whole = sha256(before.encode())
    for chain in chains:
        whole.update(chain.encode())
    return whole.hexdigest()


def _is_skipped(trail: Sequence[Link], place: int) -> bool:
    """Whether the next word follows the one before this: this one was put between them."""
    if place + 1 >= len(trail):
        return False
    before = trail[place - 1].chain if place else ""
    following = trail[place + 1]
    return following.chain == chained(before, following.fields)
