"""Every operation is asked absurd things; it may refuse, but it must not fail."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.gateway.api.conftest import Api
from tests.gateway.school import make_school

pytestmark = pytest.mark.django_db

WORDS: tuple[Any, ...] = (
    "", "\x00", "\ud800", "-1", str(2**63), "NaN", "é" * 600, "0001-01-01",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-23T08:00:00Z", "%00", "1",
)  # fmt: skip
BODIES: tuple[Any, ...] = (
    "", "\x00", "\ud800", "é" * 600, "0001-01-01", "9999-12-31T23:59:59Z", None, -1, 2**70, 1.5,
    ["\x00"], {},
)  # fmt: skip
PLAUSIBLE: dict[str, Any] = {
    "absence_code": "O", "absence_enabled": True, "base": "absent", "because": "x",
    "country": "GB", "cron": "10 8-12 * * 1-5", "date": "2026-11-23", "division_id": 1,
    "email": "", "ends_on": "2026-12-18", "erp_can_correct": True, "erp_enabled": True,
    "external_id": "S1", "family_name": "Keller", "finishes": "09:00",
    "finishes_at": "2026-11-23T09:00:00Z", "given_name": "Mia", "grace_minutes": 1, "id": "yard",
    "ask_late_reason": True, "face_blink": True, "face_confirm": True, "face_days": 1,
    "face_identify": True, "face_margin": 0.1, "face_smallest_px": 80, "face_threshold": 0.5,
    "fallback_names": True, "fallback_pin": True, "photo_days": 1, "photo_on": True,
    "pin": "481920", "show_names": True, "show_session_codes": True,
    "given_at": "2025-09-01T08:00:00Z", "given_by": "Anna", "kiosk": "gate", "number": "04A2B3C4",
    "relation": "self",
    "stance": "agreed", "text_version": "1", "withdrawn_by": "Anna",
    "is_safe": True, "language": "en", "last_day": "2026-11-23", "late_after": "start",
    "late_minutes": 1, "left_early_minutes": 1, "method": "card", "minutes_from": "start",
    "move": True, "name": "x", "on": "2026-11-23", "partial": True, "period_kind": "AM",
    "person_id": 1, "position": 1, "present_code": "/", "reason": "x", "registers": "08:40",
    "registers_at": "2026-11-23T08:40:00Z", "rounding": "floor", "share_limit": 0.5,
    "site": "main", "slug": "north", "starts": "08:30", "starts_at": "2026-11-23T08:30:00Z",
    "starts_on": "2026-11-23", "subdivision": "ENG", "title": "x", "value": "04A2B3C4",
    "act": "0190f6f0-0000-7000-8000-000000000000", "arrived_at": "2026-11-23T08:40:00Z",
    "at": "2026-11-23T08:40:00Z", "marks": [{"person_id": 1, "base": "absent"}],
    "only_unmarked": True, "rank": 1, "text": "x", "until": "2026-11-24T08:40:00Z",
    "whose": "centre", "capacity": 1, "code": "ABCDEFGH", "course_id": None, "days": 1,
    "device": "x", "note": "x", "first": "2026-11-23", "grade_level_id": None, "how": "dropped",
    "into_id": 1, "offering_id": None, "offering_ids": [1], "overrides": {"grace": 5},
    "photo": "", "profile": "coaching", "role": "lead", "room_id": None, "seats": 1,
    "source": "booking", "standing": "active", "stands_in_for": None, "subject_id": None,
    "tag": "x", "to": 1, "weekday": 1, "ends": "17:00", "last": "2026-11-23",
    "ends_at": "2026-11-23T09:00:00Z",
    "weekdays": "12345", "year_group_id": 1, "year_groups": [1], "zone": "Europe/London",
}  # fmt: skip


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    schema = Client().get("/api/v1/openapi.json").json()
    for path, told in schema["paths"].items():
        for method, operation in told.items():
            yield method.upper(), path.removeprefix("/api/v1"), operation | {"all": schema}


def example_of(operation: dict[str, Any], real: dict[str, int]) -> dict[str, Any]:
    """A body with every field the operation takes, most of them plausible."""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = operation["all"]["components"]["schemas"].get(name, {}).get("properties", {})
    kind = "AM" if {"finishes", "finishes_at"} & fields.keys() else "student"
    known = PLAUSIBLE | real | {"kind": kind}
    return {field: known[field] for field in fields}


def plain(word: str) -> str:
    """The word as it can stand in an address."""
    return word.replace("\ud800", "%ED%A0%80").replace("/", "%2F").replace("\x00", "%00") or "%20"


@pytest.fixture
def patient(api: Api) -> Api:
    """An API that answers 500 where it fails, so that every failure is counted."""
    school = make_school()
    school.kiosk()
    school.pupils(1)
    return replace(api, client=Client(raise_request_exception=False))


def test_no_absurd_number_or_name_in_an_address_makes_the_api_fail(patient: Api) -> None:
    failed = [
        f"{method} {path} {word!r}"
        for method, path, _ in operations()
        if "{" in path
        for word in WORDS
        if patient._call(method, re.sub(r"\{\w+\}", plain(word), path), {}).status >= 500
    ]

    assert failed == []


def test_no_absurd_question_makes_the_api_fail(patient: Api) -> None:
    failed = [
        f"{method} {path}?{parameter['name']}={word!r}"
        for method, path, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
        for word in WORDS
        if patient._call(
            method, re.sub(r"\{\w+\}", "1", path), {}, asked={parameter["name"]: plain(word)}
        ).status
        >= 500
    ]

    assert failed == []


def test_no_absurd_body_makes_the_api_fail(patient: Api) -> None:
    real = {"division_id": patient.items("/divisions")[0]["id"]}
    real |= {"year_group_id": patient.items("/year-groups")[0]["id"]}
    real |= {"person_id": patient.items("/people")[0]["id"]}
    failed = [
        f"{method} {path} {field}={value!r}"
        for method, path, operation in operations()
        for example in [example_of(operation, real)]
        for field in example
        for value in BODIES
        if patient._call(method, re.sub(r"\{\w+\}", "1", path), {**example, field: value}).status
        >= 500
    ]

    assert failed == []
