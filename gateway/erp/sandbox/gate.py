"""Who may ask, and how often: short-lived tokens and a throttle."""

import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock
from urllib.parse import unquote_plus

HOUR = timedelta(hours=1)
Clock = Callable[[], datetime]


class Gate:
    """Issues tokens for one client and counts its requests; no limit when it is 0."""

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        token_life: timedelta,
        requests_per_hour: int,
        clock: Clock,
    ) -> None:
        self._client = (client_id, client_secret)
        self._life = token_life
        self._most = requests_per_hour
        self._clock = clock
        self._tokens: dict[str, datetime] = {}
        self._asked: deque[datetime] = deque()
        self._lock = Lock()

    def issue(self, form: Mapping[str, str], *, authorization: str) -> str | None:
        """A new token; None when the client or the grant is not known."""
        given = _basic(authorization) or (form.get("client_id"), form.get("client_secret"))
        if form.get("grant_type") != "client_credentials" or given != self._client:
            return None
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens[token] = self._clock() + self._life
        return token

    def admits(self, authorization: str) -> bool:
        """Whether the header carries a token that is still good."""
        scheme, _, token = authorization.partition(" ")
        with self._lock:
            ends = self._tokens.get(token)
        return scheme == "Bearer" and ends is not None and self._clock() < ends

    def pause(self) -> timedelta | None:
        """Counts a request; how long to wait when there were too many, else None."""
        if not self._most:
            return None
        with self._lock:
            now = self._clock()
            while self._asked and self._asked[0] <= now - HOUR:
                self._asked.popleft()
            if len(self._asked) >= self._most:
                return self._asked[0] + HOUR - now
            self._asked.append(now)
            return None

    def revoke_all(self) -> None:
        """All tokens are stale at once."""
        with self._lock:
            self._tokens.clear()

    @property
    def life_s(self) -> int:
        """What `expires_in` says."""
        return int(self._life.total_seconds())


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme != "Basic":
        return None
    try:
        client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
    except (NotBase64, UnicodeDecodeError):
        return ("", "")
    return unquote_plus(client_id), unquote_plus(secret)
