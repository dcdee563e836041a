"""Django's settings. What an operator may change comes from the environment; README.md lists it."""
from pathlib import Path
from urllib.parse import urlsplit

import django

from . import environment
from .database import database_from

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = environment.required("SECRET_KEY", "it signs the sessions; all machines need the same one.")
DEBUG = False
ALLOWED_HOSTS = environment.listing("ALLOWED_HOSTS") or ["127.0.0.1", "localhost"]
ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "channels",
    "rest_framework",
    "accounts",
    "streaming",
    "thread",
]
MIDDLEWARE = [
    "backend.cors.CrossOrigin",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    # A form of another site can post forms, but no JSON.
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}

# Who may connect. A page of this very host always may.
ALLOWED_ORIGINS = environment.listing("ALLOWED_ORIGINS")
# Django 4 wants whole origins here, Django 3.2 wants hosts.
CSRF_TRUSTED_ORIGINS = (
    ALLOWED_ORIGINS if django.VERSION >= (4,) else [urlsplit(origin).netloc for origin in ALLOWED_ORIGINS]
)
# Behind TLS: cookies that never travel in the clear.
COOKIE_SECURE = environment.whole("COOKIE_SECURE", 0) == 1
CSRF_COOKIE_SECURE = COOKIE_SECURE

# The page of this example, bundled; none where this is empty.
PAGE_FOLDER = environment.text("PAGE_FOLDER", "")

# Where things are kept.
DATABASES = {
    "default": database_from(environment.text("DATABASE_URL", f"sqlite:///{BASE_DIR / 'chat.sqlite3'}")),
}
REDIS_URL = environment.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # So many frames may wait for all sockets of one Daphne together; more are dropped without a word. Default: 100.
        "CONFIG": {"hosts": [REDIS_URL], "capacity": 5000},
    },
}

# The worker. A task is taken off the queue when it is done, not when it is begun, so that a killed worker loses none.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "answers"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# After this time without a word another worker may have the task: longer than any answer, or it is begun twice. Workers
# look for such tasks when they start, and every hundred seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": environment.whole("TASK_VISIBLE_AGAIN_S", 120)}
# Who sends waits for the queue: better an error now than a socket that hangs.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.4}

# How long things live.
CONNECTION_TOKEN_S = environment.whole("CONNECTION_TOKEN_S", 60)
STREAMING_ACCESS_S = environment.whole("STREAMING_ACCESS_S", 15 * 60)
STREAMING_REFRESH_S = environment.whole("STREAMING_REFRESH_S", 7 * 24 * 3600)
THREAD_ACCESS_S = environment.whole("THREAD_ACCESS_S", 3600)
THREAD_REFRESH_S = environment.whole("THREAD_REFRESH_S", 30 * 24 * 3600)
EXPIRY_WARNING_S = environment.whole("EXPIRY_WARNING_S", 60)

# How the assistant behaves.
RATE_LIMIT_PER_HOUR = environment.whole("RATE_LIMIT_PER_HOUR", 50)
CHUNK_DELAY_MS = environment.whole("CHUNK_DELAY_MS", 20)
THINKING_MS = environment.whole("THINKING_MS", 40)
RETRY_DELAY_MS = environment.whole("RETRY_DELAY_MS", 1000)
REDELIVER_AFTER_MS = environment.whole("REDELIVER_AFTER_MS", 10_000)
# A worker that was killed keeps its turn so long.
TURN_S = environment.whole("TURN_S", 10)

# Only a backend for tests has faults; without this variable none can be armed.
FAULTS_ENABLED = environment.whole("FAULTS_ENABLED", 0) == 1
