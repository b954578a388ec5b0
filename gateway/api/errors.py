"""What a caller is told when something cannot be done."""

import re
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from gateway.attendance.errors import (
    NoPhoto,
    NotPermitted,
    PeriodRunsBackwards,
    ReasonMissing,
    UnknownCertificate,
    UnknownCheckIn,
    UnknownCodeSet,
    UnknownExcuse,
    UnknownFlag,
    UnknownHold,
    UnknownNotice,
    UnknownOnRoll,
    UnknownProfile,
    UnknownSession,
    UnknownTicket,
    WrongCertificate,
    WrongCode,
    WrongExcuse,
    WrongFlag,
    WrongMerge,
    WrongOverride,
    WrongPolicy,
    WrongProof,
    WrongSession,
)
from gateway.errors import GatewayError, Rejected, Unavailable
from gateway.faces.errors import UnknownConsent, UnknownVerdict, WrongConsent
from gateway.fleet.errors import UnknownEnrolment, UnknownKiosk, WrongKiosk, WrongOptions
from gateway.people.errors import (
    UnknownBadge,
    UnknownCredential,
    UnknownGuardianship,
    UnknownPerson,
    WrongCredential,
    WrongPerson,
    WrongPin,
)
from gateway.timetable.errors import (
    NotAStudent,
    NotATeacher,
    UnknownEntry,
    UnknownOffering,
    UnknownPlace,
    WrongDates,
    WrongOffering,
    WrongSite,
)


class NotThere(Rejected):
    """What the address names does not exist."""


class NameTheSite(Rejected):
    """The request must say which site it means."""


NOT_THERE = (
    NotThere, UnknownPerson, UnknownCredential, UnknownPlace, UnknownSession, UnknownHold,
    UnknownKiosk, UnknownEntry, UnknownEnrolment, UnknownOffering, NoPhoto,
    UnknownConsent, UnknownOnRoll, UnknownVerdict, UnknownBadge, UnknownProfile,
    UnknownExcuse, UnknownCertificate,
    UnknownTicket, UnknownCheckIn,
    UnknownGuardianship, UnknownCodeSet,
    UnknownFlag, UnknownNotice,
)  # fmt: skip
WRONG = (
    NameTheSite, WrongPerson, WrongCredential, WrongDates, WrongSite, WrongPolicy, NotAStudent,
    ReasonMissing, PeriodRunsBackwards, WrongKiosk, WrongOptions, WrongPin,
    WrongConsent, WrongOverride, WrongOffering, NotATeacher, WrongExcuse, WrongCertificate,
    WrongCode, WrongProof,
    WrongFlag, WrongMerge, WrongSession,
)  # fmt: skip
ENUM_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How Python writes one of several words; a caller needs the word alone."""
_WORDS = {400: "bad_request", 403: "forbidden"}


def status_of(error: GatewayError) -> int:
    """404 for what is not there, 422 for what is wrong in itself, 409 for what clashes.

    403 is for what the caller's role can never do.
    """
    if isinstance(error, Unavailable):
        return 503
    if isinstance(error, NotPermitted):
        return 403
    if isinstance(error, NOT_THERE):
        return 404
    return 422 if isinstance(error, WRONG) else 409


def install(api: NinjaAPI) -> None:
    """Let `api` answer every error with the same body: `error`, `message`, and `fields`."""

    @api.exception_handler(GatewayError)
    def refused(request: HttpRequest, error: GatewayError) -> HttpResponse:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
        return _answer(api, request, status_of(error), name, str(error))

    @api.exception_handler(AuthenticationError)
    def stranger(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
        message = "send a token as `Authorization: Bearer …`; `muster-gateway token` makes one"
        return _answer(api, request, 401, "unauthorized", message)

    @api.exception_handler(HttpError)
    def failed(request: HttpRequest, error: HttpError) -> HttpResponse:
        word = _WORDS.get(error.status_code, "failed")
        return _answer(api, request, error.status_code, word, str(error))

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, _: RequestDataTooBig) -> HttpResponse:
        message = "the body is too large: send 16 MB of files at most, and 2.6 MB of JSON"
        return _answer(api, request, 400, "bad_request", message)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields = [_field(one) for one in error.errors]
        message = "; ".join(f"{field['field']}: {field['message']}" for field in fields)
        return _answer(api, request, 422, "invalid", message, fields=fields)


def _answer(
    api: NinjaAPI, request: HttpRequest, status: int, error: str, message: str, **more: object
) -> HttpResponse:
    body = {"error": error, "message": message, **more}
    return api.create_response(request, body, status=status)


def _field(error: Mapping[str, Any]) -> dict[str, str]:
    """One wrong field; the name of the parameter that held the whole body is left out."""
    source, *names = [str(part) for part in error["loc"]]
    named = names[1:] if source in {"body", "query"} and len(names) > 1 else names
    return {
        "field": ".".join(named) or source,
        "message": ENUM_MEMBER.sub(r"\1", str(error["msg"]).removeprefix("Value error, ")),
    }
