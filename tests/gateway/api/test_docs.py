import os
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from gateway.people.values import Role
from tests.gateway.api.conftest import make_api

DOCS = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_documentation_run_from_first_to_last(live_server: LiveServer) -> None:
    script = "\n".join(re.findall(r"```sh\n(.*?)```", DOCS.read_text(), flags=re.DOTALL))
    known = {
        "MUSTER": live_server.url,
        "TOKEN": make_api(Role.ADMIN).token,
        "PATH": os.environ["PATH"],
    }

    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True, text=True, check=False, env=known, timeout=60,
    )  # fmt: skip

    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout[-2000:]
    assert '"reason": "dentist"' in ran.stdout


@pytest.mark.django_db
def test_every_list_and_deed_is_mentioned_in_the_documentation() -> None:
    text = DOCS.read_text()
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    words = {part for path in paths for part in path.split("/")[3:] if not part.startswith("{")}

    assert sorted(word for word in words if word not in text) == []
