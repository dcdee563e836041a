"""
Sends a reply again until it is acknowledged. A frame that was handed to a socket may never arrive: the link can be gone
without a word, and the channel layer drops what does not fit. The client shows a reply that comes again once.
"""
import asyncio
from typing import Awaitable, Callable, Dict
from uuid import UUID

from .frames import Frame

TIMES_MAX = 4
WAITING_MAX = 200


class Redelivery:
    """Of one socket. Each further time comes after twice the wait; what is left then waits for the next socket."""

    def __init__(self, send: Callable[[Frame], Awaitable[None]], *, after_s: float) -> None:
        self._send = send
        self._after_s = after_s
        self._waiting: Dict[UUID, "asyncio.Task[None]"] = {}

    def expect_ack(self, frame: Frame) -> None:
        """The frame has just been sent."""
        reply_id = UUID(frame["meta"]["queued_message_id"])
        if reply_id in self._waiting or len(self._waiting) >= WAITING_MAX:
            return
        self._waiting[reply_id] = asyncio.ensure_future(self._repeat(frame))

    def acked(self, reply_id: UUID) -> None:
        task = self._waiting.pop(reply_id, None)
        if task is not None:
            task.cancel()

    def stop(self) -> None:
        for reply_id in list(self._waiting):
            self.acked(reply_id)

    async def _repeat(self, frame: Frame) -> None:
        for times in range(TIMES_MAX):
            await asyncio.sleep(self._after_s * 2**times)
            await self._send(frame)
