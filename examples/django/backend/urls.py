"""The addresses over HTTP."""
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.static import serve


def is_alive(_: HttpRequest) -> HttpResponse:
    """For load balancers."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", is_alive),
    path("api/v1/", include("streaming.urls")),
    path("api/", include("thread.urls")),
]
if settings.PAGE_FOLDER != "":
    PAGE = {"document_root": settings.PAGE_FOLDER}
    urlpatterns += [path("", serve, {**PAGE, "path": "index.html"}), path("page/<path:path>", serve, PAGE)]
