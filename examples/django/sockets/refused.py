"""Why a socket is turned away, as a close code that a client can read."""


class Refused(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


# Codes 4000 to 4999 are for applications. The client renews its token on these two, once, …
STREAMING_TOKEN = 4001
THREAD_TOKEN = 4401
# … and stops on these.
ORIGIN = 4003
NOWHERE = 4004
# The server is at fault: the client comes again.
SERVER_FAILED = 1011
