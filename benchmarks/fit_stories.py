"""Fits the weights of bot/data/story_model.tsv: two logistic regressions over named cues of two reports.

    python -m benchmarks.fit_stories fit ../shared/eval/stories_pairs.train.jsonl
    python -m benchmarks.fit_stories cv  ../shared/eval/stories_pairs.train.jsonl   (ten parts, three shuffles)

Learns from labelled pairs, JSON lines as in the evaluation sets, and from our own of tests/quality. The first tells one
event from two, the second a development from a repeat. Few cues, a ridge on each in its own unit of spread, doubtful
labels at half weight: with 300 pairs more would be learnt by heart. The thresholds are not fitted but chosen here, for
precision in a stream, where nearly all pairs are of two events.
"""

import argparse
import json
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.story_pairs import chance, cues_of, further_cues, is_repost, repeated, veto
from bot.places import Places
from bot.stories import Storyteller, load_teller

MODEL = Path(__file__).parent.parent / "bot" / "data" / "story_model.tsv"
STORY = (
    "whole", "opening", "told", "told_short", "hours", "days", "turned", "turned_late", "explains", "villages_apart",
    "events_apart",
)  # fmt: skip
FURTHER = ("hours", "known", "stages", "turned", "toll_up", "carried_out")
GIVEN = {  # what the pairs cannot teach
    "source": -0.8,  # they are of two outlets; in a stream, who writes twice has two stories more often
    "other_language": 5.5,  # they are Arabic; one town and one category within hours, where few words can be shared
}
GIVEN_FURTHER = {
    "stated": 1.5,  # a denial must ring
    "other_language": -3.0,  # what is new cannot be seen in it
}
THRESHOLDS = {"pair": 0.35, "stream": 0.55, "development": 0.35}
OWN = Path(__file__).parent.parent / "tests" / "quality" / "story_pairs.tsv"
BEGINNING = datetime(2026, 3, 4, 8, tzinfo=UTC)
RIDGE = 3.0
DOUBT = 0.5  # the weight of a label that its reader was not sure of
OWN_WEIGHT = 0.7


@dataclass(frozen=True)
class Example:
    """A labelled pair. `decided`: its score where a fact decides alone, and there is nothing to learn."""

    cues: dict[str, float]
    further: dict[str, float]
    label: str
    weight: float
    own: bool
    one_language: bool
    decided: float | None

    @property
    def true(self) -> bool:
        return self.label != "different"


def from_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sides = {side: _article(row[f"{side}_source"], row.get(f"{side}_title") or "", row[f"{side}_text"],
                                row.get(f"{side}_time")) for side in "ab"}  # fmt: skip
        yield sides | {"label": row["label"], "weight": DOUBT if row.get("doubt") else 1.0, "own": False}


