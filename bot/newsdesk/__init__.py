"""News in: a poll becomes articles, stories, matches and alerts, in one transaction."""

from bot.newsdesk.desk import Newsdesk

__all__ = ["Newsdesk"]
