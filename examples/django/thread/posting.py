"""Taking a message once, however often it is posted."""
from dataclasses import dataclass
from typing import Optional
from uuid import UUID

from .models import Post, Thread


class Conflict(Exception):
    """The client used one id for two messages."""


@dataclass(frozen=True)
class Draft:
    text: str
    thread_id: Optional[UUID]
    client_msg_id: UUID
    correlation_id: str


@dataclass(frozen=True)
class Posted:
    post: Post
    is_repeat: bool


def post(user_id: int, draft: Draft) -> Posted:
    """The message as it is stored now or was stored before; raises `Conflict`."""
    fields = {"text": draft.text, "correlation_id": draft.correlation_id}
    earlier = Post.objects.filter(user_id=user_id, client_msg_id=draft.client_msg_id).first()
    if earlier is None:
        fields["thread"] = _thread_for(user_id, draft.thread_id)
    # Looks, inserts, and looks again where another machine was faster: the constraint decides who was.
    stored, is_new = Post.objects.get_or_create(
        user_id=user_id, client_msg_id=draft.client_msg_id, defaults=fields
    )
    if not is_new and stored.text != draft.text:
        raise Conflict
    return Posted(post=stored, is_repeat=not is_new)


def _thread_for(user_id: int, thread_id: Optional[UUID]) -> Thread:
    """A new thread where none is named; where the named one is not the user's, the one that the user was in last."""
    threads = Thread.objects.filter(user_id=user_id)
    if thread_id is None:
        return Thread.objects.create(user_id=user_id)
    named = threads.filter(pk=thread_id).first()
    return named or threads.order_by("-created_at").first() or Thread.objects.create(user_id=user_id)
