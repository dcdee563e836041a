"""Reads what was posted."""
from typing import Optional
from uuid import UUID, uuid4

from rest_framework.request import Request

from backend.bodies import fields_of
from .frames import uuid_of
from .posting import Draft

MESSAGE_MAX = 10_000
CORRELATION_ID_MAX = 64


class NoDraft(Exception):
    """What a client must not post again."""


def read_draft(request: Request) -> Draft:
    body = fields_of(request)
    text = body.get("message")
    if not isinstance(text, str) or text.strip() == "":
        raise NoDraft("message required")
    if len(text.strip()) > MESSAGE_MAX:
        raise NoDraft(f"message too long (max {MESSAGE_MAX} characters)")
    return Draft(
        text=text.strip(),
        thread_id=_optional_uuid(body, "thread_id"),
        # A client without ids of its own can still post; only its repeats cannot be told.
        client_msg_id=_optional_uuid(body, "client_msg_id") or uuid4(),
        correlation_id=request.headers.get("X-Correlation-ID", "")[:CORRELATION_ID_MAX] or str(uuid4()),
    )


def _optional_uuid(body: dict, name: str) -> Optional[UUID]:
    value = body.get(name)
    if value is None:
        return None
    read = uuid_of(value)
    if read is None:
        raise NoDraft(f"invalid {name} format, must be UUID")
    return read
