"""schemathesis asks every operation what its description allows, and what it does not.

No answer may be a failure of the server, or one that the description does not tell of. What is
done is taken back after each question, so that every one meets the same centre.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.people.values import Role
from tests.gateway.api.centre import make_centre
from tests.gateway.api.conftest import make_api
from tests.gateway.api.test_absurd import operations

EXAMPLES = 6
DESCRIPTION = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler())
OPERATIONS = {
    found.ok().label: found.ok()
    for found in DESCRIPTION.get_all_operations()
    if isinstance(found, Ok)
}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SIGNALS = (request_started, request_finished)


@pytest.fixture
def _open_store(db: None) -> Iterator[None]:
    """Keep the store open between requests, as Django's own client does."""
    for signal in SIGNALS:
        signal.disconnect(close_old_connections)
    yield
    for signal in SIGNALS:
        signal.connect(close_old_connections)


def test_every_operation_is_asked() -> None:
    assert len(OPERATIONS) == len(list(operations()))


@pytest.mark.usefixtures("_open_store")
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_answer_is_a_failure_or_unheard_of(label: str, mode: GenerationMode) -> None:
    centre, headers = make_centre(), {"Authorization": f"Bearer {make_api(Role.ADMIN).token}"}
    operation = OPERATIONS[label]
    known = {name: value for name, value in centre.known().items() if f"{{{name}}}" in label}
    cases = operation.as_strategy(generation_mode=mode, path_parameters=known or None)

    @BOUNDED
    @given(case=cases)
    def ask(case: schemathesis.Case[Any]) -> None:
        with transaction.atomic():
            answer = case.call(headers=headers)
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    ask()
