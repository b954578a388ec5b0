"""How many requests an hour the school's key may make, and for what the last are kept."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from gateway.erp.errors import ErpBusy

HOUR = timedelta(hours=1)
RESERVED = 0.2
"""The share of the hour's requests that only absences and lates may spend."""

Clock = Callable[[], datetime]


class Budget:
    """Counts one program's requests of the last hour; safe to share between threads.

    Never more than `requests_per_hour` in any sixty minutes, however they bunch. A pause
    that the ERP itself asks for is kept as well.
    """

    def __init__(self, *, requests_per_hour: int, clock: Clock) -> None:
        self._most = requests_per_hour
        self._clock = clock
        self._spent: deque[datetime] = deque()
        self._closed_until: datetime | None = None
        self._lock = Lock()

    def spend(self, *, pressing: bool) -> None:
        """Count one request. Raises ErpBusy when none may be made now."""
        with self._lock:
            now = self._clock()
            self._refuse_while_closed(now)
            while self._spent and self._spent[0] <= now - HOUR:
                self._spent.popleft()
            most = self._most if pressing else max(1, int(self._most * (1 - RESERVED)))
            if len(self._spent) >= most:
                raise ErpBusy(f"{most} requests were made within the hour, the key's budget")
            self._spent.append(now)

    def close(self, pause: timedelta) -> None:
        """The ERP asks to be left alone for a while."""
        with self._lock:
            self._closed_until = self._clock() + pause

    def _refuse_while_closed(self, now: datetime) -> None:
        if self._closed_until is not None and now < self._closed_until:
            seconds = (self._closed_until - now).total_seconds()
            raise ErpBusy(f"the ERP asked for a pause, {seconds:.0f} s of it are left")
