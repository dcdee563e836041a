"""Who a name and a password belong to."""
from typing import Optional

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest


def user_with(request: HttpRequest, name: object, password: object) -> Optional[AbstractBaseUser]:
    """`name` may be a user name or an e-mail address."""
    if not isinstance(name, str) or not isinstance(password, str):
        return None
    by_email = get_user_model().objects.filter(email=name).first() if "@" in name else None
    username = name if by_email is None else by_email.get_username()
    return authenticate(request, username=username, password=password)
