"""The addresses over HTTP."""
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.static import serve

from .settings import BASE_DIR


def is_alive(_: HttpRequest) -> HttpResponse:
    """For load balancers."""
    return HttpResponse("ok", content_type="text/plain")


PAGE = {"document_root": str(BASE_DIR / "page")}

urlpatterns = [
    path("healthz", is_alive),
    path("api/v1/", include("streaming.urls")),
    path("api/", include("thread.urls")),
    path("", serve, {**PAGE, "path": "index.html"}),
    path("page/<path:path>", serve, PAGE),
]
