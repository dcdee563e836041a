"""The assistant's side of a thread: what waits for a reply, replies with their numbers, and who has seen them."""
from datetime import timedelta
from typing import List, Optional
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now

from faults.faults import Fault, take
from .models import Post, Reply, Thread

ATTEMPTS_MAX = 5
UNACKED_MAX = 100


def oldest_waiting(thread_id: UUID) -> Optional[Post]:
    """The next post to reply to; counts the attempt. One that failed too often is left alone."""
    waiting = Post.objects.filter(thread_id=thread_id, needs_reply=True)
    waiting.filter(attempts__gte=ATTEMPTS_MAX).update(needs_reply=False)
    post = waiting.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now())).first()
    if post is not None:
        Post.objects.filter(pk=post.pk).update(attempts=F("attempts") + 1)
        post.attempts += 1
    return post


def put_off(post: Post, delay_s: float) -> None:
    """A post whose reply failed waits; the ones behind it do not."""
    Post.objects.filter(pk=post.pk).update(next_attempt_at=now() + timedelta(seconds=delay_s))


def add_reply(post: Post, text: str) -> Optional[Reply]:
    """None where the post has its reply already: a task that runs twice replies once."""
    with transaction.atomic():
        if Post.objects.filter(pk=post.pk, needs_reply=True).update(needs_reply=False) == 0:
            return None
        return number_reply(post, text)


def number_reply(post: Post, text: str) -> Reply:
    """Takes the next number and stores the reply under it: both or neither, or the thread would have a hole."""
    with transaction.atomic():
        step = 2 if take(Fault.SKIP_SEQUENCE) else 1
        # This write comes first: until the end of the transaction it keeps every other worker from the number.
        Thread.objects.filter(pk=post.thread_id).update(last_sequence=F("last_sequence") + step)
        sequence = Thread.objects.get(pk=post.thread_id).last_sequence
        return Reply.objects.create(thread_id=post.thread_id, post=post, sequence=sequence, text=text)


def unacked(thread_id: UUID) -> List[Reply]:
    """What nobody has acknowledged, in order; the last of it, where it is much."""
    replies = Reply.objects.filter(thread_id=thread_id, acked_at=None).select_related("post")
    return list(replies.order_by("-sequence")[:UNACKED_MAX])[::-1]


def ack(thread_id: UUID, reply_id: UUID) -> None:
    """Acknowledging twice, or something unknown, does nothing: the first acknowledgement may have been lost."""
    Reply.objects.filter(pk=reply_id, thread_id=thread_id, acked_at=None).update(acked_at=now())
