"""The token of a thread's socket: the access token of the session, in the address."""
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken

from sockets.refused import THREAD_TOKEN, Refused


@dataclass(frozen=True)
class Caller:
    user_id: int
    # Unix time at which the token is over, and the socket with it.
    ends_at_s: float


def caller_with(raw: str) -> Caller:
    """Raises `Refused`."""
    try:
        token = AccessToken(raw)
        user_id = int(token["user_id"])
    except (TokenError, KeyError, ValueError) as error:
        raise Refused(THREAD_TOKEN, "the token is no good, or over") from error
    if not get_user_model().objects.filter(pk=user_id, is_active=True).exists():
        raise Refused(THREAD_TOKEN, "there is no such user any more")
    return Caller(user_id=user_id, ends_at_s=token["exp"])
