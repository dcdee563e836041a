"""
A token for one dial. A cookie does not travel to every host a socket may live on, and a session's own token does not
belong into an address, which proxies log: so a page asks, with its cookies, for a token that opens one socket and lives
for a minute. Redis keeps it, because the machine that answers the dial may be another one.
"""
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from typing import Optional

from backend.redis import shared_redis


@dataclass(frozen=True)
class Caller:
    user_id: int
    connection_id: str
    # Unix time at which the session's access token is over, and the socket with it.
    ends_at_s: float


def issue(caller: Caller, *, life_s: int) -> str:
    token = secrets.token_urlsafe(32)
    shared_redis().set(_key(token), json.dumps(asdict(caller)), ex=life_s)
    return token


def consume(token: str) -> Optional[Caller]:
    """None for a token that is unknown, over or used: GETDEL gives it to one dial, however many come at once."""
    kept = shared_redis().getdel(_key(token))
    return None if kept is None else Caller(**json.loads(kept))


def _key(token: str) -> str:
    """Hashed: who can read Redis cannot dial."""
    return f"connection-token:{hashlib.sha256(token.encode()).hexdigest()}"
