"""Writes bot/data/idf.tsv: in how many texts of general Arabic news each term of bot.domain.story_words stands.

    python -m benchmarks.count_terms ../shared/data/corpus/ant.jsonl.gz

A text is a title and the first 700 characters, as reports of stories are compared. Only numbers about single terms
leave the corpus, no text. To be run again when the lists of story_words.yaml change.
"""

import gzip
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

from bot.domain.arabic import tokenise
from bot.domain.story_features import WHOLE
from bot.domain.story_words import stem
from bot.stories.loading import load_vocabulary

DATA = Path(__file__).parent.parent / "bot" / "data"
LEAST = 3  # texts


def count(corpus: Path) -> tuple[int, Counter[str]]:
    alike = load_vocabulary().alike
    total: Counter[str] = Counter()
    texts = 0
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            words = [
                [stem(t.form) for t in tokenise(part)] for part in (article["title"] or "", article["text"][:WHOLE])
            ]
            total.update({term for stems in words for term in alike.terms(stems)})
            texts += 1
    return texts, total


def main(corpus: str) -> None:
    texts, total = count(Path(corpus))
    groups: dict[int, list[str]] = defaultdict(list)
    for term, times in sorted(total.items()):
        if times >= LEAST and (term.isdigit() or not any(map(str.isdigit, term))):
            groups[round(times, 1 - len(str(times)))].append(term)
    lines = [f"{times}\t{' '.join(terms)}" for times, terms in sorted(groups.items())]
    head = [
        "# Written by benchmarks/count_terms.py from the ANT Corpus (Chouigui and others, 2017): term counts only.",
        f"#texts\t{texts}",
    ]
    (DATA / "idf.tsv").write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")
    print(sum(map(len, groups.values())), "terms")


if __name__ == "__main__":
    main(sys.argv[1])
