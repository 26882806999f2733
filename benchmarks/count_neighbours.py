"""Writes bot/data/place_words.tsv: which words stand beside places, and which beside ordinary words, in general news.

    python -m benchmarks.count_neighbours ../shared/data/corpus/ant.jsonl.gz

Places are the names that need no judging: foreign cities of place_cues.yaml and towns named almost only in articles
about Syria. Ordinary words are the words that a village is called by and that general news uses hundreds of times.
A neighbour's number is the log-odds (natural logarithm, smoothed) of standing beside a place rather than a word, at
most 300 occurrences of one name counted. Only numbers about single words leave the corpus.
"""

import gzip
import json
import math
import sys
from collections import Counter, defaultdict
from pathlib import Path

from bot.domain.arabic import Token, tokenise
from bot.domain.place_cues import touching
from bot.domain.spotting import splits
from bot.places.loading import load_counts, load_gazetteer, load_lexicon

DATA = Path(__file__).parent.parent / "bot" / "data"
MOST_OF_A_NAME = 300
LEAST_SEEN = 12
LEAST_ODDS = 0.5
LEAST_NAMES = 5  # different names that the word stands beside: ريال مدريد says nothing of other places
SMOOTHING = 3.0


def sides(names_file: Path) -> tuple[set[str], set[str]]:
    """The names that are surely places, and those that are surely words."""
    gazetteer, lexicon, counts = load_gazetteer(names_file), load_lexicon(), load_counts()
    names = {name for name in gazetteer.names() if " " not in name and len(name) > 2}
    cities = {form for form, kinds in lexicon.kinds.items() if "foreign_city" in kinds} - names
    places = cities | {n for n in names if counts.of(n).in_syria >= 0.7 and counts.times(n) >= 4}
    words = {n for n in names if counts.times(n) >= 60 and counts.of(n).in_syria < 0.35 and n not in cities}
    return places, words - {n for n in words if lexicon.abroad.get(n) or "country" in lexicon.kinds.get(n, ())}


def neighbours(tokens: tuple[Token, ...], at: int) -> list[str]:
    found = []
    if at and touching(tokens[at - 1], tokens[at]):
        found.append("<" + tokens[at - 1].form)
    if at + 1 < len(tokens) and touching(tokens[at], tokens[at + 1]):
        found.append(">" + tokens[at + 1].form)
    return found


def main(corpus: str, names_file: str) -> None:
    places, words = sides(Path(names_file))
    print(len(places), "places", len(words), "words")
    beside: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    names: dict[str, set[str]] = defaultdict(set)
    used: Counter[str] = Counter()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            for part in ("title", "text"):
                tokens = tokenise(article[part] or "")
                for at, token in enumerate(tokens):
                    if token.tanween:
                        continue
                    name = next((s.rest for s in splits(token.form) if s.rest in places or s.rest in words), None)
                    if name and used[name] < MOST_OF_A_NAME:
                        used[name] += 1
                        found = neighbours(tokens, at)
                        beside[name in places].update(found)
                        for word in found:
                            names[word].add(name)
    totals = {side: sum(counter.values()) for side, counter in beside.items()}
    rows = []
    for word in beside[True] | beside[False]:
        good, bad = beside[True][word], beside[False][word]
        odds = math.log((good + SMOOTHING) / totals[True]) - math.log((bad + SMOOTHING) / totals[False])
        if good + bad >= LEAST_SEEN and len(names[word]) >= LEAST_NAMES and abs(odds) >= LEAST_ODDS:
            rows.append((word, max(-3.0, min(3.0, odds))))
    head = "# Written by benchmarks/count_neighbours.py from the ANT Corpus: < before, > after; log-odds."
    lines_out = [f"{word}\t{odds:.1f}" for word, odds in sorted(rows)]
    (DATA / "place_words.tsv").write_text("\n".join([head, *lines_out]) + "\n", encoding="utf-8")
    print(totals, len(rows))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
