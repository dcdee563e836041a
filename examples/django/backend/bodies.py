"""What a request says, where it is JSON of any kind."""
from typing import Any, Dict

from rest_framework.request import Request


def fields_of(request: Request) -> Dict[str, Any]:
    """The fields of an object; none where the body is a list, a number or nothing."""
    return request.data if isinstance(request.data, dict) else {}