def from_own(path: Path) -> Iterator[dict[str, Any]]:
    """Lines of `label TAB hours between TAB title || text TAB title || text`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        label, hours, *texts = line.split("\t")
        times = BEGINNING, BEGINNING + timedelta(hours=float(hours))
        sides = {}
        for side, words, at in zip("ab", texts, times, strict=True):
            title, _, text = words.partition("||")
            sides[side] = _article(side, title, text, at.isoformat())
        yield sides | {"label": label, "weight": OWN_WEIGHT, "own": True}


def _article(source: str, title: str, text: str, at: str | None) -> dict[str, Any]:
    return {"source": source, "title": title, "text": text, "published_at": at}


def example(teller: Storyteller, row: dict[str, Any]) -> Example:
    sides = sorted((teller.report(row[side], side) for side in "ab"), key=lambda r: r.at or BEGINNING)
    a, b = (teller.teller.alone(teller.teller.reader.read(side)) for side in sides)
    copied = repeated(a.facts, b.facts)
    cues = cues_of(a, b)
    decided = 0.0 if veto(a, b) else 1.0 if is_repost(a.facts, b.facts, copied) else None
    same = a.facts.language == b.facts.language
    return Example(cues, further_cues(a.facts, b.facts, cues), row["label"], row["weight"], row["own"], same, decided)


def fit(rows: Sequence[Sequence[float]], labels: Sequence[bool], weights: Sequence[float]) -> list[float]:
    """Ridge logistic regression by Newton's method; the last weight is the constant's. Rows are made comparable
    first, and the weights given back for rows as they are."""
    width = len(rows[0])
    means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
    spreads = [
        math.sqrt(sum((v - m) ** 2 for v in column) / len(rows)) or 1.0
        for column, m in zip(zip(*rows, strict=True), means, strict=True)
    ]
    scaled = [[*((v - m) / s for v, m, s in zip(row, means, spreads, strict=True)), 1.0] for row in rows]
    found = [0.0] * (width + 1)
    for _ in range(25):
        gradient = [RIDGE * w for w in found[:-1]] + [0.0]
        curve = [[RIDGE * (i == j < width) for j in range(width + 1)] for i in range(width + 1)]
        for row, label, weight in zip(scaled, labels, weights, strict=True):
            chance = 1 / (1 + math.exp(-sum(w * v for w, v in zip(found, row, strict=True))))
            for i, v in enumerate(row):
                gradient[i] += weight * (chance - label) * v
                for j, u in enumerate(row):
                    curve[i][j] += weight * chance * (1 - chance) * v * u
        found = [w - step for w, step in zip(found, solve(curve, gradient), strict=True)]
    plain = [w / s for w, s in zip(found[:-1], spreads, strict=True)]
    return [*plain, found[-1] - sum(w * m for w, m in zip(plain, means, strict=True))]


def solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """Gauss's elimination with the largest pivot."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for i in range(len(rows)):
        pivot = max(range(i, len(rows)), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r, row in enumerate(rows):
            if r != i and row[i]:
                share = row[i] / rows[i][i]
                rows[r] = [a - share * b for a, b in zip(row, rows[i], strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(rows)]


def fit_story(data: Sequence[Example]) -> dict[str, float]:
    """Of what facts do not decide, and of one language: two share no words to learn from."""
    open_ = [e for e in data if e.decided is None and e.one_language]
    rows = [[e.cues[cue] for cue in STORY] for e in open_]
    weights = fit(rows, [e.true for e in open_], [e.weight for e in open_])
    return dict(zip((*STORY, "always"), weights, strict=True)) | GIVEN


def fit_further(data: Sequence[Example]) -> dict[str, float]:
    true = [e for e in data if e.true]
    rows = [[e.further[cue] for cue in FURTHER] for e in true]
    weights = fit(rows, [e.label == "development" for e in true], [e.weight for e in true])
    return dict(zip((*FURTHER, "always"), weights, strict=True)) | GIVEN_FURTHER


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    hits, area = 0, 0.0
    for number, (_, label) in enumerate(sorted(scored, key=lambda pair: -pair[0]), 1):
        if label:
            hits += 1
            area += hits / number
    return area / max(1, hits)


def f1(said: Iterable[bool], true: Iterable[bool]) -> float:
    pairs = list(zip(said, true, strict=True))
    hits = sum(s and t for s, t in pairs)
    return 2 * hits / max(1, sum(s for s, _ in pairs) + sum(t for _, t in pairs))


Guess = tuple[Example, float, float]  # how likely of one story, and how likely a development


def held_out(data: Sequence[Example], shuffle: int, parts: int = 10) -> Iterator[Guess]:
    """Each pair judged by what was learnt from the others."""
    mixed = random.Random(shuffle).sample(list(data), len(data))
    for part in range(parts):
        known = [e for i, e in enumerate(mixed) if i % parts != part]
        story, further = fit_story(known), fit_further(known)
        for e in mixed[part::parts]:
            yield e, chance(story, e.cues) if e.decided is None else e.decided, chance(further, e.further)


def figures(guesses: Sequence[Guess], pair: float, development: float) -> str:
    """As the scorer of the evaluation sets counts: a development that is taken for another story is missed."""
    scored = [(score, e.true) for e, score, _ in guesses]
    one_story = f1([score >= pair for score, _ in scored], [true for _, true in scored])
    true = [guess for guess in guesses if guess[0].true]
    further = f1(
        [score >= pair and likely >= development for _, score, likely in true],
        [e.label == "development" for e, _, _ in true],
    )
    return f"AP {average_precision(scored):.3f} F1 {one_story:.3f} developments F1 {further:.3f}"


def cross_validate(data: Sequence[Example], shuffles: int = 3) -> None:
    guesses = [guess for shuffle in range(shuffles) for guess in held_out(data, shuffle)]
    of = {
        "all": guesses,
        "given": [g for g in guesses if not g[0].own],
        "own": [g for g in guesses if g[0].own],
    }
    for pair in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45):
        for development in (0.25, 0.3, 0.35, 0.4):
            line = "; ".join(f"{name} {figures(some, pair, development)}" for name, some in of.items() if some)
            print(f"{pair} {development}: {line}")


def write(data: Sequence[Example]) -> None:
    story, further = fit_story(data), fit_further(data)
    cues = dict.fromkeys(("always", *STORY, *GIVEN, *FURTHER, *GIVEN_FURTHER))
    lines = [
        "# Written by benchmarks/fit_stories.py: a cue of two reports, what it says (log-odds) for one story, and for a"
        " development.",
        *(f"threshold:{name}\t{value}" for name, value in THRESHOLDS.items()),
        *(f"{cue}\t{story.get(cue, 0.0):.3f}\t{further.get(cue, 0.0):.3f}" for cue in cues),
    ]
    MODEL.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("what", choices=["fit", "cv"])
    options.add_argument("pairs", type=Path, nargs="+")
    args = options.parse_args()
    teller = Storyteller(load_teller(), Places())
    rows = [row for path in args.pairs for row in from_jsonl(path)] + list(from_own(OWN))
    data = [example(teller, row) for row in rows]
    if args.what == "cv":
        cross_validate(data)
    else:
        write(data)


if __name__ == "__main__":
    main()
