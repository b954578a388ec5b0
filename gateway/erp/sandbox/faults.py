"""What the sandbox does wrong on demand."""

from collections import deque
from enum import StrEnum
from threading import Lock

from pydantic import BaseModel, ConfigDict, Field


class Wrong(StrEnum):
    """One way for a request to fail."""

    ERROR_500 = "error_500"
    HTML_503 = "html_503"
    HTML_200 = "html_200"
    GARBLED = "garbled"
    REDIRECT = "redirect"
    THROTTLED = "throttled"
    REFUSED = "refused"
    UNAUTHORISED = "unauthorised"
    HANG = "hang"
    RESET = "reset"
    RESET_AFTER_COMMIT = "reset_after_commit"


class Fault(BaseModel):
    """The next `times` requests that match go wrong; `seconds` is a hang's or a pause's length."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fault: Wrong
    times: int = Field(1, ge=1)
    method: str = ""
    path: str = ""
    seconds: float = Field(30, ge=0, le=3600)

    def concerns(self, method: str, path: str) -> bool:
        """Whether a request of this method and path goes wrong; empty matches all."""
        return self.method in ("", method) and self.path in path


class Faults:
    """The script of faults, oldest first; safe to share between threads."""

    def __init__(self) -> None:
        self._script: deque[Fault] = deque()
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Append to the script."""
        with self._lock:
            self._script.extend([fault.model_copy(update={"times": 1})] * fault.times)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._script.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """Take the first fault that concerns this request; None when it goes well."""
        with self._lock:
            found = next((one for one in self._script if one.concerns(method, path)), None)
            if found is not None:
                self._script.remove(found)
            return found
