"""The kiosk's settings: a TOML file, MUSTER_KIOSK_* variables on top, read once, checked whole."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from drivers.card.numbers import Format
from kiosk.protocol.wire import Slug

DEFAULT_CONFIG = Path("/etc/muster/kiosk.toml")

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[timedelta, Field(gt=timedelta(0))]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is no time zone, such as Europe/London") from unknown
    return name


def _known_form(form: str) -> str:
    return str(Format.parse(form)) if form else ""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hardware(StrEnum):
    """Whether devices are wired to the kiosk, or only played."""

    SIMULATED = "simulated"
    REAL = "real"


class Mfrc522(_Part):
    """A card reader on the Pi's SPI bus."""

    bus: int = Field(0, ge=0, description="SPI bus")
    device: int = Field(0, ge=0, description="chip select on that bus")
    speed_hz: int = Field(1_000_000, ge=10_000, le=10_000_000, description="SPI clock")
    reset_pin: int = Field(22, ge=1, le=40, description="reset, as counted on the board")


class Wedge(_Part):
    """A USB card reader that types like a keyboard."""

    name: str = Field("RFID", description="part of the reader's name; `lsusb` shows it")
    vendor: int | None = Field(None, ge=0, le=0xFFFF, description="its USB vendor number, instead")
    product: int | None = Field(None, ge=0, le=0xFFFF, description="its USB product number")
    form: Annotated[str, AfterValidator(_known_form)] = Field(
        "", description="how it types numbers, such as decimal; empty: to be learnt"
    )

    @model_validator(mode="after")
    def _one_keyboard(self) -> Self:
        if not self.name and self.vendor is None:
            raise ValueError("tell the reader's name or its USB vendor number")
        return self

    @property
    def called(self) -> str:
        """The part of a name to look for: none beside a vendor number, unless it was told."""
        return self.name if self.vendor is None or "name" in self.model_fields_set else ""


class Pcsc(_Part):
    """A PC/SC card reader."""

    name: str = Field("", description="part of the reader's name; empty: the first there is")


class CameraKind(StrEnum):
    """How a camera is reached."""

    PICAMERA2 = "picamera2"
    V4L2 = "v4l2"


class CameraPart(_Part):
    """A camera."""

    kind: CameraKind = Field(CameraKind.PICAMERA2, description="picamera2, or v4l2 for USB")
    number: int = Field(0, ge=0, description="which of the Pi's cameras")
    device: Path = Field(Path("/dev/video0"), description="device of a v4l2 camera")
    frames_per_second: float = Field(15, gt=0, le=60, description="pictures looked at in a second")
    upside_down: bool = Field(False, description="true where it hangs with its top below")


class Lamp(_Part):
    """An RGB lamp; pins are BCM numbers."""

    red: int = Field(17, description="pin of red")
    green: int = Field(27, description="pin of green")
    blue: int = Field(22, description="pin of blue")
    common_anode: bool = Field(False, description="true where the lamp's common leg is at 3.3 V")


class BuzzerPart(_Part):
    """A buzzer; its pin is a BCM number."""

    pin: int = Field(23, description="pin of the buzzer")
    tonal: bool = Field(True, description="false for one that knows one tone alone")


class ButtonPart(_Part):
    """The staff's button; its pin is a BCM number."""

    pin: int = Field(24, description="pin of the button; the other leg to ground")
    hold: Seconds = Field(timedelta(seconds=2), description="how long a long press is")


class Tls(_Part):
    """How the broker is trusted, and how the kiosk proves itself."""

    ca: Path = Field(description="certificate of the site's authority")
    certificate: Path | None = Field(None, description="the kiosk's own certificate")
    key: Path | None = Field(None, description="the key of that certificate")


class Broker(_Part):
    """Where the MQTT broker is. The kiosk's id is its user name there."""

    host: str = Field("127.0.0.1", description="address of the broker")
    port: Port = Field(1883, description="port of the broker; 8883 is usual with tls")
    password: SecretStr | None = Field(None, description="the kiosk's password at the broker")
    password_file: Path | None = Field(None, description="a file with that password, instead")
    tls: Tls | None = Field(None, description="leave out where the network is trusted")

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.password and self.password_file:
            raise ValueError("give password or password_file, not both")
        return self

    def secret(self) -> str | None:
        """The password, from wherever it is kept; None where there is none."""
        if self.password_file:
            return self.password_file.read_text().strip()
        return self.password.get_secret_value() if self.password else None


class Screen(_Part):
    """The local page."""

    bind: str = Field("127.0.0.1", description="address the page is served on")
    port: Port = Field(8090, description="port of the page")
    hosts: tuple[str, ...] = Field(
        ("localhost", "127.0.0.1"), description="host names the page answers to"
    )
    language: str = Field("en", pattern="^(en|de|fr|ar)$", description="en, de, fr or ar")
    shown_for: Seconds = Field(timedelta(seconds=3), description="how long a name may stay")
    touch: bool = Field(False, description="true where the screen can be touched")
    asked_for: Seconds = Field(
        timedelta(seconds=8), description="how long the name of who is asked for a reason may stay"
    )


class KioskSettings(BaseSettings):
    """Read once, by __main__; handed down from there."""

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_KIOSK_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    kiosk: Slug = Field(description="this kiosk's id, as the gateway knows it")
    site: Slug = Field(description="the site it stands at, as the gateway knows it")
    data: Path = Field(Path("/var/lib/muster-kiosk"), description="folder of its databases")
    zone: Annotated[str, AfterValidator(_known_zone)] = Field(
        "Europe/London", description="time zone until the gateway has told the site's"
    )
    hardware: Hardware = Field(
        Hardware.SIMULATED, description="simulated: no devices needed; real: what is named below"
    )
    assume_trusted_clock: bool = Field(
        False, description="true where the clock is right without NTP"
    )
    heartbeat: Seconds = Field(timedelta(seconds=10), description="pause between two heartbeats")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much to log"
    )
    broker: Broker = Field(Broker(), description="the MQTT broker")
    screen: Screen = Field(Screen(), description="the local page")
    mfrc522: Mfrc522 | None = Field(None, description="a card reader on the SPI bus")
    wedge: Wedge | None = Field(None, description="a USB card reader that types")
    pcsc: Pcsc | None = Field(None, description="a PC/SC card reader")
    camera: CameraPart | None = Field(None, description="a camera")
    lamp: Lamp | None = Field(None, description="an RGB lamp; pins are BCM numbers")
    buzzer: BuzzerPart | None = Field(None, description="a buzzer")
    button: ButtonPart | None = Field(None, description="the staff's button")

    @model_validator(mode="after")
    def _something_to_read_with(self) -> Self:
        readers = (self.mfrc522, self.wedge, self.pcsc, self.camera)
        if self.hardware is Hardware.REAL and not any(readers):
            raise ValueError("hardware is real: name at least one of mfrc522, wedge, pcsc, camera")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over the file, so that a service can hand in its secrets."""
        named = settings_cls.model_config.get("toml_file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=named)


def read(config: Path) -> KioskSettings:
    """The settings in `config`. Raises pydantic's ValidationError naming each wrong key."""
    return _reading(config)()


def _reading(config: Path) -> type[KioskSettings]:
    class FromFile(KioskSettings):
        model_config = SettingsConfigDict(toml_file=config)

    return FromFile
