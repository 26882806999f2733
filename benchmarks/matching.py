"""What the watch index costs: time to build, memory, and time an article, for 10,000 to 1,000,000 distinct watches.

    python -m benchmarks.matching [COUNT ...]

Each size runs in a process of its own, so that one does not pay for another's memory. The watches are distinct made-up
words (60 of 100), phrases of two and three words (35) and compounds (5); the articles are 350 words, of which about
ten are watched. Times are of the processor; the index is built from text, as a
start from the database does.
"""

import gc
import resource
import subprocess
import sys
from collections.abc import Iterator
from random import Random
from statistics import median
from time import process_time

from bot.domain.expressions import Expression, parse_watch
from bot.domain.matching import WatchIndex

_LETTERS = "ابتثجحخدرزسشصضطظعغفقكلمنهوي"
_TEXT = """
قالت مصادر محلية إن قوات الأمن انتشرت صباح اليوم في محيط المدينة بعد اشتباكات استمرت ساعات بين مجموعات مسلحة وأدت إلى
إغلاق الطرق الرئيسية وتوقف حركة السيارات ولم ترد معلومات عن وقوع إصابات بين المدنيين وأضاف شهود أن الكهرباء انقطعت عن
عدد من الأحياء وأن فرق الإسعاف وصلت للمكان ونقلت المصابين للمشفى الوطني وطالب الأهالي بالتهدئة وبفتح الطرق أمام الطلاب
والموظفين ومن جانبها دعت المحافظة السكان للبقاء في منازلهم حتى انتهاء عمليات التفتيش التي بدأتها منذ الفجر
"""
_NEWS = _TEXT.split()


def _words(random: Random, count: int) -> list[str]:
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(random.choices(_LETTERS, k=random.choice((4, 5, 5, 6, 6, 7, 8))))] = None
    return list(words)


def _watches(words: list[str], random: Random) -> Iterator[str]:
    for number, word in enumerate(words):
        kind = number % 100
        if kind < 60:
            yield word
        elif kind < 85:
            yield f"{random.choice(words)} {word}"
        elif kind < 95:
            yield f"{random.choice(words)} {word} {random.choice(words)}"
        else:
            yield f"({random.choice(words)} | {word}) + {random.choice(words)} - {random.choice(words)}"


def _article(words: list[str], random: Random) -> tuple[str, str]:
    text = [random.choice(_NEWS) for _ in range(338)]
    for _ in range(10):
        text.insert(random.randrange(len(text)), random.choice(("", "و", "ب", "ال", "وال")) + random.choice(words))
    lines = (" ".join(text[start : start + 25]) for start in range(0, len(text), 25))
    return " ".join(random.choices(_NEWS, k=8)), ".\n".join(lines)


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB


def _build(expressions: Iterator[Expression]) -> tuple[WatchIndex, float]:
    index, started = WatchIndex(), process_time()
    for watch_id, expression in enumerate(expressions):
        index.add(watch_id, expression)
    return index, process_time() - started


def measure(count: int) -> str:
    """One line of figures for `count` distinct watches; to be run in a fresh process."""
    random = Random(7)
    words = _words(random, count)
    texts = list(_watches(words, random))
    articles = [_article(words, random) for _ in range(60)]
    gc.collect()
    gc.disable()  # what is built is kept: collecting while building only costs time
    before = _resident()
    index, built = _build(map(parse_watch, texts))
    memory = _resident() - before
    times, found = [], 0
    for title, text in articles * 3:
        started = process_time()
        found += len(index.match(title, text))
        times.append(process_time() - started)
    return (
        f"{count:>9,} watches: parsed and built in {built:5.2f} s, {memory / 1e6:5.0f} MB, "
        f"{median(times) * 1e3:5.2f} ms an article ({found / len(times):.0f} matches)"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(measure(int(sys.argv[2])))
    else:
        for size in sys.argv[1:] or ["10000", "100000", "1000000"]:
            subprocess.run([sys.executable, "-m", "benchmarks.matching", "--one", size], check=True)
