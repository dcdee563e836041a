"""Which pages may call and connect. A cookie travels with every request to its host, whichever page sent it."""
from typing import Optional
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def is_allowed(origin: Optional[str], host: str) -> bool:
    """Whether a page of `origin` may, asking for `host`: a page of this very host, or one of ALLOWED_ORIGINS."""
    if origin is None:
        return False
    return origin in settings.ALLOWED_ORIGINS or (urlsplit(origin).netloc == host and _is_ours(host))


def _is_ours(host: str) -> bool:
    """A page may give its own name our address; only Django's HTTP asks for ALLOWED_HOSTS by itself."""
    return validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
