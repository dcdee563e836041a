"""Reads settings from the environment, so that one build runs on every machine."""
import os
from typing import List


def text(name: str, default: str) -> str:
    return os.environ.get(name, default)


def required(name: str, why: str) -> str:
    value = os.environ.get(name, "")
    if value == "":
        raise RuntimeError(f"Set {name}: {why}")
    return value


def whole(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    return default if value == "" else int(value)


def listing(name: str) -> List[str]:
    """Texts between commas."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip() != ""]
