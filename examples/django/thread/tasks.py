"""
The worker's half: replies to what waits in one thread, oldest first. Like its sister of the streaming family the task
carries no message, so that running it twice does no harm.
"""
import time
from uuid import UUID

from celery import Task, shared_task
from django.conf import settings

from assistant.answer import answer_to
from assistant.turn import TurnLost, turn_in
from faults.faults import Fault, take
from . import replies
from .frames import task_failed, typing_status
from .models import Post
from .speaker import Speaker

LOOK_AGAIN_S = 1


class AssistantFailed(Exception):
    """A model that gave no answer."""


# Whatever goes wrong, the question still waits: without another try it would wait for the next one.
@shared_task(bind=True, max_retries=None, autoretry_for=(Exception,), retry_backoff=True, retry_backoff_max=60)
def reply_in_thread(self: Task, thread_id: str) -> None:
    with turn_in(f"thread:{thread_id}") as turn:
        if turn is None:
            raise self.retry(countdown=LOOK_AGAIN_S)
        if take(Fault.TASK_RAISES):
            raise RuntimeError("A fault was armed.")
        while (post := replies.oldest_waiting(UUID(thread_id))) is not None:
            try:
                turn.keep()
                _reply(post)
            except AssistantFailed:
                delay_s = settings.RETRY_DELAY_MS / 1000 * 2 ** (post.attempts - 1)
                replies.put_off(post, delay_s)
                reply_in_thread.apply_async((thread_id,), countdown=delay_s)
            except TurnLost:
                return


def _reply(post: Post) -> None:
    speaker = Speaker(post.thread_id)
    is_doubled = take(Fault.ANSWER_TWICE)
    speaker.say(typing_status(post, True))
    try:
        text = _think(post, speaker)
        reply = replies.add_reply(post, text)
        if reply is not None:
            speaker.deliver(reply)
        if is_doubled:
            speaker.deliver(replies.number_reply(post, text))
    finally:
        speaker.say(typing_status(post, False))


def _think(post: Post, speaker: Speaker) -> str:
    # A real model takes longer than a turn is held: keep the turn meanwhile, or another worker begins as well.
    time.sleep(settings.THINKING_MS / 1000)
    if take(Fault.TASK_FAILS):
        speaker.say(task_failed(post, "The assistant did not answer."))
        raise AssistantFailed
    return answer_to(post.text)
