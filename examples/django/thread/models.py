"""What is said in threads: posts of users, and the assistant's replies, which are numbered."""
from uuid import uuid4

from django.conf import settings
from django.db import models


class Thread(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    # The number of its last reply.
    last_sequence = models.PositiveIntegerField(default=0)


class Post(models.Model):
    """`id` is the `queued_message_id` that its sender is told; `client_msg_id` is what the sender calls it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    client_msg_id = models.UUIDField()
    correlation_id = models.CharField(max_length=64)
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Whether the worker still owes a reply, how often one was begun, and not before when the next one is.
    needs_reply = models.BooleanField(default=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        # The database keeps a message from being there twice, however many machines take its repeats at once.
        constraints = [models.UniqueConstraint(fields=["user", "client_msg_id"], name="one_post_for_each_client_id")]


class Reply(models.Model):
    """`id` is what a client acknowledges it by."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE)
    post = models.ForeignKey(Post, on_delete=models.CASCADE)
    sequence = models.PositiveIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    acked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["thread", "sequence"], name="one_reply_for_each_number")]
