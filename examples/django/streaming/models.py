"""What was said in a conversation with the assistant, in order of `id`."""
from django.conf import settings
from django.db import models


class Message(models.Model):
    """Conversations belong to one user: another user's conversation of the same name is another one."""

    USER = "user"
    ASSISTANT = "assistant"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    conversation_id = models.CharField(max_length=64)
    sender = models.CharField(max_length=9, choices=[(USER, USER), (ASSISTANT, ASSISTANT)])
    content = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Of a question only: whether the worker still owes an answer, and how often one was begun.
    needs_answer = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["user", "conversation_id", "id"], name="streaming_conversation")]
