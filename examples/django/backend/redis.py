"""The Redis that all machines share: connection tokens, rate limits, turns and, in tests, faults."""
from functools import lru_cache

from django.conf import settings
from redis import Redis

ANSWER_WITHIN_S = 5


@lru_cache(maxsize=None)
def shared_redis() -> Redis:
    """One pool of connections for the whole process; safe in threads."""
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=ANSWER_WITHIN_S,
        socket_connect_timeout=ANSWER_WITHIN_S,
    )
