"""The words of the wire. Pure."""
import json
from dataclasses import dataclass
from typing import Any, Dict, Optional, Union
from uuid import UUID

from .models import Post, Reply

Frame = Dict[str, Any]


class Malformed(Exception):
    """Not JSON at all: the other side is no client of this protocol."""


class Unknown(Exception):
    """JSON that says nothing known."""


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Hello:
    """Some clients greet; nothing follows from it."""


@dataclass(frozen=True)
class Ack:
    reply_id: UUID


def read_frame(text: Optional[str]) -> Union[Ping, Hello, Ack]:
    """None is a binary frame."""
    try:
        frame = json.loads(text or "")
    except ValueError as error:
        raise Malformed from error
    kind = frame.get("type") if isinstance(frame, dict) else None
    if kind == "ping":
        return Ping()
    if kind == "client_hello":
        return Hello()
    reply_id = None if kind != "message_ack" else uuid_of(frame.get("message_id"))
    if reply_id is None:
        raise Unknown
    return Ack(reply_id)


def uuid_of(value: object) -> Optional[UUID]:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def typing_status(post: Post, value: bool) -> Frame:
    return {"type": "chat_status", "event": "typing", "value": value, "correlation_id": post.correlation_id}


def assistant_message(reply: Reply, *, with_sequence: bool = True) -> Frame:
    frame = {
        "type": "chat_message",
        "event": "assistant_message",
        "thread_id": str(reply.thread_id),
        "payload": {"text": reply.text, "rich": {}, "agent": "supervisor"},
        "meta": {
            "queued_message_id": str(reply.pk),
            "in_reply_to": str(reply.post.client_msg_id),
            "correlation_id": reply.post.correlation_id,
        },
    }
    return {**frame, "sequence": reply.sequence} if with_sequence else frame


def task_failed(post: Post, error: str) -> Frame:
    """Not the end: the worker tries again."""
    message = {
        "in_reply_to": str(post.client_msg_id),
        "queued_message_id": str(post.pk),
        "correlation_id": post.correlation_id,
    }
    return {"type": "chat_error", "event": "task_failed", "error": error, "message": message}


def protocol_error(error: str) -> Frame:
    return {"type": "chat_status", "event": "protocol_error", "error": error}


def pong() -> Frame:
    return {"type": "pong"}


def group_of(thread_id: UUID) -> str:
    """The channel layer's name for the sockets of one thread."""
    return f"thread.{thread_id}"
