import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from kiosk.protocol import messages, remarks
from kiosk.protocol.wire import VERSION, Message

GOLDEN = Path(__file__).parent / "golden" / f"v{VERSION}"
SPOKEN = {messages.__name__, remarks.__name__}
KINDS = sorted(
    (kind for kind in Message.__subclasses__() if kind.__module__ in SPOKEN),
    key=lambda kind: kind.__name__,
)


def golden(kind: type[Message]) -> Path:
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    return GOLDEN / f"{name}.json"


def test_each_message_has_its_golden_file_and_each_file_its_message() -> None:
    assert {golden(kind) for kind in KINDS} == set(GOLDEN.glob("*.json"))


@pytest.mark.covers("DES-05")
@pytest.mark.parametrize("kind", KINDS)
def test_a_golden_message_is_read_and_written_as_it_stands(kind: type[Message]) -> None:
    text = golden(kind).read_text()

    message = kind.model_validate_json(text)

    assert message.model_dump_json(indent=2) + "\n" == text


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_of_another_version_is_refused(kind: type[Message]) -> None:
    text = golden(kind).read_text().replace('"v": 1', '"v": 2')

    with pytest.raises(ValidationError):
        kind.model_validate_json(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_with_a_key_nobody_knows_is_refused(kind: type[Message]) -> None:
    text = golden(kind).read_text().replace('"v": 1', '"v": 1, "extra": 0')

    with pytest.raises(ValidationError, match="extra"):
        kind.model_validate_json(text)
