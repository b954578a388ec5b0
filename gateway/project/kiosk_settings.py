"""The settings file of a kiosk, ready to use."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Simulated:
    """A kiosk without devices on this machine: where it keeps things and shows its page."""

    folder: Path
    screen_port: int


@dataclass(frozen=True, slots=True)
class KioskFile:
    """What a kiosk must be told. What is not named stays at the kiosk's own default."""

    kiosk: str
    site: str
    zone: str
    host: str
    port: int
    password: str
    simulated: Simulated | None = None

    def text(self) -> str:
        """TOML for `muster-kiosk --config`."""
        return "\n".join([*self._top(), *self._broker(), *self._screen(), ""])

    def _top(self) -> list[str]:
        lines = [f'kiosk = "{self.kiosk}"', f'site = "{self.site}"', f'zone = "{self.zone}"']
        if self.simulated is not None:
            lines += [f'data = "{self.simulated.folder}"', "assume_trusted_clock = true"]
        return lines

    def _broker(self) -> list[str]:
        where = [f'host = "{self.host}"', f"port = {self.port}", f'password = "{self.password}"']
        return ["", "[broker]", *where]

    def _screen(self) -> list[str]:
        simulated = self.simulated
        if simulated is None:
            return []
        return ["", "[screen]", f"port = {simulated.screen_port}", "touch = true"]
