"""
Who calls over HTTP. A cookie says who the user is, not that the user's own page asks: a second proof has to come with
it, which another site cannot give.
"""
from typing import Any, Optional, Tuple

from rest_framework.authentication import CSRFCheck
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication

from backend.origins import is_allowed

Authenticated = Optional[Tuple[Any, Any]]


class CookieWithCsrf(JWTAuthentication):
    """The cookie `access_token`, and on every request that changes something the header `X-CSRFToken`."""

    def authenticate(self, request: Request) -> Authenticated:
        cookie = request.COOKIES.get("access_token")
        if cookie is None:
            return None
        token = self.get_validated_token(cookie)
        user = self.get_user(token)
        self._check_csrf(request)
        return user, token

    def _check_csrf(self, request: Request) -> None:
        check = CSRFCheck(lambda _: None)
        check.process_request(request)
        reason = check.process_view(request, None, (), {})
        if reason:
            raise PermissionDenied(f"CSRF Failed: {reason}")


class BearerOrCookie(JWTAuthentication):
    """The header `Authorization: Bearer …`, or the cookie `access` from a page that may call."""

    def authenticate(self, request: Request) -> Authenticated:
        if "Authorization" in request.headers:
            return super().authenticate(request)
        cookie = request.COOKIES.get("access")
        if cookie is None:
            return None
        token = self.get_validated_token(cookie)
        origin = request.headers.get("Origin")
        # Browsers name the page with every POST; a caller without a name is no browser.
        if origin is not None and not is_allowed(origin, request.get_host()):
            raise PermissionDenied("This page may not call.")
        return self.get_user(token), token
