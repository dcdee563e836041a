"""
The worker's half: answers the questions of one conversation, oldest first.

The task does not carry a question. It answers whatever waits, which makes it safe to run twice: one that Redis hands
out again, after a worker was killed or was slow, finds what is left to do, or nothing.
"""
import asyncio
import time

from asgiref.sync import async_to_sync
from celery import Task, shared_task
from channels.layers import get_channel_layer
from django.conf import settings

from assistant.answer import answer_to, chunks_of
from assistant.turn import Turn, TurnLost, turn_in
from faults.faults import Fault, amount, take
from . import conversation
from .frames import broadcast, group_of
from .models import Message

# Whoever has the turn will come to the new question too, unless it was killed: so look again.
LOOK_AGAIN_S = 1


class AssistantFailed(Exception):
    """A model that gave up in the middle of an answer."""


# Whatever goes wrong, the question still waits: without another try it would wait for the next one.
@shared_task(bind=True, max_retries=None, autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=60)
def answer_conversation(self: Task, user_id: int, conversation_id: str) -> None:
    with turn_in(f"streaming:{user_id}:{conversation_id}") as turn:
        if turn is None:
            raise self.retry(countdown=LOOK_AGAIN_S)
        if take(Fault.TASK_RAISES):
            raise RuntimeError("A fault was armed.")
        while (question := conversation.oldest_waiting(user_id, conversation_id)) is not None:
            try:
                _answer(question, turn)
            except AssistantFailed:
                time.sleep(settings.RETRY_DELAY_MS / 1000)
            except TurnLost:
                return


def _answer(question: Message, turn: Turn) -> None:
    answer = answer_to(question.content)
    speaker = Speaker(question.user_id, question.conversation_id)
    for _ in range(2 if take(Fault.ANSWER_TWICE) else 1):
        async_to_sync(speaker.stream)(answer, turn)
        # Stored before its end is told: who hears `complete` and asks for the history finds it there.
        conversation.add_answer(question, answer)
        async_to_sync(speaker.say)("complete")


class Speaker:
    """Speaks to every socket of a conversation, on whichever machine it is."""

    def __init__(self, user_id: int, conversation_id: str) -> None:
        self._group = group_of(user_id, conversation_id)
        self._conversation_id = conversation_id

    async def say(self, event: str, **facts: object) -> None:
        await get_channel_layer().group_send(self._group, broadcast(event, self._conversation_id, **facts))

    async def stream(self, answer: str, turn: Turn) -> None:
        chunks = chunks_of(answer)
        failing_at = len(chunks) // 2 if take(Fault.FAILS_MIDWAY) else None
        delay_s = amount(Fault.CHUNK_DELAY_MS, settings.CHUNK_DELAY_MS) / 1000
        await self.say("processing_started")
        for index, chunk in enumerate(chunks):
            if index == failing_at:
                await self.say("error", error="The assistant failed in the middle of its answer.")
                raise AssistantFailed
            turn.keep()
            await self.say("chunk", chunk=chunk)
            await asyncio.sleep(delay_s)
