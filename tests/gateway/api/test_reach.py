"""Every operation of the API against everybody who may call, in one table.

An operation without a line in the table fails, and so does a line without an operation.
"""

import re
from typing import Any

import pytest
from django.db import transaction

from gateway.attendance.values import Base, Mark
from tests.gateway.api.centre import PDF, Centre, make_centre
from tests.gateway.api.conftest import Api
from tests.gateway.api.matrix import COLUMNS, TABLE
from tests.gateway.api.test_absurd import operations
from tests.gateway.school import at, mark_by_hand

pytestmark = pytest.mark.django_db

PRESENT = {"base": "present"}
BODIES: dict[str, Any] = {
    "POST /sessions/{session_id}/reopen": {"because": "forgot Mia"},
    "POST /sessions/{session_id}/cancel": {"whose": "centre"},
    "POST /sessions/{session_id}/unlock": {"because": "ill", "until": "2099-01-01T08:00:00Z"},
    "POST /sessions/{session_id}/mark-all": PRESENT,
    "PUT /sessions/{session_id}/marks/{person_id}": PRESENT,
    "PUT /sessions/{session_id}/marks/{person_id}/note": {"text": "left her book"},
    "PUT /sessions/{session_id}/marks/{person_id}/arrival": {"at": "2026-11-23T16:20:00Z"},
    "POST /sessions/{session_id}/marks/{person_id}/excuse": {"reason": "medical"},
    "POST /sessions/{session_id}/temporary-people": {"name": "Somebody New"},
    "POST /people/{person_id}/excuses": {"reason": "medical", "first": "2026-11-23"},
    "PUT /sites/{site}/judging": {"profile": "coaching"},
    "POST /check-ins/{check_in_id}/refuse": {"because": "was not seen"},
    "POST /sessions/{session_id}/code-check-ins": {"code": "ABCDEFGH"},
}
"""What is sent where an empty body would be refused before anybody asks who calls."""


OF_MIA = {
    "POST /sessions/{session_id}/bookings",
    "POST /sessions/{session_id}/walk-ins",
    "POST /sessions/{session_id}/self-check-ins",
}
"""Operations whose body names the person."""
ASKED = {"search": "mia", "first": "2026-11-01", "last": "2026-11-30"}
"""What is asked for in addresses, by those that want it."""


def body_of(operation: str, centre: Centre) -> dict[str, Any]:
    if operation == "POST /sessions/{session_id}/marks":
        return {"marks": [{"person_id": centre.mia.pk, **PRESENT}]}
    if operation in OF_MIA:
        return {"person_id": centre.mia.pk}
    body: dict[str, Any] = BODIES.get(operation, {})
    return body


def status_of(api: Api, operation: str, address: str, centre: Centre) -> int:
    if operation == "POST /excuses/{excuse_id}/certificates":
        return api.send_file(address, PDF)
    asked = ASKED if operation.startswith("GET") else {}
    return api._call(
        operation.split(maxsplit=1)[0], address, body_of(operation, centre), asked=asked
    ).status


def outcome(api: Api, operation: str, centre: Centre) -> str:
    """The table's sign for what the caller is answered; what was done is taken back."""
    known, (_, path) = centre.known(), operation.split()
    asked = set(re.findall(r"\{(\w+)\}", path))
    address = re.sub(r"\{(\w+)\}", lambda found: str(known.get(found[1], 1)), path)
    with transaction.atomic():
        status = status_of(api, operation, address, centre)
        transaction.set_rollback(True)
    assert status < 500, (operation, status)
    signs = {401: "1", 403: "3"} | ({404: "4"} if asked <= known.keys() else {})
    return signs.get(status, "+")


def test_every_operation_has_its_line_and_every_line_its_operation() -> None:
    assert sorted(TABLE) == sorted(f"{method} {path}" for method, path, _ in operations())


@pytest.mark.parametrize("operation", TABLE)
def test_everybody_reaches_what_is_theirs_and_nothing_else(operation: str) -> None:
    centre = make_centre()
    mark_by_hand(
        session_id=centre.session.pk, person_id=centre.mia.pk, mark=Mark(Base.ABSENT),
        by="office", now=at("17:00"),
    )  # fmt: skip

    callers = centre.callers()

    found = {who: outcome(api, operation, centre) for who, api in callers.items()}
    assert found == dict(zip(COLUMNS, TABLE[operation], strict=True))
