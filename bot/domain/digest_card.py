"""Several alerts in one message: how many there were, and the headlines of the most important, each with its link."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.composing import RLM
from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines, link
from bot.domain.model import Message
from bot.domain.retelling import Report
from bot.domain.sentences import shorten

TITLE_WORDS, TITLE_LETTERS = 20, 160
LINK_LETTERS = 700  # five of them, and what is around them, stay far below what Telegram takes


def render_digest(
    chat_id: int,
    named: Sequence[Report],
    count: int,
    repeated: bool,
    messages: Messages,
    absent_since: datetime | None = None,
) -> Message:
    """`named` are the most important of `count` alerts. It makes a sound, unless it may have arrived already.

    `absent_since`: they were missed because the chat could not be written to from then until now.
    """
    html = lines(
        messages.html("absent-since", since=messages.time(absent_since)) if absent_since else None,
        bold(messages.html("digest-missed", count=count)),
        *(messages.html("digest-item", headline=_headline(report), source=_source(report)) for report in named),
        messages.html("digest-more", count=count - len(named)) if count > len(named) else None,
        messages.html("alert-repeated") if repeated else None,
    )
    mark = RLM if messages.language == "ar" else ""
    return Message(chat_id, Html("\n".join(mark + line for line in html.split("\n"))), silent=repeated)


def _headline(report: Report) -> Html:
    article = report.article
    shown = isolate(escape(shorten(article.title or article.text, TITLE_WORDS, TITLE_LETTERS)))
    return link(article.url, shown) if article.url and len(article.url) <= LINK_LETTERS else shown


def _source(report: Report) -> Html:
    return isolate(escape(shorten(report.source, TITLE_WORDS, TITLE_LETTERS)))
