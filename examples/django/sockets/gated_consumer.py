"""
Accept, then close with a code.

A consumer that closes before it has accepted makes Daphne answer the handshake with a bare HTTP 403. A browser hides
that answer: the page sees code 1006, the same as for a network that is gone, and cannot tell a token that it should
renew from a server that is down. So everybody is let in, and whoever may not stay is told why.
"""
import logging
from typing import Any, Callable, Generic, Optional, TypeVar
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from backend.origins import is_allowed
from faults.faults import Fault, take
from .refused import ORIGIN, SERVER_FAILED, Refused

Caller = TypeVar("Caller")
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class GatedConsumer(AsyncWebsocketConsumer, Generic[Caller]):
    """Says who may come in (`admit`), greets them (`opened`) and hears them (`heard`)."""

    # The code that tells of a token that is no good.
    token_code: int
    caller: Optional[Caller] = None

    async def admit(self) -> Caller:
        """Who calls; raises `Refused`."""
        raise NotImplementedError

    async def opened(self, caller: Caller) -> None:
        """The socket is open. Events of groups wait until this has returned."""

    async def heard(self, caller: Caller, text: Optional[str]) -> None:
        """A frame came; None where it was binary."""

    async def connect(self) -> None:
        try:
            caller = await self.admit()
            await self._spoil()
        except Refused as refused:
            await self._turn_away(refused.code)
            return
        except Exception:
            # An exception that leaves here is a bare 500, no better than a bare 403.
            log.exception("Nobody could be let in")
            await self._turn_away(SERVER_FAILED)
            return
        self.caller = caller
        await self.accept()
        await self.opened(caller)

    async def receive(self, text_data: Optional[str] = None, bytes_data: Optional[bytes] = None) -> None:
        # Frames of one who was turned away may still be on their way.
        if self.caller is not None:
            await self.heard(self.caller, text_data)

    def query(self, name: str) -> str:
        """A parameter of the address; empty where it is missing."""
        return parse_qs(self.scope["query_string"].decode("latin-1")).get(name, [""])[0]

    def check_origin(self, *, is_required: bool) -> None:
        """
        Browsers say which page opens a socket, and no page can forge it. A caller without the header is no browser:
        where a cookie led to the token it is refused too.
        """
        headers = dict(self.scope["headers"])
        origin = headers.get(b"origin")
        if origin is None and not is_required:
            return
        host = headers.get(b"host", b"").decode("latin-1")
        if not is_allowed(None if origin is None else origin.decode("latin-1"), host):
            raise Refused(ORIGIN, "not a page of ours")

    async def _turn_away(self, code: int) -> None:
        # Only the fault closes before it accepts. It can be asked for only where Redis answers.
        if code != SERVER_FAILED and await in_thread(take, Fault.BARE_403):
            await self.close()
            return
        await self.accept()
        await self.close(code=code)

    async def _spoil(self) -> None:
        if await in_thread(take, Fault.REFUSE_DIAL):
            raise Refused(self.token_code, "a fault was armed")
        if await in_thread(take, Fault.DIAL_FAILS):
            raise RuntimeError("A fault was armed.")


async def in_thread(work: Callable[..., Result], *args: Any) -> Result:
    """Waits for Redis without holding up the other sockets of this process."""
    return await sync_to_async(work, thread_sensitive=False)(*args)
