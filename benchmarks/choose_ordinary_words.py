"""Chooses the counted words of bot/domain/lexicon.py: ordinary words that look as if they carried a clitic.

    python -m benchmarks.choose_ordinary_words ../shared/data/corpus/ant.jsonl.gz ../shared/data/gazetteer

A word that begins like و ف ب ك ل س is ordinary when it is twenty times as frequent as its rest (لبنان against بنان),
or when it takes what a word with a clitic cannot take: ال, another preposition, the ي ت of a verb. A word that ends
in ا is ordinary when prepositions stand before it, which an accusative cannot bear (درعا against درع). Words whose
rest nobody would watch, because it is neither a word of the corpus nor of a place name, are left out. Only single
words leave the corpus, no text and no list of places.
"""

import csv
import gzip
import json
import re
import sys
import textwrap
from collections import Counter
from pathlib import Path

from bot.domain.arabic import normalise, tokenise

LEXICON = Path(__file__).parent.parent / "bot" / "domain" / "lexicon.py"
PREPOSITIONS = frozenset({"في", "من", "الي", "علي", "عن", "حتي", "بين"})
LETTERS = re.compile("[ء-ي]{4,}")
PRONOUNS = ("ها", "هم", "هما", "ته", "تها", "تهم")


class Corpus:
    """How often a word occurs, how often behind a preposition, how often with tanween."""

    def __init__(self, articles: Path, gazetteer: Path) -> None:
        self.seen: Counter[str] = Counter()
        self.governed: Counter[str] = Counter()
        self.accusative: Counter[str] = Counter()
        with gzip.open(articles, "rt", encoding="utf-8") as lines:
            for line in lines:
                article = json.loads(line)
                self.count(article.get("title") or "")
                self.count(article.get("text") or "")
        self.names = {part for file in sorted(gazetteer.glob("*.csv")) for part in name_parts(file)}

    def count(self, text: str) -> None:
        previous = ""
        for token in tokenise(text):
            self.seen[token.form] += 1
            self.governed[token.form] += previous in PREPOSITIONS
            self.accusative[token.form] += token.tanween
            previous = token.form

    def watchable(self, rest: str, least: int) -> bool:
        return self.seen[rest] + self.seen["ال" + rest] >= least or rest in self.names

    def opens_itself(self, word: str) -> bool:
        """Whether the first letter of the word is no clitic."""
        times, rest = self.seen[word], word[1:]
        apart = self.seen[rest] + self.seen["ال" + rest]
        if times >= 20 * (apart + 1):
            return self.seen[rest] > 0 or rest in self.names
        taken = self.taken(word)
        kinds = sum(number > 0 for number in taken)
        enough = sum(taken) >= max(3, times / 20) and (taken[0] > 1 or kinds > 1)
        return times >= 10 and enough and times * 4 >= apart

    def taken(self, word: str) -> list[int]:
        """How often the word takes ال, ب, ل, the prefixes of a verb, and و, as far as these tell anything."""
        seen = self.seen
        return [
            seen["ال" + word] + seen["بال" + word] + seen["وال" + word],
            seen["ب" + word],
            seen["ل" + word] + seen["لل" + word] if word[0] != "ل" else 0,
            seen["ي" + word] if word[0] != "س" else 0,
            seen["ت" + word] if word[0] != "س" else 0,
            seen["و" + word] + seen["ف" + word] if word[0] in "وف" else 0,
        ]

    def ends_itself(self, word: str) -> bool:
        """Whether the last ا of the word is no accusative."""
        times = self.seen[word]
        heads = ("و", "ف", "ب", "ل", "ك", "وب", "ال", "س")
        if any(word.startswith(head) and self.seen[word[len(head) :]] > times for head in heads):
            return False
        governed = self.governed[word] + self.seen["ب" + word] + self.seen["ل" + word]
        return governed >= times / 20 and self.accusative[word] < times / 10 and self.watchable(word[:-1], 8)


def name_parts(file: Path) -> set[str]:
    with file.open(encoding="utf-8") as lines:
        texts = [value for row in csv.DictReader(lines) for value in row.values() if value]
    parts = {part for text in texts for part in normalise(text).split() if LETTERS.match(part + "اااا")}
    return parts | {part[2:] for part in parts if part.startswith("ال")}


def choose(corpus: Corpus) -> tuple[set[str], set[str]]:
    opening, ending = set(), set()
    for word, times in corpus.seen.items():
        if times < 5 or not LETTERS.fullmatch(word):
            continue
        clitic = word[0] in "وفبكل" or (word[0] == "س" and word[1] in "يتنا")
        hidden = word.startswith("لل") or (len(word) > 5 and word.startswith(("بال", "وال", "فال", "كال")))
        if clitic and not hidden and times >= 6 and corpus.opens_itself(word):
            opening.add(word)
        if word[-1] == "ا" and not word.endswith(("ها", "هما", "نا", "وا", "يا")) and corpus.ends_itself(word):
            ending.add(word)
    derived = {w for w in opening for p in PRONOUNS if w.endswith(p) and {w[: -len(p)], w[: -len(p)] + "ه"} & opening}
    return opening - derived, ending


def write(name: str, words: set[str]) -> None:
    body = textwrap.fill(" ".join(sorted(words)), width=115)
    text = LEXICON.read_text(encoding="utf-8")
    written = re.sub(rf'^{name} = """\n.*?\n"""', f'{name} = """\n{body}\n"""', text, flags=re.DOTALL | re.MULTILINE)
    LEXICON.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    opening, ending = choose(Corpus(Path(sys.argv[1]), Path(sys.argv[2])))
    write("_OPENING", opening)
    write("_ENDING", ending)
    print(f"{len(opening)} words keep their first letter, {len(ending)} their last ا")
