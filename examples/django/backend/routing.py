"""
Which consumer answers a socket. A project of yours has one family and one line here; both have the same address, so
this one looks at the name of the token.
"""
from typing import Any, Awaitable, Callable
from urllib.parse import parse_qs

from channels.routing import URLRouter
from django.urls import re_path

from sockets.nowhere import NowhereConsumer
from streaming.consumer import StreamingConsumer
from thread.consumer import ThreadConsumer

Application = Callable[[Any, Any, Any], Awaitable[None]]

streaming = StreamingConsumer.as_asgi()
thread = ThreadConsumer.as_asgi()


async def by_token(scope: Any, receive: Any, send: Any) -> None:
    is_thread = "token" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    await (thread if is_thread else streaming)(scope, receive, send)


socket_application: Application = URLRouter(
    [
        re_path(r"^ws/chat/(?P<conversation_id>[A-Za-z0-9_-]{1,64})/$", by_token),
        re_path(r"", NowhereConsumer.as_asgi()),
    ]
)
