"""Turns DATABASE_URL into Django's setting, and makes SQLite fit for several processes."""
from typing import Any, Dict
from urllib.parse import unquote, urlsplit

from django.db.backends.signals import connection_created

ENGINES = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "mysql": "django.db.backends.mysql",
}
LOCK_WAIT_S = 20


def database_from(url: str) -> Dict[str, Any]:
    """`sqlite:////path/of/file` or `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme not in ENGINES:
        raise RuntimeError(f"DATABASE_URL begins with {parts.scheme!r}; known are {', '.join(ENGINES)}.")
    name = unquote(parts.path[1:])
    if parts.scheme == "sqlite":
        return {"ENGINE": ENGINES["sqlite"], "NAME": name, "OPTIONS": {"timeout": LOCK_WAIT_S}}
    return {
        "ENGINE": ENGINES[parts.scheme],
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }


def write_ahead(connection: Any, **_: object) -> None:
    """With a write-ahead log Daphne reads while the worker writes; without, each would lock the other out."""
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA journal_mode=WAL")


connection_created.connect(write_ahead)
