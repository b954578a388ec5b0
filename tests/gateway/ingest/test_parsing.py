import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from gateway.ingest.parsing import Arrived, Told, parse
from kiosk.protocol.messages import KioskState, Tracks
from tests.gateway.school import Door

TOPIC = "muster/v1/kiosk/gate/up/tracks"


def message(*changes: dict[str, Any], **envelope: Any) -> Arrived:
    """A good message of as many tracks as there are changes, each changed a little."""
    door = Door("gate", install=UUID(int=1))
    tracks = tuple(door.sees(None, "08:00", card="04A2") for _ in changes or [{}])
    body = Tracks(kiosk="gate", install=door.install, tracks=tracks).model_dump(mode="json")
    for track, change in zip(body["tracks"], changes, strict=False):
        track.update(change)
    return Arrived(TOPIC, json.dumps(body | envelope).encode())


def reasons(arrived: Arrived) -> list[str]:
    return [aside.reason for aside in parse(arrived).asides]


def test_a_good_message_is_read_whole() -> None:
    parsed = parse(message({}, {}))

    assert [told.track.seq for told in parsed.told] == [1, 2]
    assert parsed.asides == ()


def test_one_bad_track_holds_nothing_else_up() -> None:
    parsed = parse(message({}, {"made_at": "yesterday"}, {}))

    assert [told.track.seq for told in parsed.told] == [1, 3]
    [aside] = parsed.asides
    assert (aside.kiosk_id, aside.install, aside.seq) == ("gate", UUID(int=1), 2)
    assert aside.reason.startswith("made_at: ")


@pytest.mark.parametrize(
    "change",
    [
        {"credential": "04\0A2"},
        {"seq": 2**63},
        {"person": 2**63},
        {"late_minutes": 2**31},
        {"uptime_ms": 10**15},
        {"made_at": "9999-12-31T23:59:59-12:00"},
        {"made_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_what_no_store_can_keep_is_set_aside_and_holds_nothing_up(change: dict[str, Any]) -> None:
    parsed = parse(message({}, change, {}))

    assert [told.track.seq for told in parsed.told] == [1, 3]
    assert [aside.seq for aside in parsed.asides] == [None if "seq" in change else 2]


@pytest.mark.parametrize(
    "change",
    [
        {"software": "a\0b"},
        {"last_seq": 2**63},
        {"queue": 2**31},
        {"salvaged": 2**31},
        {"uptime_ms": 10**15},
        {"sent_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_heartbeat_no_store_can_keep_is_set_aside(change: dict[str, Any]) -> None:
    body = Door("gate").beats("08:00").model_dump(mode="json") | change

    parsed = parse(Arrived("muster/v1/kiosk/gate/up/heartbeat", json.dumps(body).encode()))

    assert parsed.heartbeat is None
    assert len(parsed.asides) == 1


def test_a_reason_quotes_nothing_that_is_no_text() -> None:
    assert reasons(message({"a\0b": 1}))[0].startswith("ab: ")


def test_a_naive_instant_is_set_aside() -> None:
    assert "timezone" in reasons(message({"made_at": "2026-11-23T08:00:00"}))[0]


def test_a_message_of_another_version_is_set_aside_with_its_numbers() -> None:
    parsed = parse(message({}, {}, v=2))

    assert [aside.seq for aside in parsed.asides] == [1, 2]
    assert "update whichever of the two is older" in parsed.asides[0].reason
    assert parsed.told == ()


@pytest.mark.parametrize(
    ("arrived", "reason"),
    [
        (Arrived("some/topic", b"{}"), "not a topic that kiosks write to"),
        (Arrived("muster/v1/kiosk/gate/up/song", b"{}"), "kiosks send tracks"),
        (Arrived(TOPIC, b"\xff\xfe garbage"), "not a JSON object"),
        (Arrived(TOPIC, b"[1, 2]"), "not a JSON object"),
        (Arrived(TOPIC, b"[" * 100_000), "not a JSON object"),
        (Arrived(TOPIC, b"{}"), "Field required"),
        (message(install="no uuid"), "install"),
        (message(kiosk="gym"), "names another kiosk"),
        (message({"seq": "x"}, kiosk="gym"), "names another kiosk"),
        (message({"surprise": 1}), "surprise: Extra inputs are not permitted"),
        (message({"seq": 0}), "seq: "),
        (message({"seq": -1}), "seq: "),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_set_aside_with_a_reason(arrived: Arrived, reason: str) -> None:
    parsed = parse(arrived)

    assert parsed.told == ()
    assert reason in parsed.asides[0].reason


def test_the_same_bad_message_has_the_same_fingerprint() -> None:
    first, second = (parse(Arrived(TOPIC, b"bad")).asides[0].fingerprint for _ in range(2))

    assert first == second


def test_a_state_is_read() -> None:
    state = KioskState(kiosk="gate", online=False)
    arrived = Arrived("muster/v1/kiosk/gate/up/state", state.model_dump_json().encode())

    assert parse(arrived).state == state


@given(payload=st.binary(max_size=200), kind=st.sampled_from(["tracks", "heartbeat", "state"]))
def test_no_bytes_make_it_fail(payload: bytes, kind: str) -> None:
    parsed = parse(Arrived(f"muster/v1/kiosk/gate/up/{kind}", payload))

    assert parsed.asides
    assert parsed.told == ()


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["v", "kiosk", "install", "tracks", "seq"]), inner, max_size=5
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_makes_it_fail(body: Any) -> None:
    parsed = parse(Arrived(TOPIC, json.dumps(body).encode()))

    assert all(isinstance(told, Told) for told in parsed.told)
    assert parsed.asides
