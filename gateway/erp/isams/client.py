"""One request to iSAMS and what its answer means: retry, refuse, or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any, Self

import httpx
import structlog

from gateway.erp.errors import ErpAway, ErpBusy, ErpMisspoke, ErpRefused, KeyRefused
from gateway.erp.isams.budget import Budget, Clock
from gateway.erp.isams.retry_after import pause_asked
from gateway.erp.isams.token import Key, Tokens

_AGAIN = (408, 425)
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the school's iSAMS is and how it may be used; `base_url` holds the virtual folder."""

    base_url: str
    key: Key
    timeout: timedelta = timedelta(seconds=15)
    requests_per_hour: int = 3600
    page_size: int = 100
    explicit_nulls: bool = False

    @property
    def root(self) -> str:
        """The address all paths are appended to."""
        return self.base_url.rstrip("/")


class Client:
    """Asks with a fresh token, within the budget; safe to share between threads.

    Answers are trusted only when they are JSON: a page in HTML comes from something that
    stands between us and the ERP, and is never read as an answer of the ERP.
    """

    def __init__(self, connection: Connection, *, clock: Clock) -> None:
        self._root = connection.root
        self._clock = clock
        self._http = httpx.Client(
            timeout=connection.timeout.total_seconds(), headers={"Accept": "application/json"}
        )
        self._tokens = Tokens(
            self._http, url=f"{self._root}/auth/connect/token", key=connection.key, clock=clock
        )
        self._budget = Budget(requests_per_hour=connection.requests_per_hour, clock=clock)
        self._away = False
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def get(
        self, path: str, *, params: Mapping[str, str | int] | None = None, pressing: bool = False
    ) -> Any:  # noqa: ANN401 - JSON; the adapter parses it at once
        """The JSON of an answer. Raises ErpAway, ErpRefused or ErpMisspoke."""
        answer = self._asked("GET", path, params=params, pressing=pressing)
        return _json(answer)

    def put(self, path: str, body: Mapping[str, Any], *, pressing: bool = False) -> None:
        """Write. Raises ErpAway, which leaves open whether it was written, or ErpRefused."""
        answer = self._asked("PUT", path, body=body, pressing=pressing)
        if answer.status_code not in (200, 201, 204):
            raise ErpMisspoke(f"PUT was answered with {answer.status_code}")

    def _asked(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        pressing: bool,
    ) -> httpx.Response:
        request = self._http.build_request(method, self._root + path, params=params, json=body)
        try:
            answer = self._authorised(request, pressing=pressing)
            self._judge(answer)
        except ErpBusy:
            raise
        except ErpAway as away:
            self._note(away=str(away))
            raise
        self._note(away="")
        return answer

    def _authorised(self, request: httpx.Request, *, pressing: bool) -> httpx.Response:
        """Ask; once more with a new token when the ERP says the old one is stale."""
        for _ in range(2):
            token = self._tokens.current()
            self._budget.spend(pressing=pressing)
            request.headers["Authorization"] = f"Bearer {token}"
            answer = self._sent(request)
            if answer.status_code != 401:
                return answer
            self._tokens.forget(token)
        raise KeyRefused("the ERP refuses tokens it has just issued (401): check the key's rights")

    def _sent(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._http.send(request)
        except httpx.TimeoutException as late:
            raise ErpAway("the ERP did not answer in time") from late
        except httpx.HTTPError as broken:
            raise ErpAway(f"no connection to the ERP: {type(broken).__name__}") from broken

    def _judge(self, answer: httpx.Response) -> None:
        status = answer.status_code
        if status == 429:
            pause = pause_asked(answer.headers.get("Retry-After", ""), now=self._clock())
            self._budget.close(pause)
            _log.warning("erp_throttled", pause_s=pause.total_seconds())
            raise ErpBusy(f"the ERP asks for a pause of {pause.total_seconds():.0f} s (429)")
        if status >= 500 or status in _AGAIN:
            raise ErpAway(f"the ERP answered {status}")
        if status >= 400:
            raise ErpRefused(f"the ERP answered {status}{_reason(answer)}")
        if status >= 300:
            raise ErpAway(f"the ERP answered {status}, a redirect: check base_url")
        if "html" in answer.headers.get("Content-Type", ""):
            raise ErpAway(f"a web page came instead of an answer ({status})")

    def _note(self, *, away: str) -> None:
        with self._lock:
            changed, self._away = bool(away) != self._away, bool(away)
        if changed and away:
            _log.warning("erp_away", because=away)
        elif changed:
            _log.info("erp_back")


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - see get
    try:
        return answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError) as wrong:
        raise ErpAway(f"the ERP's answer ({answer.status_code}) is not JSON") from wrong


def _reason(answer: httpx.Response) -> str:
    """The first words of a refusal, unless it is a page."""
    if "html" in answer.headers.get("Content-Type", "") or not answer.text:
        return ""
    return ": " + " ".join(answer.text.split())[:160]
