"""What is kept of a conversation. Only this module writes messages."""
from typing import List, Optional

from django.db import transaction
from django.db.models import F

from .models import Message

HISTORY_MAX = 500
# A question that ends its worker this often is left without an answer, so that it does not hold up the others.
ATTEMPTS_MAX = 5


def add_question(user_id: int, conversation_id: str, text: str) -> Message:
    return Message.objects.create(
        user_id=user_id, conversation_id=conversation_id, sender=Message.USER, content=text, needs_answer=True
    )


def withdraw(question: Message) -> None:
    """The question could not be handed to the worker, and its sender is told so."""
    question.delete()


def oldest_waiting(user_id: int, conversation_id: str) -> Optional[Message]:
    """The next question to answer; counts the attempt."""
    waiting = Message.objects.filter(user_id=user_id, conversation_id=conversation_id, needs_answer=True)
    waiting.filter(attempts__gte=ATTEMPTS_MAX).update(needs_answer=False)
    question = waiting.first()
    if question is not None:
        Message.objects.filter(pk=question.pk).update(attempts=F("attempts") + 1)
        question.attempts += 1
    return question


def add_answer(question: Message, text: str) -> bool:
    """False where the question has its answer already. Writes first, so that SQLite need not fail to upgrade a lock."""
    with transaction.atomic():
        if Message.objects.filter(pk=question.pk, needs_answer=True).update(needs_answer=False) == 0:
            return False
        Message.objects.create(
            user_id=question.user_id,
            conversation_id=question.conversation_id,
            sender=Message.ASSISTANT,
            content=text,
        )
        return True


def history(user_id: int, conversation_id: str) -> List[Message]:
    """The last messages, oldest first."""
    messages = Message.objects.filter(user_id=user_id, conversation_id=conversation_id)
    return list(messages.order_by("-id")[:HISTORY_MAX])[::-1]
