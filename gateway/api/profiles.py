"""How each kind of attendance speaks and judges."""

from django.http import HttpRequest
from ninja import Router, Schema

from gateway.api.access import FOR_TEACHERS
from gateway.attendance.policy import Deed, Profile
from gateway.attendance.profiling import PolicyNumbers, numbers_of, profile_of, profiles
from gateway.attendance.values import Activation, ExcuseReason
from gateway.people.values import Role

router = Router(tags=["profiles"], auth=FOR_TEACHERS)


class StatusWordOut(Schema):
    """A profile's name for a status, and its short form; `{late}` and `{early}` are minutes."""

    name: str
    short: str


class ProfileOut(Schema):
    """A profile: its words, who may do what, and the numbers of its policy."""

    name: str
    activation: Activation
    completes_itself: bool
    statuses: dict[str, StatusWordOut]
    permissions: dict[Deed, list[Role]]
    teacher_reasons: list[ExcuseReason]
    codes: str
    policy: PolicyNumbers


@router.get("/profiles", response=list[ProfileOut])
def list_profiles(request: HttpRequest) -> list[ProfileOut]:
    """Every profile that a site or an offering can pick."""
    return [_told(each) for each in profiles().values()]


@router.get("/profiles/{name}", response=ProfileOut)
def get_profile(request: HttpRequest, name: str) -> ProfileOut:
    """One profile."""
    return _told(profile_of(name))


def _told(profile: Profile) -> ProfileOut:
    words = {
        key: StatusWordOut(name=word.name, short=word.short)
        for key, word in profile.statuses.items()
    }
    return ProfileOut(
        name=profile.name,
        activation=profile.activation,
        completes_itself=profile.completes_itself,
        statuses=words,
        permissions={deed: sorted(roles) for deed, roles in profile.permissions.items()},
        teacher_reasons=sorted(profile.teacher_reasons),
        codes=profile.codes,
        policy=numbers_of(profile.name),
    )
