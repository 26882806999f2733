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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.clustering import Teller
from bot.domain.story_features import Report
from bot.domain.story_pairs import cues_of, further_cues, repeated, veto
from bot.domain.story_words import Stream
from bot.places import Places
from bot.stories.loading import load_teller

MODEL = Path(__file__).parent.parent / "bot" / "data" / "story_model.tsv"
STORY = ("whole", "opening", "told", "hours", "explains", "villages_apart")
FURTHER = ("hours", "known", "stage", "replied", "toll_up")
GIVEN = {  # what the pairs cannot teach
    "source": -0.8,  # they are of two outlets; in a stream, who writes twice has two stories more often
    "same_event": 2.0,  # they have no categories; one town, one category, within hours
    "other_language": 4.0,  # the same, where no words can be shared
}
GIVEN_FURTHER = {
    "stated": 1.5,  # a denial must ring
    "other_language": -3.0,  # what is new cannot be seen in it
}
THRESHOLDS = {"pair": 0.26, "stream": 0.48, "development": 0.3}
OWN = Path(__file__).parent.parent / "tests" / "quality" / "story_pairs.tsv"
BEGINNING = datetime(2026, 3, 4, 8, tzinfo=UTC)
RIDGE = 3.0
DOUBT = 0.5  # the weight of a label that its reader was not sure of
OWN_WEIGHT = 0.5


@dataclass(frozen=True)
class Example:
    cues: dict[str, float]
    further: dict[str, float]
    label: str
    weight: float


def from_jsonl(path: Path, teller: Teller, places: Places) -> Iterator[Example]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        a, b = (_report(row, side, places) for side in "ab")
        yield from _example(teller, a, b, row["label"], DOUBT if row.get("doubt") else 1.0)


def from_own(path: Path, teller: Teller, places: Places) -> Iterator[Example]:
    """Lines of `label TAB hours between TAB title || text TAB title || text`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        label, hours, *texts = line.split("\t")
        times = BEGINNING, BEGINNING + timedelta(hours=float(hours))
        reports = []
        for side, words, at in zip("ab", texts, times, strict=True):
            title, _, text = words.partition("||")
            reports.append(Report(side, side, title, text, at, places.found_in(title, text)))
        yield from _example(teller, reports[0], reports[1], label, OWN_WEIGHT)


def _example(teller: Teller, one: Report, other: Report, label: str, weight: float) -> Iterator[Example]:
    """What there is to learn of a pair: nothing where a fact decides alone."""
    sides = sorted((one, other), key=lambda r: r.at or BEGINNING)
    a, b = (teller.weighed(teller.reader.read(report), Stream(teller.rarity)) for report in sides)
    if not veto(a, b, repeated(a.facts, b.facts)):
        cues = cues_of(a, b)
        yield Example(cues, further_cues(a.facts, b.facts, cues), label, weight)


def _report(row: dict[str, Any], side: str, places: Places) -> Report:
    title, text = row.get(f"{side}_title") or "", row[f"{side}_text"]
    at = datetime.fromisoformat(row[f"{side}_time"]) if row.get(f"{side}_time") else None
    return Report(side, row[f"{side}_source"], title, text, at, places.found_in(title, text))


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


def fit_story(data: Sequence[Example]) -> list[float]:
    rows = [[e.cues[cue] for cue in STORY] for e in data]
    return fit(rows, [e.label != "different" for e in data], [e.weight for e in data])


def fit_further(data: Sequence[Example]) -> list[float]:
    true = [e for e in data if e.label != "different"]
    rows = [[e.further[cue] for cue in FURTHER] for e in true]
    return fit(rows, [e.label == "development" for e in true], [e.weight for e in true])


def chance(weights: Sequence[float], values: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, (*values, 1.0), strict=True))))


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    hits, area = 0, 0.0
    for number, (_, label) in enumerate(sorted(scored, key=lambda pair: -pair[0]), 1):
        if label:
            hits += 1
            area += hits / number
    return area / max(1, hits)


def f1(scored: Sequence[tuple[float, bool]], least: float) -> float:
    true = sum(label and score >= least for score, label in scored)
    return 2 * true / max(1, sum(score >= least for score, _ in scored) + sum(label for _, label in scored))


def cross_validate(data: Sequence[Example], shuffles: int = 3, parts: int = 10) -> None:
    for shuffle in range(shuffles):
        mixed = random.Random(shuffle).sample(list(data), len(data))
        story: list[tuple[float, bool]] = []
        further: list[tuple[float, bool]] = []
        for part in range(parts):
            known = [e for i, e in enumerate(mixed) if i % parts != part]
            held = mixed[part::parts]
            weights = fit_story(known)
            story += [(chance(weights, [e.cues[c] for c in STORY]), e.label != "different") for e in held]
            weights = fit_further(known)
            further += [
                (chance(weights, [e.further[c] for c in FURTHER]), e.label == "development")
                for e in held
                if e.label != "different"
            ]
        print(
            f"stories AP {average_precision(story):.3f} F1 {f1(story, THRESHOLDS['pair']):.3f};"
            f" developments F1 {f1(further, THRESHOLDS['development']):.3f}"
        )


def write(data: Sequence[Example]) -> None:
    story = dict(zip((*STORY, "always"), fit_story(data), strict=True)) | GIVEN
    further = dict(zip((*FURTHER, "always"), fit_further(data), strict=True)) | GIVEN_FURTHER
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
    teller = load_teller()
    places = Places()
    data = [example for path in args.pairs for example in from_jsonl(path, teller, places)]
    data += from_own(OWN, teller, places)
    if args.what == "cv":
        cross_validate(data)
    else:
        write(data)


if __name__ == "__main__":
    main()
