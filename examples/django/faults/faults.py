"""
Things that go wrong on purpose, so that a client can be tried against them. They are armed in Redis while everything
runs: `HSET faults <name> <how many times>`, -1 for always; the names with a unit hold a value instead. Without
FAULTS_ENABLED nothing is ever armed, and nothing asks.
"""
from enum import Enum

from django.conf import settings

from backend.redis import shared_redis

HASH = "faults"


class Fault(str, Enum):
    # The door.
    BARE_403 = "bare-403"  # who is turned away gets a bare 403 instead of a close code
    REFUSE_DIAL = "refuse-dial"  # a good caller is turned away as if the token were bad
    DIAL_FAILS = "dial-fails"  # the server fails at the door, and closes with 1011
    TOKEN_ENDPOINT_503 = "token-endpoint-503"
    CONNECTION_TOKEN_S = "connection-token-s"  # how long a connection token lives
    ACCESS_TOKEN_S = "access-token-s"  # how long a session's access token lives, and a socket with it
    # Sockets.
    PING_SILENT = "ping-silent"  # pings are never answered
    RATE_LIMIT = "rate-limit"  # messages an hour
    ENQUEUE_FAILS = "enqueue-fails"  # the queue cannot be reached
    # The worker.
    TASK_RAISES = "task-raises"  # an exception that nobody expects, before anything is said
    FAILS_MIDWAY = "fails-midway"  # streaming: part of an answer, an error, then everything again
    TASK_FAILS = "task-fails"  # thread: an error, then a retry after a delay that grows
    ANSWER_TWICE = "answer-twice"  # a redelivered task: the whole answer once more
    CHUNK_DELAY_MS = "chunk-delay-ms"
    # The thread's deliveries.
    REPLY_FIRST = "reply-first"  # the reply comes before the POST has returned
    POST_LOST = "post-lost"  # a message is stored, and its POST answered with 503
    DOUBLE_DELIVERY = "double-delivery"  # the same frame twice
    SWAP_SEQUENCE = "swap-sequence"  # a reply comes after the one that follows it
    SKIP_SEQUENCE = "skip-sequence"  # a number of the sequence is never used
    NO_SEQUENCE = "no-sequence"  # replies carry no number
    DROP_FRAME = "drop-frame"  # a reply is not sent; only its redelivery brings it


TAKE = """
local left = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if left == 0 then return 0 end
if left > 0 then redis.call('HINCRBY', KEYS[1], ARGV[1], -1) end
return 1
"""


def take(fault: Fault) -> bool:
    """Whether it is to happen now; uses up one time."""
    if not settings.FAULTS_ENABLED:
        return False
    return shared_redis().eval(TAKE, 1, HASH, fault.value) == 1


def amount(fault: Fault, default: int) -> int:
    """The value that a fault sets in the place of `default`."""
    if not settings.FAULTS_ENABLED:
        return default
    value = shared_redis().hget(HASH, fault.value)
    return default if value is None else int(value)
