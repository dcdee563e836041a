"""
So many messages in any hour, of one user over all sockets and machines. A script, so that two machines that ask at once
cannot both take the last place; a window that slides, so that a full hour's worth cannot pass twice around a full hour.
"""
import math
import secrets
import time
from typing import Optional

from django.conf import settings

from backend.redis import shared_redis
from faults.faults import Fault, amount

WINDOW_S = 3600

# Returns 0 where there was a place, else the time of the oldest message in the window.
TAKE_PLACE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ARGV[2])
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
  redis.call('EXPIRE', KEYS[1], ARGV[2])
  return '0'
end
return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] or ARGV[1]
"""


def minutes_to_wait(user_id: int) -> Optional[int]:
    """Takes a place in the user's hour: None. Where there is none: in how many minutes there is one again."""
    now_s = time.time()
    limit = amount(Fault.RATE_LIMIT, settings.RATE_LIMIT_PER_HOUR)
    oldest_s = float(
        shared_redis().eval(TAKE_PLACE, 1, f"rate:{user_id}", now_s, WINDOW_S, limit, secrets.token_hex(8))
    )
    if oldest_s == 0:
        return None
    return max(1, math.ceil((oldest_s + WINDOW_S - now_s) / 60))
