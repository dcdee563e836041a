"""
Ends a socket with the session that opened it: a socket that is checked once would outlive a logout by days. First it
warns, so that a client can bring a new token over a second socket before this one goes.
"""
import asyncio
import time
from typing import Awaitable, Callable, Optional

# A session shorter than the warning is warned half way.
WARN_AT_THE_LATEST = 0.5


class SessionClock:
    """`on_warning` gets the seconds that are left."""

    def __init__(
        self,
        *,
        warning_s: float,
        on_warning: Callable[[int], Awaitable[None]],
        on_end: Callable[[], Awaitable[None]],
    ) -> None:
        self._warning_s = warning_s
        self._on_warning = on_warning
        self._on_end = on_end
        self._task: Optional["asyncio.Task[None]"] = None

    def start(self, ends_at_s: float) -> None:
        """`ends_at_s` is Unix time."""
        self._task = asyncio.ensure_future(self._run(ends_at_s))

    def stop(self) -> None:
        # The task that ends the socket ends itself with it.
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()

    async def _run(self, ends_at_s: float) -> None:
        left_s = max(0.0, ends_at_s - time.time())
        warn_in_s = max(left_s - self._warning_s, left_s * WARN_AT_THE_LATEST)
        await asyncio.sleep(warn_in_s)
        await self._on_warning(round(left_s - warn_in_s))
        await asyncio.sleep(left_s - warn_in_s)
        await self._on_end()
