"""The access token of the OAuth2 client credentials grant."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from urllib.parse import quote_plus

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from gateway.erp.errors import ErpAway, ErpBusy, KeyRefused

EARLY = timedelta(minutes=5)
"""How long before its end a token is replaced; half its life where it lives shorter."""


class ClientAuth(StrEnum):
    """How the client's credentials travel to the token endpoint."""

    BODY = "body"
    BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Key:
    """What iSAMS support issued to the school; no scope is sent when it is empty."""

    client_id: str
    client_secret: SecretStr
    client_auth: ClientAuth = ClientAuth.BODY
    scope: str = ""


class _Granted(BaseModel):
    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(gt=0)


@dataclass(frozen=True, slots=True)
class _Held:
    text: str = field(repr=False)
    renew_at: datetime


class Tokens:
    """Holds one token for all threads and renews it early."""

    def __init__(
        self, http: httpx.Client, *, url: str, key: Key, clock: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._url = url
        self._key = key
        self._clock = clock
        self._held: _Held | None = None
        self._lock = Lock()

    def current(self) -> str:
        """A token good for a while. Raises ErpAway, or KeyRefused when the key is wrong."""
        with self._lock:
            if self._held is None or self._clock() >= self._held.renew_at:
                self._held = self._fetched()
            return self._held.text

    def forget(self, text: str) -> None:
        """The ERP refused this token; the next one is fetched anew."""
        with self._lock:
            if self._held is not None and self._held.text == text:
                self._held = None

    def _fetched(self) -> _Held:
        form, auth = self._form()
        asked_at = self._clock()
        try:
            answer = self._http.post(self._url, data=form, auth=auth)
        except httpx.HTTPError as broken:
            raise ErpAway(f"no token: {type(broken).__name__}") from broken
        granted = _granted(answer)
        life = timedelta(seconds=granted.expires_in)
        renew_at = asked_at + life - min(EARLY, life / 2)
        return _Held(granted.access_token.get_secret_value(), renew_at)

    def _form(self) -> tuple[dict[str, str], httpx.BasicAuth | httpx.Auth]:
        form = {"grant_type": "client_credentials"}
        if self._key.scope:
            form["scope"] = self._key.scope
        secret = self._key.client_secret.get_secret_value()
        if self._key.client_auth is ClientAuth.BASIC:
            # RFC 6749 2.3.1: both are form-encoded before they are joined
            return form, httpx.BasicAuth(quote_plus(self._key.client_id), quote_plus(secret))
        return form | {"client_id": self._key.client_id, "client_secret": secret}, httpx.Auth()


def _granted(answer: httpx.Response) -> _Granted:
    if answer.status_code in (400, 401, 403):
        raise KeyRefused(
            f"the ERP refuses our key (token endpoint answered {answer.status_code}): "
            "check client_id, client_secret, client_auth and scope"
        )
    if answer.status_code == 429:
        raise ErpBusy("the token endpoint asks for patience (429)")
    if answer.status_code != 200:
        raise ErpAway(f"no token: the token endpoint answered {answer.status_code}")
    try:
        return _Granted.model_validate_json(answer.content)
    except ValidationError as wrong:
        raise ErpAway("no token: the token endpoint's answer holds none") from wrong
