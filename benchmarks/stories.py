"""What the story of one article costs while thousands are remembered: medians of processor time.

    python -m benchmarks.stories [--articles 200000] [--a-day 2500]

The articles are put together from our own sample news, 60 words each with a few words of their own, at a steady rate;
one in three tells again what an earlier one told. Places, events and language are read elsewhere (benchmarks.
understanding); here is what `Stories` takes to read, place and file a report.
"""

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.understanding import sample_sentences
from bot.domain.clustering import Stories
from bot.domain.story_features import Report
from bot.stories import load_teller

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_WORDS = 60
_OWN_WORDS = 6
_WINDOW = 500  # articles that a figure is the median of
_MARKS = (1_000, 3_000, 10_000, 30_000, 100_000, 200_000)


def reports(number: int, a_day: int) -> Iterator[Report]:
    pick = random.Random(2026)
    words = [word for sentence in sample_sentences() for word in sentence.split()]
    own = ""
    for n in range(number):
        if n % 3 != 1:
            own = " ".join("".join(pick.choices("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", k=6)) for _ in range(_OWN_WORDS))
        start = pick.randrange(len(words) - _WORDS)
        text = f"{own} {' '.join(words[start : start + _WORDS])}"
        yield Report(str(n), f"s{n % 60}", text[:60], text, _BEGINNING + timedelta(days=n / a_day))


def run(number: int, a_day: int) -> None:
    stories: Stories = load_teller().stories()
    spent: list[float] = []
    first = 0.0
    print(f"{a_day} articles a day; milliseconds of processor time an article")
    for n, report in enumerate(reports(number, a_day), start=1):
        began = time.process_time()
        stories.assign(report)
        spent.append(1000 * (time.process_time() - began))
        if n in _MARKS or n == number:
            cost = statistics.median(spent[-_WINDOW:])
            first = first or cost
            print(
                f"  {n:7,} articles: {cost:5.2f} ms, {cost / first:4.2f} times the first; {len(stories):,} remembered"
            )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--articles", type=int, default=200_000)
    options.add_argument("--a-day", type=int, default=2_500)
    args = options.parse_args()
    run(args.articles, args.a_day)


if __name__ == "__main__":
    main()
