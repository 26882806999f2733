"""From a claimed alert to its message: the reports of its story, in the chat's language.

Owns which reports a message shows, and remembers the last messages: one story for a thousand chats that watch the
same is written once.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace

from bot.domain.alerting import AlertKind, denies
from bot.domain.digest_card import render_digest
from bot.domain.i18n import Translations
from bot.domain.model import Article, Evidence, Message
from bot.domain.rendering import Card, render_alert
from bot.domain.retelling import Report
from bot.domain.sentences import shorten
from bot.domain.summary import SHORT_LETTERS, SHORT_WORDS, Summary
from bot.store.articles import Told
from bot.store.claimed import Claimed
from bot.store.digests import absence_in

MOST_REMEMBERED = 256  # messages, of a few KB each


class Cards:
    """`place_name` gives the name of a place's code in a language, None for what it does not know."""

    def __init__(self, translations: Translations, place_name: Callable[[str, str], str | None]) -> None:
        self._translations, self._place_name = translations, place_name
        self._remembered: OrderedDict[Hashable, tuple[Card, Message]] = OrderedDict()

    def write(self, alert: Claimed) -> Message:
        """The message of an alert, whole: sent or edited, it says what is known now."""
        message = self._digest(alert) if alert.kind is AlertKind.DIGEST else self._card(alert)
        if alert.thread_id is None:
            return message
        line = self._translations[alert.language].html("alert-without-topic")
        return replace(message, thread_id=alert.thread_id, without_topic=line)

    def _card(self, alert: Claimed) -> Message:
        card = card_of(alert)
        key = alert.rang.id, alert.language, card.kind, card.watches, card.reports[0].evidence, len(card.reports)
        shown, message = self._remembered.get(key, (None, None))
        if message is None or shown != card:  # whole articles are compared, which is cheaper than to hash them
            message = render_alert(card, self._translations[alert.language], self._place_name)
            self._remembered[key] = card, message
            if len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return replace(message, chat_id=alert.chat_id, reply_to=alert.reply_to)

    def _digest(self, alert: Claimed) -> Message:
        named = [_report(told, alert.language) for told in alert.named or (alert.rang,)]
        messages = self._translations[alert.language]
        absence = absence_in(alert.evidence)
        count = absence.missed if absence else max(alert.folded, len(named))
        since = absence.since if absence else None
        return render_digest(alert.chat_id, named, count, alert.uncertain, messages, since)


def card_of(alert: Claimed) -> Card:
    """What the message shows, for any chat: the report that rang and those beside it; of a development, those after."""
    rang = alert.rang
    first = alert.kind is AlertKind.FIRST
    others = [told for told in alert.reports if (told.id != rang.id if first else told.id > rang.id)]
    found = (Evidence(e["field"], e["start"], e["end"], e["surface"]) for e in alert.evidence)
    evidence = tuple(now for e in found if (now := _where_now(e, rang.article)))
    deniers = [told for told in others if first and not denies(rang.article) and denies(told.article)]
    return Card(
        chat_id=0,
        watches=tuple(dict.fromkeys(str(e["watch"]) for e in alert.evidence)),
        reports=(_report(rang, alert.language, evidence), *(_report(told, alert.language) for told in others)),
        kind=alert.kind,
        denied=tuple(dict.fromkeys(told.source_name(alert.language) for told in deniers)),
        repeated=alert.uncertain,
        watched_codes=_codes_at(rang, evidence),
        written=_written(alert, [rang, *others]),
    )


def _where_now(evidence: Evidence, article: Article) -> Evidence | None:
    """The same words where they stand now, if they still do: the publisher may have edited the article since."""
    words: str = article.title if evidence.field == "title" else article.text
    if words[evidence.start : evidence.end] == evidence.surface:
        return evidence
    start = words.find(evidence.surface)
    return replace(evidence, start=start, end=start + len(evidence.surface)) if start >= 0 else None


def _report(told: Told, language: str, evidence: tuple[Evidence, ...] = ()) -> Report:
    return Report(told.article, told.source_name(language), evidence)


def _codes_at(rang: Told, evidence: tuple[Evidence, ...]) -> frozenset[str]:
    """The places that were found where the watches were met."""
    spots = {(e.field, e.start, e.end) for e in evidence}
    return frozenset(hit.codes[0] for hit in rang.article.places if (hit.field, hit.start, hit.end) in spots)


def _written(alert: Claimed, shown: list[Told]) -> Summary | None:
    """A model's text, only while it is about the very reports that are shown."""
    if alert.written is None or sorted(alert.written[1]) != sorted(told.id for told in shown):
        return None
    text = alert.written[0]
    return Summary(text, shorten(text, SHORT_WORDS, SHORT_LETTERS))
