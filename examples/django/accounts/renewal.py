"""A session that is renewed by its refresh cookie: a new access token, or 401 when the session is over."""
from typing import Any, Dict

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.exceptions import InvalidToken

from .cookies import keep_in_cookie
from .tokens import Lifetimes, SessionToken, renewed_access


class RenewalView(APIView):
    """Needs no CSRF token: all it changes is a cookie of the very browser that asks."""

    permission_classes = [AllowAny]

    lifetimes: Lifetimes
    refresh_cookie: str
    access_cookie: str

    def told(self, access: SessionToken) -> Dict[str, Any]:
        raise NotImplementedError

    def post(self, request: Request) -> Response:
        try:
            access = renewed_access(request.COOKIES.get(self.refresh_cookie, ""), self.lifetimes)
        except InvalidToken as error:
            return Response(error.detail, status=401)
        response = Response(self.told(access))
        keep_in_cookie(response, self.access_cookie, access)
        return response
