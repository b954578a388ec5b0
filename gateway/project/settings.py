"""Django's settings, all of them derived from the gateway's own."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from gateway.project.config import settings

_own = settings()
_here = Path(__file__).parent

SECRET_KEY = _own.secret_key.get_secret_value()
DEBUG = False
ALLOWED_HOSTS = list(_own.web.hosts)
CSRF_TRUSTED_ORIGINS = list(_own.web.origins)
WEB_PORT = _own.web.port
LIVE_PORT = _own.web.live_port
LIVE_URL = _own.web.live_url
ERP_CONNECTED = _own.isams is not None
BEATS = _own.data / "run"
PHOTOS = _own.data / "photos"
CERTIFICATES = _own.data / "certificates"
LISTENING: frozenset[str] = frozenset()
"""Rooms other than the ERP that hear of marks; each stands in `project.wiring` too."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "ninja",
    "gateway.outbox",
    "gateway.people",
    "gateway.timetable",
    "gateway.fleet",
    "gateway.attendance",
    "gateway.faces",
    "gateway.erp",
    "gateway.ingest",
    "gateway.portal",
    "gateway.api",
]

MIDDLEWARE = [
    "gateway.portal.headers.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "gateway.project.urls"
WSGI_APPLICATION = "gateway.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def _database(url: str, data: Path) -> dict[str, Any]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "gateway.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "cached_statements": 32,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
                "PRAGMA cache_size=-8000;PRAGMA temp_store=MEMORY;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": _database(_own.database, _own.data)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("ar", "العربية")]
LOCALE_PATHS = [_here.parent / "locale"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGIN_URL = "/login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login"
_behind_tls = bool(_own.web.origins) and all(o.startswith("https:") for o in _own.web.origins)
SESSION_COOKIE_SECURE = _behind_tls
CSRF_COOKIE_SECURE = _behind_tls
FILE_UPLOAD_HANDLERS = [
    "gateway.project.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

LOGGING_CONFIG = None
