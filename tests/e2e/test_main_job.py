"""A tap at the door becomes a register code in the ERP: every part real, seen from outside."""

import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from gateway.erp.sandbox.school import Opening, Plan
from gateway.erp.sandbox.server import CLIENT_ID, CLIENT_SECRET, Running, sandbox
from tests.faults.stage import noon_zone
from tests.gateway.project.gateways import Gateway, gateway_in
from tests.kiosk.neighbours import KioskProcess, eventually

STUDENTS = 12
OPEN_FOR = timedelta(seconds=45)
SITE, DOOR = "main", "front-door"

pytestmark = [pytest.mark.integration, pytest.mark.e2e]


@dataclass
class School:
    """The product as an outsider meets it: its door, its API, and the ERP behind it."""

    gateway: Gateway
    kiosk: KioskProcess
    erp: Running
    token: str
    finishes_at: datetime

    def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """One request of the REST API."""
        connection = http.client.HTTPConnection("127.0.0.1", self.gateway.web, timeout=10)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        text = json.dumps(body) if body is not None else None
        connection.request(method, f"/api/v1{path}?{urlencode(query)}", text, headers)
        answer = connection.getresponse()
        told = answer.read().decode()
        connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {told}"
        return json.loads(told) if told else None

    def registered(self, student: dict[str, Any]) -> dict[str, Any]:
        """What the ERP's AM register holds of a student; empty while it holds nothing."""
        connection = http.client.HTTPConnection("127.0.0.1", self.erp.port, timeout=10)
        connection.request("GET", "/_sandbox/registrations")
        rows = json.loads(connection.getresponse().read())["registrations"]
        connection.close()
        mine = [row for row in rows if row["schoolId"] == student["external_id"]]
        found: dict[str, Any] = mine[0] if mine else {}
        return found

    def students(self) -> list[dict[str, Any]]:
        """Everybody the ERP told of."""
        found: list[dict[str, Any]] = self.call("GET", "/people", kind="student", limit=100)[
            "items"
        ]
        return found


def card(student: dict[str, Any]) -> str:
    return f"{0x04A00000 + int(student['id']):08X}"


def plan(finishes_at: datetime) -> Plan:
    zone = ZoneInfo(noon_zone())
    starts = (finishes_at - timedelta(seconds=90)).astimezone(zone)
    am = Opening(starts.time(), timedelta(seconds=30), timedelta(seconds=90))
    pm = Opening((starts + timedelta(hours=3)).time())
    return Plan(am, pm, students=STUDENTS, year_groups=2, zone=zone)


def connect_erp(gateway: Gateway, erp: Running) -> None:
    with gateway.settings.open("a") as settings:
        settings.write(
            f'[isams]\nbase_url = "{erp.url}"\nclient_id = "{CLIENT_ID}"\n'
            f'client_secret = "{CLIENT_SECRET}"\n'
        )


def kiosk_of(gateway: Gateway, folder: Path) -> KioskProcess:
    """The kiosk with the settings that `kiosk add` printed."""
    told = gateway.command("kiosk", "add", "--site", SITE, DOOR)
    assert told.returncode == 0, told.stderr
    kiosk = KioskProcess(folder, broker_port=gateway.broker, kiosk=DOOR)
    kiosk.config.write_text(
        f'data = "{kiosk.folder}"\nassume_trusted_clock = true\nheartbeat = 1\n'
        f"{told.stdout}\n[screen]\nport = {kiosk.page_port}\n"
    )
    return kiosk


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    finishes_at = datetime.now(UTC).replace(microsecond=0) + OPEN_FOR
    with ExitStack() as stack:
        erp = stack.enter_context(sandbox(plan(finishes_at)))
        gateway = stack.enter_context(gateway_in(tmp_path / "gateway"))
        connect_erp(gateway, erp)
        gateway.command("site", "add", "--zone", noon_zone(), SITE, "Main")
        gateway.command("add-user", "--role", "admin", "tester", text="long-enough-secret\n" * 2)
        token = gateway.command("token", "tester").stdout.split()[-1]
        kiosk = kiosk_of(gateway, tmp_path)
        gateway.start()
        eventually(gateway.is_ready, within=60)
        school = School(gateway, kiosk, erp, token, finishes_at)
        set_up(school)
        kiosk.start()
        stack.callback(kiosk.kill)
        eventually(lambda: school.call("GET", "/kiosks")["items"][0]["online"])
        yield school


def set_up(school: School) -> None:
    """Students from the ERP, cards for them, and the rules of the morning."""
    done = school.gateway.command("sync")
    assert done.returncode == 0, done.stderr
    today = datetime.now(ZoneInfo(noon_zone())).date().isoformat()
    school.call("POST", "/open-days", {"site": SITE, "on": today, "reason": "test"})
    groups = [group["id"] for group in school.call("GET", "/year-groups")["items"]]
    policy = {
        "erp_enabled": True,
        "absence_enabled": True,
        "share_limit": 1,
        "year_groups": groups,
        "late_after": "register_time",
    }
    school.call("PATCH", "/policy", policy, site=SITE)
    for student in school.students():
        given = {"method": "card", "value": card(student)}
        school.call("POST", f"/people/{student['id']}/credentials", given)


def marked(school: School, base: str) -> int:
    lines = [
        line
        for session in school.call("GET", "/sessions", site=SITE)["items"]
        if session["kind"] == "AM"
        for line in school.call("GET", f"/sessions/{session['id']}/marks", limit=100)["items"]
    ]
    return sum(line["base"] == base for line in lines)


@pytest.mark.covers("DES-02", "DES-03", "DES-04", "DES-05", "DES-07", "BEY-01")
@pytest.mark.covers("TRK-04", "TRK-06", "TRK-08", "TRK-10")
def test_a_tap_at_the_door_becomes_a_register_code_in_the_erp(school: School) -> None:
    early, late, *missing = school.students()
    eventually(lambda: school.kiosk.tap_and_see(card(early))["icon"] in ("in", "already"))
    assert school.kiosk.tap_and_see(card(late))["icon"] == "in"

    eventually(lambda: school.registered(early).get("isPresent"), within=60)
    eventually(lambda: school.registered(late).get("isPresent"), within=60)
    assert school.registered(missing[0]).get("isRegistered", 0) == 0

    eventually(lambda: datetime.now(UTC) > school.finishes_at + timedelta(seconds=2), within=90)
    school.call("POST", "/absence/run", site=SITE)
    eventually(lambda: marked(school, "absent") == len(missing), within=90)
    eventually(lambda: all(school.registered(s).get("absenceCodeId") for s in missing), within=60)

    assert school.kiosk.tap_and_see(card(missing[0]))["icon"] == "in"
    eventually(lambda: school.registered(missing[0]).get("isLate"), within=60)
    assert school.call("GET", "/set-aside")["total"] == 0
    assert school.call("GET", "/day", site=SITE)["absent"] == len(missing) - 1
