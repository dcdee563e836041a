"""The project. Importing it brings the Celery app along, so that `shared_task` finds it in Daphne too."""
from .celery import app as celery_app

__all__ = ["celery_app"]
