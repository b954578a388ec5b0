"""Who is calling, and the tokens that let programs call."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema, Status
from ninja.pagination import paginate

from gateway.api.access import FOR_EVERYBODY, caller, require_admin
from gateway.api.clock import now
from gateway.api.errors import NotThere
from gateway.api.paging import Paged
from gateway.api.parameters import Id
from gateway.people.guardians import children_of
from gateway.people.logins import revoke_token
from gateway.people.models import ApiToken
from gateway.people.values import Role

router = Router(tags=["access"])


class Me(Schema):
    """The login that calls, who it is, and whom that person answers for."""

    name: str
    roles: list[Role]
    person_id: int | None
    children: list[int]


class TokenOut(Schema):
    """A token, without its text: that was shown once and is not kept."""

    id: int
    name: str
    login: str
    created_at: datetime
    revoked_at: datetime | None

    @staticmethod
    def resolve_login(token: ApiToken) -> str:
        """The login it stands for."""
        return token.user.get_username()


@router.get("/me", response=Me, auth=FOR_EVERYBODY)
def get_me(request: HttpRequest) -> Me:
    """Who this token or session stands for, and what it may do."""
    who = caller(request)
    person_id = who.person_id
    children = () if person_id is None else children_of(person_id)
    return Me(name=who.name, roles=sorted(who.roles), person_id=person_id, children=list(children))


@router.get("/tokens", response=list[TokenOut])
@paginate(Paged)
def list_tokens(request: HttpRequest) -> "QuerySet[ApiToken]":
    """Every token ever made; for administrators."""
    require_admin(request)
    return ApiToken.objects.select_related("user").order_by("id")


@router.delete("/tokens/{token_id}", response={204: None})
def revoke(request: HttpRequest, token_id: Id) -> Status[None]:
    """The token opens nothing from now on; for administrators."""
    require_admin(request)
    if not revoke_token(token_id, now()):
        raise NotThere(f"there is no token {token_id} that still opens anything")
    return Status(204, None)
