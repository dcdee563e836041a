"""Speaks to every socket of a thread, on whichever machine it is; and badly, where a fault is armed."""
import json
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from backend.redis import shared_redis
from faults.faults import Fault, take
from .frames import Frame, assistant_message, group_of
from .models import Reply


class Speaker:
    def __init__(self, thread_id: UUID) -> None:
        self._group = group_of(thread_id)
        self._held = f"held:{thread_id}"

    def say(self, frame: Frame) -> None:
        async_to_sync(get_channel_layer().group_send)(self._group, {"type": "thread.frame", "frame": frame})

    def deliver(self, reply: Reply) -> None:
        frame = assistant_message(reply, with_sequence=not take(Fault.NO_SEQUENCE))
        if take(Fault.DROP_FRAME):
            return
        if take(Fault.SWAP_SEQUENCE):
            shared_redis().rpush(self._held, json.dumps(frame))
            return
        for _ in range(2 if take(Fault.DOUBLE_DELIVERY) else 1):
            self.say(frame)
        while (held := shared_redis().lpop(self._held)) is not None:
            self.say(json.loads(held))
