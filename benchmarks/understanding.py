"""What one article of 350 words costs to understand, part by part: medians of processor time over many articles.

    python -m benchmarks.understanding

The articles are put together from our own sample news, each in another order, so that no cache of whole texts helps.
"""

import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

import yaml

from bot.data import read_text
from bot.domain.articles import make_article
from bot.domain.language import detect
from bot.domain.model import Article, Content, Entry, Evidence
from bot.domain.summary import digest
from bot.understanding import Understanding

ARTICLES = 200
WORDS = 350
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sample_sentences() -> list[str]:
    outlets = [yaml.safe_load(read_text(f"samples/outlet-{number}.yaml")) for number in (1, 2, 3, 4)]
    items = [
        item
        for outlet in outlets
        for item in outlet["rotation"] + outlet["earlier"]
        if item.get("language", "ar") == "ar"
    ]
    return [sentence.strip() + "." for item in items for sentence in item["text"].split(".") if sentence.strip()]


def article_of(sentences: list[str], pick: random.Random) -> str:
    text: list[str] = []
    while sum(len(sentence.split()) for sentence in text) < WORDS:
        text.append(pick.choice(sentences))
    return " ".join(text)


def milliseconds(work: Callable[[str], object], texts: list[str]) -> float:
    spent = []
    for text in texts:
        began = time.process_time()
        work(text)
        spent.append(1000 * (time.process_time() - began))
    return statistics.median(spent)


def main() -> None:
    pick = random.Random(2026)
    sentences = sample_sentences()
    texts = [article_of(sentences, pick) for _ in range(ARTICLES)]
    reads = Understanding()
    reads.read("", texts[0])  # the tables are loaded

    def summarise(text: str) -> object:
        start = text.find("جاسم")
        evidence = [Evidence("text", start, start + 4, "جاسم")] if start >= 0 else []
        return digest(_article(text), evidence, ["جاسم"])

    print(f"{ARTICLES} articles of about {WORDS} words; medians of processor time")
    for name, work in (
        ("language", detect),
        ("language, places", lambda text: (detect(text), reads.mentions("", text))),
        ("language, places, events", lambda text: reads.read("", text, year=2026)),
        ("one summary", summarise),
    ):
        print(f"  {name:26} {milliseconds(work, texts):6.2f} ms")


def _article(text: str) -> Article:
    entry = Entry("g", None, "", text, None)
    return make_article(entry, "s", _NOW, lambda _title, _text: Content("ar"))


if __name__ == "__main__":
    main()
