"""Writes bot/data/word_counts.tsv: how common words are in general Arabic news, and how often they are places.

    python -m benchmarks.count_words ../shared/data/corpus/ant.jsonl.gz

Counts folded words in the titles and texts, in articles about Syria (at least two of the words in `syria` of
place_cues.yaml) and straight after a place noun. A word that is a clitic and a more frequent word («وبحلب») is
counted with that word. The names of several words of the core are counted too («راس_العين»). Only numbers leave the
corpus, no text.
"""

import gzip
import json
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import yaml

from bot.domain.arabic import normalise, tokenise
from bot.domain.spotting import NameIndex, splits
from bot.places.loading import load_gazetteer

DATA = Path(__file__).parent.parent / "bot" / "data"
LEAST = 12  # times seen; a word after a place noun needs only three


def count(corpus: Path) -> tuple[Counter[str], Counter[str], Counter[str]]:
    cues = yaml.safe_load((DATA / "place_cues.yaml").read_text(encoding="utf-8"))
    syria = {c + normalise(w) for w in cues["syria"].split() for c in ("", "و", "ب", "ل")}
    nouns = {
        c + normalise(w)
        for cue in ("settlement", "settlements")
        for w in cues[cue].split()
        for c in ("", "و", "ب", "ل")
    }
    names = {name for place in load_gazetteer() for name in place.names if " " in name and name[0] > "\u0600"}
    phrases = NameIndex(dict.fromkeys(names, ("",)))
    total: Counter[str] = Counter()
    in_syria: Counter[str] = Counter()
    after_noun: Counter[str] = Counter()
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            tokens = [t for part in ("title", "text") for t in tokenise(article[part] or "")]
            forms = [t.form for t in tokens if not t.tanween]
            total.update(forms)
            if sum(form in syria for form in forms) >= 2:
                in_syria.update(forms)
            after_noun.update(b.form for a, b in pairwise(tokens) if a.form in nouns and not b.before.strip('"«(#“”'))
            for spot in phrases.spot(tokens):
                phrase = spot.name.replace(" ", "_")
                total[phrase] += 1
                in_syria[phrase] += sum(form in syria for form in forms) >= 2
                after_noun[phrase] += spot.first > 0 and tokens[spot.first - 1].form in nouns
    return total, in_syria, after_noun


def gather(total: Counter[str]) -> dict[str, str]:
    """Each word to the word it is counted with."""
    home = {}
    for form in total:
        bare = [s.rest for s in splits(form)[1:] if total[s.rest] >= total[form]]
        home[form] = max(bare, key=lambda rest: total[rest]) if bare and total[form] < 2000 else form
    return home


def main(corpus: str) -> None:
    total, in_syria, after_noun = count(Path(corpus))
    home = gather(total)
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for form, times in total.items():
        for column, number in enumerate((times, in_syria[form], after_noun[form])):
            rows[home[form]][column] += number
    groups: dict[int, list[str]] = defaultdict(list)
    for form, (times, syrian, nouns) in sorted(rows.items()):
        least = 3 if nouns or "_" in form else LEAST
        if not form.replace("_", "").isalpha() or not "\u0600" < form[0] < "\u0700" or times < least:
            continue
        shares = f":{round(9 * syrian / times)}{round(9 * nouns / times)}"
        groups[round(times, 1 - len(str(times)))].append(form + (shares if shares != ":00" else ""))
    lines = [f"{times}\t{' '.join(words)}" for times, words in sorted(groups.items())]
    head = "# Written by benchmarks/count_words.py from the ANT Corpus (Chouigui and others, 2017): word counts only."
    (DATA / "word_counts.tsv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    print(sum(map(len, groups.values())), "words")


if __name__ == "__main__":
    main(sys.argv[1])
