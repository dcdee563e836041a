"""Lets pages of the allowed origins call over HTTP with their cookies, and answers their preflights."""
from typing import Callable

from django.http import HttpRequest, HttpResponse

from .origins import is_allowed

HEADERS = "Authorization, Content-Type, X-CSRFToken, X-Correlation-ID"
PREFLIGHT_KEPT_S = "600"


class CrossOrigin:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        # A preflight comes without cookies, so that no view could let it in.
        response = HttpResponse() if is_preflight else self.get_response(request)
        origin = request.headers.get("Origin")
        if is_allowed(origin, request.get_host()):
            response["Access-Control-Allow-Origin"] = origin
            response["Access-Control-Allow-Credentials"] = "true"
            response["Vary"] = "Origin"
            if is_preflight:
                response["Access-Control-Allow-Methods"] = "GET, POST"
                response["Access-Control-Allow-Headers"] = HEADERS
                response["Access-Control-Max-Age"] = PREFLIGHT_KEPT_S
        return response
