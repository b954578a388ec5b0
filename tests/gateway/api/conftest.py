import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gateway.people.logins import issue_token
from gateway.people.models import Person
from gateway.people.values import Role

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Answer:
    """What the API said: the status, and the body read as JSON (None when there is none)."""

    status: int
    body: Any


@dataclass(frozen=True)
class Api:
    """Calls the API with one token, as any program would."""

    client: Client
    token: str

    def get(self, path: str, **asked: object) -> Answer:
        return self._call("GET", path, asked=asked)

    def post(self, path: str, body: object = None, **asked: object) -> Answer:
        return self._call("POST", path, body, asked=asked)

    def put(self, path: str, body: object = None) -> Answer:
        return self._call("PUT", path, body)

    def patch(self, path: str, body: object = None, **asked: object) -> Answer:
        return self._call("PATCH", path, body, asked=asked)

    def delete(self, path: str) -> Answer:
        return self._call("DELETE", path)

    def send_file(self, path: str, octets: bytes) -> int:
        """Send a file as a form does; answers the status."""
        file = SimpleUploadedFile("note.pdf", octets, content_type="application/pdf")
        return self.client.post(
            f"/api/v1{path}", {"file": file}, headers=self._headers()
        ).status_code

    def file(self, path: str, **asked: str) -> bytes:
        """A file that must have been answered."""
        answer = self.client.get(f"/api/v1{path}", asked, headers=self._headers())
        assert answer.status_code == HTTPStatus.OK, answer
        return answer.content

    def items(self, path: str, **asked: object) -> list[Any]:
        """The items of a list that must have been answered."""
        answer = self.get(path, **asked)
        assert answer.status == HTTPStatus.OK, answer
        return list(answer.body["items"])

    def _call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        asked: Mapping[str, object] | None = None,
    ) -> Answer:
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            query_params=asked or None,
            headers=self._headers(),
        )
        is_json = "json" in answer.headers.get("Content-Type", "")
        return Answer(answer.status_code, answer.json() if answer.content and is_json else None)

    def _headers(self) -> dict[str, str] | None:
        return {"Authorization": f"Bearer {self.token}"} if self.token else None


def make_api(role: Role = Role.OFFICE, *, name: str = "", person: Person | None = None) -> Api:
    user = User.objects.create(username=name or role.value)  # no password: hashing takes its time
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    if person is not None:
        Person.objects.filter(pk=person.pk).update(user=user)
    return Api(Client(), issue_token(user.pk, "tests", NOW))


@pytest.fixture
def api(db: None) -> Api:
    return make_api()
