"""A message is written once for all who watch the same, and again where anything in it differs."""

from dataclasses import replace
from typing import Any

import pytest

import bot.cards
from bot.cards import Cards
from bot.data import read_text
from bot.domain.alerting import AlertKind
from bot.domain.i18n import Translations
from bot.domain.model import Article, Message
from bot.domain.rendering import render_alert
from bot.store.articles import Told
from bot.store.claimed import Claimed
from tests.conftest import NOON
from tests.domain.cards import place_name

TEXT = "قصفت المدفعية بلدة جاسم صباح اليوم، وأصيب مدنيان."
AT = TEXT.index("جاسم")
EVIDENCE = {"watch": "جاسم", "field": "text", "start": AT, "end": AT + 4, "surface": "جاسم"}
TOLD = Told(7, Article("horan", "g1", None, "قصف", TEXT, "ar", NOON, NOON, None), "حوران", "Horan")
ALERT = Claimed(1, 11, "ar", AlertKind.FIRST, TOLD, (TOLD,), (EVIDENCE,), 0, False, NOON)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What has been rendered so far."""
    messages: list[Message] = []

    def noted(*args: Any) -> Message:
        messages.append(render_alert(*args))
        return messages[-1]

    monkeypatch.setattr(bot.cards, "render_alert", noted)
    return messages


@pytest.fixture
def cards(written: list[Message]) -> Cards:
    return Cards(Translations([("ar", read_text("messages/ar.ftl"))]), place_name)


def edited(text: str) -> Claimed:
    told = replace(TOLD, article=replace(TOLD.article, text=text))
    return replace(ALERT, rang=told, reports=(told,))


def test_one_story_is_written_once_for_all_who_watch_the_same(cards: Cards, written: list[Message]) -> None:
    first, second = cards.write(ALERT), cards.write(replace(edited(TEXT), id=2, chat_id=22, reply_to=5))
    assert len(written) == 1
    assert (first.html, 22, 5) == (second.html, second.chat_id, second.reply_to)


def test_an_edited_article_is_written_again(cards: Cards, written: list[Message]) -> None:
    cards.write(ALERT)
    assert "ثلاثة مدنيين" in cards.write(edited(TEXT.replace("مدنيان", "ثلاثة مدنيين"))).html
    assert "مدنيان" in cards.write(ALERT).html


def test_who_watches_something_else_is_told_so(cards: Cards, written: list[Message]) -> None:
    other = {**EVIDENCE, "watch": "قصف جاسم"}
    assert cards.write(ALERT).html != cards.write(replace(ALERT, evidence=(other,))).html
