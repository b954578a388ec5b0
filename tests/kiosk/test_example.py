import re
from pathlib import Path

from pydantic import BaseModel

from kiosk import settings
from kiosk.example import example
from kiosk.settings import KioskSettings, Tls, _Part

FILE = Path(__file__).parents[2] / "config" / "kiosk" / "kiosk.example.toml"


def test_the_example_file_is_current() -> None:
    assert FILE.read_text() == example(), "run: python -m kiosk.example > config/kiosk/…"


def test_every_setting_stands_in_the_example() -> None:
    named = set(re.findall(r"^#? ?\[?([a-z0-9_.]+)\]?(?: =|$)", example(), re.M))
    models: list[type[BaseModel]] = [KioskSettings, *_Part.__subclasses__()]

    assert {name for model in models for name in model.model_fields} <= {
        part for name in named for part in name.split(".")
    }


def test_the_example_can_be_used_as_it_stands() -> None:
    found = settings.read(FILE)

    assert found.model_dump() == KioskSettings(kiosk="front-door", site="main").model_dump()


def test_every_line_of_the_example_can_be_uncommented(tmp_path: Path) -> None:
    without_empty = re.sub(r'^# \w+ = ""\n', "", example(), flags=re.M)
    config = tmp_path / "kiosk.toml"
    config.write_text(re.sub(r"^# (\[|\w+ = )", r"\1", without_empty, flags=re.M))

    found = settings.read(config)

    assert found.broker.tls == Tls(ca=Path("/etc/muster/site-ca.pem"))
