"""
Taking a message, in the order that makes `task_queued` true: stored, handed to the worker, and only then acknowledged.
"""
from kombu.exceptions import OperationalError

from faults.faults import Fault, take
from . import conversation
from .frames import Rejected
from .rate_limit import minutes_to_wait
from .tasks import answer_conversation


def accept(user_id: int, conversation_id: str, text: str) -> str:
    """The id of the task; raises `Rejected`."""
    minutes = minutes_to_wait(user_id)
    if minutes is not None:
        raise Rejected(f"Rate limit exceeded. Try again in {minutes} minutes.")
    question = conversation.add_question(user_id, conversation_id, text)
    try:
        if take(Fault.ENQUEUE_FAILS):
            raise OperationalError("a fault was armed")
        return answer_conversation.delay(user_id, conversation_id).id
    except OperationalError as error:
        # Its sender will try again; left here, it would stand in the history twice.
        conversation.withdraw(question)
        raise Rejected("Failed to process message. Please try again.") from error
