"""
One answer at a time in each conversation, however many workers there are: chunks carry no id on the wire, so two
answers at once could not be told apart.
"""
from contextlib import contextmanager
from typing import Iterator, Optional

from django.conf import settings
from redis.exceptions import LockError
from redis.lock import Lock

from backend.redis import shared_redis


class TurnLost(Exception):
    """This worker was so slow that another one took over."""


class Turn:
    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def keep(self) -> None:
        """Called while an answer grows; raises `TurnLost`."""
        try:
            self._lock.reacquire()
        except LockError as error:
            raise TurnLost from error


@contextmanager
def turn_in(conversation: str) -> Iterator[Optional[Turn]]:
    """None where another worker has the turn."""
    lock = shared_redis().lock(f"turn:{conversation}", timeout=settings.TURN_S, thread_local=False)
    if not lock.acquire(blocking=False):
        yield None
        return
    try:
        yield Turn(lock)
    finally:
        try:
            lock.release()
        except LockError:
            pass  # It was lost; whoever has it now goes on.
