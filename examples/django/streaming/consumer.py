"""One socket of a conversation with the assistant."""
import json
import logging
from typing import Optional

from channels.db import database_sync_to_async
from django.conf import settings

from faults.faults import Fault, take
from sockets.gated_consumer import GatedConsumer, in_thread
from sockets.refused import STREAMING_TOKEN, Refused
from sockets.session_clock import SessionClock
from .accepting import accept
from .connection_tokens import Caller, consume
from .frames import Frame, Ping, Rejected, group_of, read_frame, told

log = logging.getLogger(__name__)


class StreamingConsumer(GatedConsumer[Caller]):
    token_code = STREAMING_TOKEN

    conversation_id = ""
    group: Optional[str] = None
    clock: Optional[SessionClock] = None

    async def admit(self) -> Caller:
        # First, so that a strange page does not use up a token that it got hold of.
        self.check_origin(is_required=True)
        caller = await in_thread(consume, self.query("connection_token"))
        if caller is None:
            raise Refused(STREAMING_TOKEN, "the connection token is unknown, over or used")
        return caller

    async def opened(self, caller: Caller) -> None:
        self.conversation_id = self.scope["url_route"]["kwargs"]["conversation_id"]
        self.group = group_of(caller.user_id, self.conversation_id)
        # Joined before the greeting: whoever has been greeted misses nothing.
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.tell(told("connected", conversation_id=self.conversation_id))
        self.clock = SessionClock(
            warning_s=settings.EXPIRY_WARNING_S, on_warning=self.warn, on_end=self.end_with_session
        )
        self.clock.start(caller.ends_at_s)

    async def heard(self, caller: Caller, text: Optional[str]) -> None:
        try:
            await self.respond(caller, text)
        except Rejected as rejected:
            await self.tell(told("error", error=str(rejected)))
        except Exception:
            # An exception that leaves a consumer closes its socket for the fault of one message.
            log.exception("A message could not be processed")
            await self.tell(told("error", error="Failed to process message"))

    async def respond(self, caller: Caller, text: Optional[str]) -> None:
        frame = read_frame(text)
        if isinstance(frame, Ping):
            if not await in_thread(take, Fault.PING_SILENT):
                await self.tell(told("pong"))
            return
        task_id = await database_sync_to_async(accept)(caller.user_id, self.conversation_id, frame.text)
        await self.tell(told("task_queued", task_id=task_id))

    async def chat_message(self, event: Frame) -> None:
        """The worker speaks."""
        await self.tell(event)

    async def warn(self, expires_in: int) -> None:
        await self.tell(told("token_expiring_soon", expires_in=expires_in))

    async def end_with_session(self) -> None:
        await self.close(code=STREAMING_TOKEN)

    async def tell(self, frame: Frame) -> None:
        await self.send(text_data=json.dumps(frame))

    async def disconnect(self, code: int) -> None:
        if self.clock is not None:
            self.clock.stop()
        if self.group is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)
