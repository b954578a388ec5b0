"""Profiles as the files beside this module tell them, and the policy of one session.

The files are data: a profile is added or changed there and nowhere else.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    ValidationError,
)

from gateway.attendance import status
from gateway.attendance.errors import UnknownProfile, WrongOverride
from gateway.attendance.policy import Deed, LateStep, Policy, Profile, StatusWord
from gateway.attendance.values import Activation, ArrivalMode, ExcuseReason, Verification
from gateway.people.values import Role

FOLDER = Path(__file__).parent / "profiles"
OFF = "off"
"""Switches a limit off; in JSON null does as well, which TOML has no word for."""


def _unless_off(told: object) -> object:
    return None if told == OFF else told


Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Hours = Annotated[int, Field(ge=0, le=24 * 366)]
Off = BeforeValidator(_unless_off)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Part):
    """So many lates come to so many absences."""

    lates: int = Field(ge=1)
    absences: int = Field(ge=1)


class PolicyNumbers(_Part):
    """Every number of a policy, each with what it means; see `policy.Policy`."""

    arrival: ArrivalMode = Field(ArrivalMode.ON_SITE, description="on_site or tap_in_window")
    opens_before: Minutes = Field(
        15, description="minutes before the start from which a tap counts"
    )
    closes_after: Minutes = Field(30, description="minutes after the end up to which a tap counts")
    grace: Minutes = Field(10, description="minutes after the start that are still in time")
    partial_after: Annotated[Minutes | None, Off] = Field(
        30, description="later than this many minutes is partial attendance; off: never"
    )
    absent_after: Annotated[Minutes | None, Off] = Field(
        60, description="later than this many minutes is an absence; off: never"
    )
    absent_if_missed: Annotated[Annotated[float, Field(gt=0, lt=1)] | None, Off] = Field(
        0.5, description="missing more than this share is an absence; off: never"
    )
    left_early_after: Minutes = Field(
        5, description="minutes before the end that one may go without having left early"
    )
    late_steps: tuple[Step, ...] = Field((), description="so many lates come to so many absences")
    excused_weight: Annotated[float, Field(ge=0, le=1)] = Field(
        0, description="what an excused absence counts towards the limit"
    )
    absence_limit: Annotated[Annotated[int, Field(ge=1)] | None, Off] = Field(
        None, description="absences a term may have; off: any number"
    )
    due_after: Hours = Field(24, description="hours after the end by which a roll is submitted")
    escalate_after: Hours = Field(24, description="hours overdue after which the office is told")
    lock_after: Annotated[Hours | None, Off] = Field(
        72, description="hours after the end when a roll is locked; off: never"
    )
    check_in_office: bool = Field(False, description="check-in mode on the office portal")
    check_in_staff: bool = Field(False, description="check-in mode on the staff portal")
    session_code: bool = Field(True, description="whether sessions have a rotating code")
    code_step: Annotated[int, Field(ge=5, le=300)] = Field(
        15, description="seconds after which a session's code changes"
    )
    printed_code: bool = Field(False, description="whether a code may be printed")
    self_check_in: bool = Field(False, description="whether people check themselves in")
    verification: frozenset[Verification] = Field(
        frozenset(), description="what is asked of them: pin, photo, network"
    )
    networks: tuple[IPvAnyNetwork, ...] = Field((), description="networks that count as on site")

    def policy(self) -> Policy:
        """The policy of these numbers."""
        return Policy(
            arrival=self.arrival,
            opens_before=timedelta(minutes=self.opens_before),
            closes_after=timedelta(minutes=self.closes_after),
            grace=timedelta(minutes=self.grace),
            partial_after=_minutes(self.partial_after),
            absent_after=_minutes(self.absent_after),
            absent_if_missed=self.absent_if_missed,
            left_early_after=timedelta(minutes=self.left_early_after),
            late_steps=tuple(LateStep(each.lates, each.absences) for each in self.late_steps),
            excused_weight=self.excused_weight,
            absence_limit=self.absence_limit,
            due_after=timedelta(hours=self.due_after),
            escalate_after=timedelta(hours=self.escalate_after),
            lock_after=None if self.lock_after is None else timedelta(hours=self.lock_after),
            check_in_office=self.check_in_office,
            check_in_staff=self.check_in_staff,
            session_code=self.session_code,
            code_step=timedelta(seconds=self.code_step),
            printed_code=self.printed_code,
            self_check_in=self.self_check_in,
            verification=self.verification,
            networks=tuple(map(str, self.networks)),
        )


class Words(_Part):
    """A status's name and short form."""

    name: str
    short: str


class ProfileFile(_Part):
    """One file of the folder `profiles`."""

    activation: Activation
    completes_itself: bool = False
    booked_until_over: bool = False
    teacher_reasons: frozenset[ExcuseReason]
    consequences: frozenset[str]
    codes: str = ""
    statuses: Mapping[str, Words]
    permissions: Mapping[Deed, frozenset[Role]]
    policy: PolicyNumbers


@cache
def profiles() -> Mapping[str, Profile]:
    """All profiles by name. Raises WrongOverride for a file that names a status too few."""
    return {path.stem: _profile(path) for path in sorted(FOLDER.glob("*.toml"))}


def profile_of(name: str) -> Profile:
    """The profile of this name. Raises UnknownProfile."""
    found = profiles().get(name)
    if found is None:
        raise UnknownProfile(f"there is no profile {name!r}: choose one of {', '.join(profiles())}")
    return found


def policy_with(profile: Profile, overrides: Mapping[str, Any]) -> Policy:
    """The profile's policy with single numbers replaced. Raises WrongOverride."""
    if not overrides:
        return profile.policy
    return _merged(profile.name, json.dumps(overrides, sort_keys=True))


def check_overrides(profile: str, overrides: Mapping[str, Any]) -> None:
    """Raises UnknownProfile, and WrongOverride naming the number that cannot be."""
    policy_with(profile_of(profile), overrides)


@cache
def _merged(profile: str, overrides: str) -> Policy:
    numbers = numbers_of(profile).model_dump(mode="json")
    try:
        return PolicyNumbers.model_validate({**numbers, **json.loads(overrides)}).policy()
    except ValidationError as wrong:
        said = "; ".join(_said(".".join(map(str, e["loc"])), e) for e in wrong.errors())
        raise WrongOverride(f"these numbers cannot replace the profile's: {said}") from wrong


def _said(name: str, error: Mapping[str, Any]) -> str:
    is_unknown = error["type"] == "extra_forbidden"
    return f"{name}: {'no policy has such a number' if is_unknown else error['msg']}"


@cache
def numbers_of(name: str) -> PolicyNumbers:
    """The numbers of the profile of this name, which must be one."""
    return _file(FOLDER / f"{name}.toml").policy


def _file(path: Path) -> ProfileFile:
    return ProfileFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def _profile(path: Path) -> Profile:
    told = _file(path)
    unnamed = sorted(set(status.KEYS) ^ set(told.statuses))
    if unnamed:
        raise WrongOverride(f"{path.name} must name each status once: see to {unnamed[0]!r}")
    base = Profile(
        name=path.stem,
        statuses={key: StatusWord(words.name, words.short) for key, words in told.statuses.items()},
        policy=told.policy.policy(),
        activation=told.activation,
        completes_itself=told.completes_itself,
        booked_until_over=told.booked_until_over,
        permissions={deed: frozenset({Role.ADMIN}) for deed in Deed},
        teacher_reasons=told.teacher_reasons,
        consequences=told.consequences,
        codes=told.codes,
    )
    return replace(base, permissions={**base.permissions, **told.permissions})


def _minutes(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(minutes=number)
