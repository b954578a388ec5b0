"""What the marks of persons come to over dates: counted each time it is asked, never stored."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from gateway.attendance.covering import covers_at
from gateway.attendance.gathering import Gathered, Scope, gathered
from gateway.attendance.policy import Policy
from gateway.attendance.profiling import policy_with, profile_of
from gateway.attendance.tallies import Counted, Sums, summed, tally
from gateway.attendance.words import Place
from gateway.timetable.errors import UnknownOffering, UnknownPlace
from gateway.timetable.models import Offering, Site


def sums_of(person_ids: Collection[int], scope: Scope, *, now: datetime) -> dict[int, Sums]:
    """What each of these persons comes to in the scope; everybody asked for is in the answer.

    As many questions to the store for one person as for many. Limits, weights and what lates
    come to are as the offering has them now, or the site where the scope names no offering.
    Raises UnknownPlace and UnknownOffering.
    """
    policy = policy_of_scope(scope)
    found = gathered(person_ids, scope)
    lates = {place: each.starts_at for place, each in found.items() if each.is_late}
    covered = covers_at(lates)
    counted: dict[int, list[Counted]] = defaultdict(list)
    for place, each in found.items():
        counted[place[1]].append(_counted(place, each, covered, now))
    return {person: summed(tally(counted[person]), policy) for person in person_ids}


def sums(person_id: int, scope: Scope, *, now: datetime) -> Sums:
    """What one person comes to in the scope. Raises as `sums_of` does."""
    return sums_of([person_id], scope, now=now)[person_id]


def policy_of_scope(scope: Scope) -> Policy:
    """The policy by which the scope is counted. Raises UnknownPlace and UnknownOffering."""
    site = Site.objects.filter(pk=scope.site_id).first()
    if site is None:
        raise UnknownPlace(f"there is no site {scope.site_id}")
    if scope.offering_id is None:
        return policy_with(profile_of(site.profile), site.overrides)
    offering = Offering.objects.filter(pk=scope.offering_id, site=site).first()
    if offering is None:
        raise UnknownOffering(f"there is no offering {scope.offering_id} at {site.name}")
    return policy_with(
        profile_of(offering.profile or site.profile), site.overrides | offering.overrides
    )


def _counted(place: Place, each: Gathered, covered: Collection[Place], now: datetime) -> Counted:
    return Counted(
        each.base,
        is_late=each.is_late,
        is_excused=place in covered,
        is_held=each.starts_at <= now,
    )
