"""From an alert to the message a person sees. The only maker of whole messages.

Limits are Telegram's (Bot API, sendMessage): 4096 UTF-16 units after entities are parsed. An alert stays far below:
headline, summary and evidence are each bounded here.
"""

from collections.abc import Sequence

from bot.domain.i18n import Messages
from bot.domain.markup import Html, bold, escape, isolate, lines, link
from bot.domain.model import Article, Button, Evidence, Message
from bot.domain.summary import shorten, summarise

TITLE_WORDS, TITLE_LETTERS = 40, 300
NAME_LETTERS = 100
LINK_LETTERS = 2000  # Fluent refuses variables of more than 2500; the button has the link in any case
WATCH_LETTERS = 60
WATCHES_NAMED = 5
RLM, LRM = "\u200f", "\u200e"


def render_alert(
    chat_id: int,
    article: Article,
    watches: Sequence[str],
    evidence: Sequence[Evidence],
    source_name: str,
    messages: Messages,
    repeated: bool = False,
) -> Message:
    """The alert about one article for one chat.

    `watches` are shown as the chat wrote them. `repeated`: it may have arrived already, so it comes silently.
    """
    foreign = article.language not in ("ar", messages.language)
    named = article.title or (article.text if foreign else "")  # some feeds give their items no title
    headline = shorten(named, TITLE_WORDS, TITLE_LETTERS)
    body = "" if foreign else summarise(article, evidence)
    html = lines(
        messages.html("alert-foreign", language=_language(article.language, messages)) if foreign else None,
        bold(isolate(escape(headline))) if headline else None,
        isolate(escape(body)) if body else None,
        Html(""),
        _source_line(article, source_name, messages),
        _match_line(watches, messages),
        messages.html("alert-repeated") if repeated else None,
    )
    buttons = ((Button(messages.text("button-article"), url=article.url),),) if article.url else ()
    return Message(chat_id, _in_direction(html, messages), buttons, silent=repeated)


def _in_direction(html: Html, messages: Messages) -> Html:
    """A line's direction follows its first strong letter: an Arabic message must not turn because its headline is
    English."""
    if messages.language != "ar":
        return html
    return Html("\n".join(RLM + line if line else line for line in html.split("\n")))


def _language(code: str, messages: Messages) -> str:
    key = f"language-{code}"
    return messages.text(key if messages.has(key) else "language-other")


def _source_line(article: Article, source_name: str, messages: Messages) -> Html:
    name = escape(source_name[:NAME_LETTERS])
    linked = link(article.url, name) if article.url else name
    source = linked if len(linked) <= LINK_LETTERS else name
    if article.published_at is None:
        return messages.html("alert-source-undated", source=source)
    return messages.html("alert-source", source=source, time=messages.time(article.published_at))


def _match_line(watches: Sequence[str], messages: Messages) -> Html:
    named = [f"«{isolate(escape(w[:WATCH_LETTERS]))}»" for w in dict.fromkeys(watches)]
    more = "…" if len(named) > WATCHES_NAMED else ""
    # The list is isolated as a whole, and within it each watch: without a mark of its own it would have no direction.
    separator, mark = ("، ", RLM) if messages.language == "ar" else (", ", LRM)
    return messages.html("alert-match", watches=Html(mark + separator.join(named[:WATCHES_NAMED]) + more))
