"""One socket of a thread. It greets nobody: open is open."""
import json
from typing import Any, Dict, Optional
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from faults.faults import Fault, take
from sockets.gated_consumer import GatedConsumer, in_thread
from sockets.refused import NOWHERE, SERVER_FAILED, THREAD_TOKEN, Refused
from sockets.session_clock import SessionClock
from . import replies
from .access import Caller, caller_with
from .frames import (
    Ack,
    Frame,
    Malformed,
    Ping,
    Unknown,
    assistant_message,
    group_of,
    pong,
    protocol_error,
    read_frame,
    uuid_of,
)
from .models import Thread
from .redelivery import Redelivery


class ThreadConsumer(GatedConsumer[Caller]):
    token_code = THREAD_TOKEN

    thread_id: UUID
    group: Optional[str] = None
    clock: Optional[SessionClock] = None
    redelivery: Optional[Redelivery] = None

    async def admit(self) -> Caller:
        # No cookie opens this socket, so a caller that is no browser may come too.
        self.check_origin(is_required=False)
        caller = await database_sync_to_async(caller_with)(self.query("token"))
        self.thread_id = await database_sync_to_async(self.own_thread)(caller)
        return caller

    def own_thread(self, caller: Caller) -> UUID:
        """Somebody else's thread is as unknown as one that is not there."""
        thread_id = uuid_of(self.scope["url_route"]["kwargs"]["conversation_id"])
        if thread_id is None or not Thread.objects.filter(pk=thread_id, user_id=caller.user_id).exists():
            raise Refused(NOWHERE, "there is no such thread")
        return thread_id

    async def opened(self, caller: Caller) -> None:
        self.redelivery = Redelivery(self.tell, after_s=settings.REDELIVER_AFTER_MS / 1000)
        self.group = group_of(self.thread_id)
        await self.channel_layer.group_add(self.group, self.channel_name)
        self.clock = SessionClock(warning_s=0, on_warning=self.stay_silent, on_end=self.end_with_session)
        self.clock.start(caller.ends_at_s)
        # Looked up after joining: a reply of this very moment comes twice rather than not at all.
        for reply in await database_sync_to_async(replies.unacked)(self.thread_id):
            await self.deliver(assistant_message(reply))

    async def heard(self, caller: Caller, text: Optional[str]) -> None:
        try:
            frame = read_frame(text)
        except Unknown:
            await self.tell(protocol_error("There is no such frame."))
            return
        except Malformed:
            await self.tell(protocol_error("This is not JSON."))
            await self.close(code=SERVER_FAILED)
            return
        if isinstance(frame, Ack):
            await self.take_ack(frame.reply_id)
        elif isinstance(frame, Ping) and not await in_thread(take, Fault.PING_SILENT):
            await self.tell(pong())

    async def take_ack(self, reply_id: UUID) -> None:
        await database_sync_to_async(replies.ack)(self.thread_id, reply_id)
        # One device has it: the sockets of the others stop repeating it.
        await self.channel_layer.group_send(group_of(self.thread_id), {"type": "thread.acked", "id": str(reply_id)})

    async def deliver(self, frame: Frame) -> None:
        await self.tell(frame)
        if self.redelivery is not None:
            self.redelivery.expect_ack(frame)

    async def thread_frame(self, event: Dict[str, Any]) -> None:
        """The worker speaks."""
        frame = event["frame"]
        await (self.deliver(frame) if frame["type"] == "chat_message" else self.tell(frame))

    async def thread_acked(self, event: Dict[str, Any]) -> None:
        if self.redelivery is not None:
            self.redelivery.acked(UUID(event["id"]))

    async def stay_silent(self, _: int) -> None:
        """This family has no frame that warns."""

    async def end_with_session(self) -> None:
        await self.close(code=THREAD_TOKEN)

    async def tell(self, frame: Frame) -> None:
        await self.send(text_data=json.dumps(frame))

    async def disconnect(self, code: int) -> None:
        if self.clock is not None:
            self.clock.stop()
        if self.redelivery is not None:
            self.redelivery.stop()
        if self.group is not None:
            await self.channel_layer.group_discard(self.group, self.channel_name)
