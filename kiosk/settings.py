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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hardware(StrEnum):
    """What is wired to the kiosk."""

    SIMULATED = "simulated"


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
    language: str = Field("en", pattern="^(en|de|ar)$", description="en, de or ar")
    shown_for: Seconds = Field(timedelta(seconds=3), description="how long a name may stay")


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
    hardware: Hardware = Field(Hardware.SIMULATED, description="simulated: no devices needed")
    assume_trusted_clock: bool = Field(
        False, description="true where the clock is right without NTP"
    )
    heartbeat: Seconds = Field(timedelta(seconds=10), description="pause between two heartbeats")
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much to log"
    )
    broker: Broker = Field(Broker(), description="the MQTT broker")
    screen: Screen = Field(Screen(), description="the local page")

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
