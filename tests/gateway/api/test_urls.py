import json
import re
import sys
from collections import defaultdict
from dataclasses import is_dataclass
from inspect import ismodule

import pytest
from django.test import Client
from pydantic import BaseModel

from tests.gateway.api.conftest import Api

pytestmark = pytest.mark.django_db

METHODS = {"get", "post", "put", "patch", "delete"}


def operations() -> dict[str, dict[str, object]]:
    schema = Client().get("/api/v1/openapi.json").json()
    return {
        f"{method.upper()} {path}": operation
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    }


def test_every_operation_says_what_it_does() -> None:
    assert [name for name, told in operations().items() if not told.get("description")] == []


def test_every_operation_needs_a_login() -> None:
    strangers = Client()
    for name in operations():
        method, path = name.split()
        answer = strangers.generic(method, re.sub(r"\{\w+\}", "1", path))

        assert (name, answer.status_code) == (name, 401)


def test_the_documentation_page_loads_nothing_from_another_host() -> None:
    page = Client().get("/api/v1/docs").content.decode()

    assert re.findall(r"(?:src|href)=\"(?!/static/)[^\"]*", page) == []


def test_the_description_is_the_same_each_time() -> None:
    first, second = (Client().get("/api/v1/openapi.json").content for _ in range(2))

    assert json.loads(first) == json.loads(second)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_an_address_that_is_none_is_answered_as_json(api: Api, method: str) -> None:
    answer = api._call(method, "/pupils/7")

    assert (answer.status, answer.body["error"]) == (404, "not_there")


def test_no_two_bodies_share_a_name_in_the_description() -> None:
    """The library would describe one of them in the other's words."""
    told = Client().get("/api/v1/openapi.json").json()["components"]["schemas"]
    homes: dict[str, set[str]] = defaultdict(set)
    doors = [module for name, module in sys.modules.items() if name.startswith("gateway.api.")]
    behind = [each for door in doors for each in vars(door).values() if ismodule(each)]
    for room in (*doors, *behind):
        for kind in vars(room).values():
            if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, BaseModel)):
                homes[kind.__name__].add(kind.__module__)

    assert {name: homes[name] for name in told if len(homes.get(name, ())) > 1} == {}
