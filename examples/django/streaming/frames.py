"""The words of the wire: what a client may say, and what it hears. Pure."""
import json
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Dict, Optional, Union

CONTENT_MAX = 10_000

Frame = Dict[str, Any]


class Rejected(Exception):
    """A frame that is not taken; its text goes to the client. The socket stays open."""


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Say:
    text: str


def read_frame(text: Optional[str]) -> Union[Ping, Say]:
    """None is a binary frame."""
    try:
        frame = json.loads(text or "")
    except ValueError as error:
        raise Rejected("Invalid JSON format") from error
    if not isinstance(frame, dict):
        raise Rejected("Failed to process message")
    if frame.get("type") == "ping":
        return Ping()
    content = frame.get("message", "")
    if not isinstance(content, str):
        raise Rejected("Failed to process message")
    return Say(_checked(content.strip()))


def _checked(content: str) -> str:
    if content == "":
        raise Rejected("Message cannot be empty")
    if len(content) > CONTENT_MAX:
        raise Rejected(f"Message too long (max {CONTENT_MAX} characters)")
    return content


def told(event: str, **facts: Any) -> Frame:
    """What the consumer says to its own socket."""
    timestamp = datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")
    return {"event": event, **facts, "timestamp": timestamp}


def broadcast(event: str, conversation_id: str, **facts: Any) -> Frame:
    """What the worker says to every socket of a conversation; `type` names the consumer's method that hears it."""
    return {"type": "chat.message", "event": event, **facts, "conversation_id": conversation_id}


def group_of(user_id: int, conversation_id: str) -> str:
    """The channel layer's name for the sockets of one conversation."""
    return f"streaming.{user_id}.{conversation_id}"
