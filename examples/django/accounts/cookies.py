"""Session tokens as cookies that no script can read, and that no other site's form can send."""
from django.conf import settings
from django.http import HttpResponse

from .tokens import SessionToken


def keep_in_cookie(response: HttpResponse, name: str, token: SessionToken, *, path: str = "/") -> None:
    response.set_cookie(
        name,
        token.text,
        # The cookie goes when the token in it is over.
        max_age=token.life_s,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.COOKIE_SECURE,
    )
