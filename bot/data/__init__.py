"""The data that ships with Rasid: message files, the catalogue of sources, places, sample news."""

from importlib.resources import files


def read_text(name: str) -> str:
    """The text of a shipped file, by its path below `bot/data` ("messages/ar.ftl")."""
    return (files("bot.data") / name).read_text(encoding="utf-8")
