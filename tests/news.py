"""Short ways to make news for a test. The texts are ours."""

from datetime import datetime, timedelta

from bot.domain.articles import make_article
from bot.domain.model import Article, Entry, Poll, PollOutcome, Problem, Source, Validators
from bot.understanding import Understanding
from tests.conftest import NOON

SOURCE = Source("horan", "صوت حوران", "Horan Voice", "http://127.0.0.1:1/feed.xml")
OTHER = Source("ghouta", "صوت الغوطة", "Ghouta Voice", "http://127.0.0.1:1/ghouta.xml")

JASIM = "دوي انفجار في مدينة جاسم شمال درعا"
JASIM_TEXT = "سمع سكان جاسم دوي انفجار قرب السوق مساء اليوم. ولم ترد أنباء عن إصابات حتى الآن بحسب مراسلنا في المدينة."


def article(
    title: str = JASIM,
    text: str = JASIM_TEXT,
    *,
    source: Source = SOURCE,
    guid: str | None = None,
    seen_at: datetime = NOON,
    published_at: datetime | None = NOON - timedelta(minutes=5),
) -> Article:
    entry = Entry(guid or title, f"https://news.example/{abs(hash(guid or title))}", title, text, published_at)
    return make_article(entry, source.id, seen_at, Understanding().read)


def poll(
    *articles: Article,
    source: Source = SOURCE,
    at: datetime = NOON,
    outcome: PollOutcome = PollOutcome.READ,
    validators: Validators | None = None,
    problems: tuple[Problem, ...] = (),
) -> Poll:
    return Poll(source.id, at, at + timedelta(minutes=5), outcome, validators, articles, problems)
