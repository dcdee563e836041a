"""An address that nothing serves: without this one the handshake would fail with a bare 500."""
from .gated_consumer import GatedConsumer
from .refused import NOWHERE, Refused


class NowhereConsumer(GatedConsumer[None]):
    token_code = NOWHERE

    async def admit(self) -> None:
        raise Refused(NOWHERE, "there is no such address")
