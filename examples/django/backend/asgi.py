"""What Daphne serves: HTTP by Django, sockets by Channels."""
import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

# Loads the apps, which everything imported below needs.
http_application = get_asgi_application()

from .routing import socket_application  # noqa: E402

application = ProtocolTypeRouter({"http": http_application, "websocket": socket_application})
