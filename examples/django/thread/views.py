"""The thread family over HTTP: session, and the one way in for messages."""
import time
from typing import Any, Dict

from django.conf import settings
from kombu.exceptions import OperationalError
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import BearerOrCookie
from accounts.cookies import keep_in_cookie
from accounts.credentials import user_with
from accounts.renewal import RenewalView
from accounts.tokens import Lifetimes, SessionToken, new_session
from backend.bodies import fields_of
from faults.faults import Fault, take
from .drafts import NoDraft, read_draft
from .models import Post, Reply
from .posting import Conflict, Posted, post
from .tasks import reply_in_thread

LIFETIMES = Lifetimes(settings.THREAD_ACCESS_S, settings.THREAD_REFRESH_S)
REFRESH_PATH = "/api/token/refresh/"
REPLY_FIRST_WAITS_S = 10


class TokenView(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        body = fields_of(request)
        user = user_with(request, body.get("username"), body.get("password"))
        if user is None:
            return Response({"detail": "No active account found with the given credentials"}, status=401)
        session = new_session(user, LIFETIMES)
        facts = {"message": "Authentication successful. Cookies set.", "access": session.access.text}
        response = Response({"ok": True, **facts, "refresh": session.refresh.text})
        keep_in_cookie(response, "access", session.access)
        # It travels to one address only.
        keep_in_cookie(response, "refresh", session.refresh, path=REFRESH_PATH)
        return response


class TokenRefreshView(RenewalView):
    lifetimes = LIFETIMES
    refresh_cookie = "refresh"
    access_cookie = "access"

    def told(self, access: SessionToken) -> Dict[str, Any]:
        return {"access": access.text}


class ChatView(APIView):
    """202 means: the message is stored, and will be replied to. What is posted again is stored once."""

    authentication_classes = [BearerOrCookie]

    def post(self, request: Request) -> Response:
        try:
            posted = post(request.user.pk, read_draft(request))
        except NoDraft as fault:
            return Response({"ok": False, "error": str(fault)}, status=400)
        except Conflict:
            return Response({"ok": False, "error": "client_msg_id belongs to another message"}, status=409)
        # For a repeat too: perhaps the queue could not be reached the first time. A task too many does no harm.
        is_queued = not posted.post.needs_reply or hand_to_worker(posted.post)
        if not is_queued or take(Fault.POST_LOST):
            return Response({"ok": False, "error": "try again"}, status=503, headers={"Retry-After": "1"})
        if take(Fault.REPLY_FIRST):
            wait_for_reply(posted.post)
        return Response(receipt(posted), status=202)


def hand_to_worker(stored: Post) -> bool:
    try:
        if take(Fault.ENQUEUE_FAILS):
            return False
        reply_in_thread.delay(str(stored.thread_id))
        return True
    except OperationalError:
        return False


def receipt(posted: Posted) -> Dict[str, Any]:
    stored = posted.post
    facts = {
        "ok": True,
        "thread_id": str(stored.thread_id),
        "queued_message_id": str(stored.pk),
        "client_msg_id_echo": str(stored.client_msg_id),
        "correlation_id": stored.correlation_id,
    }
    return {**facts, "idempotent": True} if posted.is_repeat else facts


def wait_for_reply(stored: Post) -> None:
    """A fault only: no server should wait here."""
    end_s = time.monotonic() + REPLY_FIRST_WAITS_S
    while time.monotonic() < end_s and not Reply.objects.filter(post=stored).exists():
        time.sleep(0.02)
    time.sleep(0.2)
