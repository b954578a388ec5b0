"""The gateway's settings: one TOML file, MUSTER_* variables on top, read once, checked whole."""

import os
import tomllib
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from gateway.errors import Rejected

CONFIG_VARIABLE = "MUSTER_CONFIG"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Set by systemd: a folder with one file a credential, such as muster_isams__client_secret."""
DEFAULT_CONFIG = Path("/etc/muster/gateway.toml")

LOOPBACK = "127.0.0.1"
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound

Port = Annotated[int, Field(ge=1, le=65535)]


class UnreadableSettings(Rejected):
    """The settings file is no TOML."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BrokerKind(StrEnum):
    """Whose Mosquitto carries the messages."""

    PRIVATE = "private"
    EXTERNAL = "external"


class Broker(_Part):
    """Where the MQTT broker is; a private one is started and supervised by the gateway."""

    kind: BrokerKind = Field(BrokerKind.PRIVATE, description="private: started and supervised here")
    bind: str = Field("127.0.0.1", description="address a private broker listens on")
    host: str = Field("127.0.0.1", description="address of an external broker")
    port: Port = Field(1883, description="port of the broker")
    username: str = Field("gateway", description="the gateway's name at the broker")
    password: SecretStr | None = Field(None, description="the gateway's password at the broker")
    executable: str = Field("mosquitto", description="program of a private broker")

    @property
    def reached_at(self) -> str:
        """The address at which this machine reaches the broker."""
        if self.kind is BrokerKind.EXTERNAL:
            return self.host
        return LOOPBACK if self.bind in EVERYWHERE else self.bind


class Web(_Part):
    """Where pages, API and event streams are served."""

    bind: str = Field("127.0.0.1", description="address to listen on")
    port: Port = Field(8080, description="port of pages and API")
    live_port: Port = Field(8081, description="port of the event streams")
    workers: int = Field(1, ge=1, le=64, description="processes that serve pages")
    hosts: tuple[str, ...] = Field(("localhost", "127.0.0.1"), description="host names answered to")
    origins: tuple[str, ...] = Field(
        (),
        description="public addresses of the pages behind a proxy, such as https://muster.school",
    )
    live_url: str = Field(
        "", description="public address of the event streams, if not host:live_port"
    )


class ClientAuth(StrEnum):
    """How the ERP wants the client's credentials at its token endpoint."""

    BODY = "body"
    BASIC = "basic"


class Isams(_Part):
    """The school's iSAMS REST API."""

    base_url: str = Field(description="the school's host with its virtual directory")
    client_id: str = Field(description="issued by iSAMS support")
    client_secret: SecretStr = Field(description="issued by iSAMS support")
    client_auth: ClientAuth = Field(ClientAuth.BODY, description="body or basic")
    scope: str = Field("", description="OAuth scope; empty sends none")
    page_size: int = Field(100, ge=1, le=1000, description="students a page")
    timeout: timedelta = Field(timedelta(seconds=15), description="longest wait for one answer")
    requests_per_hour: int = Field(3600, ge=1, description="the key's request budget")
    explicit_nulls: bool = Field(False, description="true where a PUT must name empty fields too")
    site: str = Field("", description="site that new divisions are put at; empty: the first")


class Jobs(_Part):
    """When the scheduled jobs run, as cron lines on the site's clock."""

    students: str = Field("0 7-17/2 * * 1-5", description="students and year groups from the ERP")
    codes: str = Field("0 7-17 * * 1-5", description="code dictionaries from the ERP")
    periods: str = Field("*/10 6-17 * * 1-5", description="today's registration periods")


class GatewaySettings(BaseSettings):
    """Read once, by the program's entry; handed down from there."""

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    secret_key: SecretStr = Field(min_length=32, description="signs logins; keep it secret")
    data: Path = Field(Path("/var/lib/muster"), description="folder for everything written")
    database: str = Field("", description="postgresql://… ; empty is SQLite in the data folder")
    broker: Broker = Broker()
    web: Web = Web()
    isams: Isams | None = Field(None, description="leave out where no ERP is connected")
    jobs: Jobs = Jobs()
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="how much to log"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the library's signature
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over systemd's credentials, and those over the file."""
        named = Path(os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG))
        file = TomlConfigSettingsSource(settings_cls, toml_file=named)
        credentials = os.environ.get(CREDENTIALS_VARIABLE)
        if credentials is None:
            return init_settings, env_settings, file
        secrets = NestedSecretsSettingsSource(
            file_secret_settings,
            secrets_dir=credentials,
            secrets_prefix="muster_",
            secrets_nested_delimiter="__",
        )
        return init_settings, env_settings, secrets, file


@cache
def settings() -> GatewaySettings:
    """The settings of this process.

    Raises pydantic's ValidationError naming each wrong key, and UnreadableSettings.
    """
    try:
        return GatewaySettings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        named = os.environ.get(CONFIG_VARIABLE, DEFAULT_CONFIG)
        raise UnreadableSettings(f"{named} is no TOML file: {wrong}") from wrong
