"""Session tokens: JSON Web Tokens that Django's key signs, short ones for access and long ones to renew them."""
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from faults.faults import Fault, amount


@dataclass(frozen=True)
class SessionToken:
    text: str
    life_s: int


@dataclass(frozen=True)
class Lifetimes:
    access_s: int
    refresh_s: int


@dataclass(frozen=True)
class Session:
    access: SessionToken
    refresh: SessionToken


def new_session(user: AbstractBaseUser, lifetimes: Lifetimes) -> Session:
    refresh = RefreshToken.for_user(user)
    return Session(access=_access_of(refresh, lifetimes), refresh=_with_life(refresh, lifetimes.refresh_s))


def renewed_access(refresh: str, lifetimes: Lifetimes) -> SessionToken:
    """A new access token for the session; raises `InvalidToken`, a 401, where the session is over."""
    try:
        return _access_of(RefreshToken(refresh), lifetimes)
    except TokenError as error:
        raise InvalidToken(error.args[0]) from error


def _access_of(refresh: RefreshToken, lifetimes: Lifetimes) -> SessionToken:
    return _with_life(refresh.access_token, amount(Fault.ACCESS_TOKEN_S, lifetimes.access_s))


def _with_life(token: Token, life_s: int) -> SessionToken:
    token.set_exp(lifetime=timedelta(seconds=life_s))
    return SessionToken(text=str(token), life_s=life_s)
