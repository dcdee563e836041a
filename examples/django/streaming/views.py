"""The streaming family over HTTP: session, connection tokens, history."""
from typing import Any, Dict
from uuid import uuid4

from django.conf import settings
from django.middleware.csrf import get_token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import CookieWithCsrf
from accounts.cookies import keep_in_cookie
from accounts.credentials import user_with
from accounts.renewal import RenewalView
from accounts.tokens import Lifetimes, SessionToken, new_session
from backend.bodies import fields_of
from faults.faults import Fault, amount, take
from . import conversation
from .connection_tokens import Caller, issue

LIFETIMES = Lifetimes(settings.STREAMING_ACCESS_S, settings.STREAMING_REFRESH_S)
CONNECTION_ID_MAX = 128


class LoginView(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        body = fields_of(request)
        user = user_with(request, body.get("email"), body.get("password"))
        if user is None:
            return Response({"error": "Invalid email/username or password"}, status=401)
        session = new_session(user, LIFETIMES)
        facts = {"id": user.pk, "username": user.get_username(), "email": user.email}
        response = Response({"success": True, "message": "Login successful", "data": facts})
        keep_in_cookie(response, "access_token", session.access)
        keep_in_cookie(response, "refresh_token", session.refresh)
        # A script reads this cookie and sends it back as X-CSRFToken, which no other site's script can.
        get_token(request._request)
        return response


class RefreshView(RenewalView):
    lifetimes = LIFETIMES
    refresh_cookie = "refresh_token"
    access_cookie = "access_token"

    def told(self, access: SessionToken) -> Dict[str, Any]:
        return {"success": True, "expires_in": access.life_s}


class ConnectionTokenView(APIView):
    authentication_classes = [CookieWithCsrf]

    def post(self, request: Request) -> Response:
        if take(Fault.TOKEN_ENDPOINT_503):
            return Response({"detail": "injected"}, status=503, headers={"Retry-After": "1"})
        connection_id = fields_of(request).get("connection_id") or str(uuid4())
        if not isinstance(connection_id, str) or len(connection_id) > CONNECTION_ID_MAX:
            detail = f"connection_id is a text of at most {CONNECTION_ID_MAX} characters."
            return Response({"detail": detail}, status=400)
        caller = Caller(user_id=request.user.pk, connection_id=connection_id, ends_at_s=request.auth["exp"])
        life_s = amount(Fault.CONNECTION_TOKEN_S, settings.CONNECTION_TOKEN_S)
        token = issue(caller, life_s=life_s)
        return Response({"connection_token": token, "expires_in": life_s, "connection_id": connection_id})


class MessagesView(APIView):
    """Settles what a dropped socket left open; also what a client polls that can have no socket."""

    authentication_classes = [CookieWithCsrf]

    def get(self, request: Request, conversation_id: str) -> Response:
        return Response(
            [
                {
                    "id": message.pk,
                    "conversation_id": message.conversation_id,
                    "sender": message.sender,
                    "content": message.content,
                    "created_at": message.created_at.isoformat(),
                }
                for message in conversation.history(request.user.pk, conversation_id)
            ]
        )
