"""`manage.py set_up --user alice --user bob`: the tables, and accounts to try things with."""
from typing import Any, List

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from backend import environment


class Command(BaseCommand):
    help = "Makes the tables, and accounts whose password is DEMO_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        self._make_accounts(options["user"])
        # For whoever waits for it.
        self.stdout.write("set up")

    def _make_accounts(self, names: List[str]) -> None:
        if not names:
            return
        # Hashing is slow on purpose, so it is done once.
        password = make_password(environment.required("DEMO_PASSWORD", "the accounts get it."))
        users = get_user_model().objects
        for name in names:
            users.get_or_create(
                username=name, defaults={"email": f"{name}@example.com", "password": password}
            )
