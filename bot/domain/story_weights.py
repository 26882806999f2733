"""How much each word of a report weighs among others: the form in which thousands of reports are remembered.

Small on purpose: sixty words in dictionaries and sets would be 10 KB, and a bot that has run for days remembers ten
thousand reports. The one that is compared with others unfolds its own (`story_pairs.Newcomer`).
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import mul

from bot.domain.remembering import Remembered
from bot.domain.story_facts import Facts, Features

FINENESS = 8  # steps of a weight of 1

# What it is worth that a term stands so many times in a text.
_OFTEN: Remembered[int, float] = Remembered(lambda times: FINENESS * (1 + math.log(times)), 256)


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """A report ready for comparing: its facts, and the weight that each of its terms had when it arrived.

    `terms`: each once, those of the opening first. `opening` and `whole`: the weights, in the order of the terms; 0 for
    one that only the opening has. `telling`: 1 for a term that says what happened, 0 where it says where, or nothing.
    """

    facts: Facts
    terms: Sequence[str]
    opening: Sequence[int]
    whole: Sequence[int]
    telling: bytes
    opening_sum: int
    opening_length: float
    whole_length: float

    @classmethod
    def of(cls, features: Features, terms: Sequence[str], rarity: Mapping[str, float]) -> "Weighed":
        """`terms`: those of the features, each in memory once, however many reports it stands in."""
        opening = _weights(features.opening, terms[: len(features.opening)], rarity)
        whole = _weights(features.whole, terms, rarity)
        telling = bytes([term not in features.placing for term in terms])
        lengths = (math.sqrt(sum(map(mul, weights, weights))) for weights in (opening, whole))
        return cls(features.facts, terms, opening, whole, telling, sum(opening), *lengths)


def _weights(times: Mapping[str, int], terms: Sequence[str], rarity: Mapping[str, float]) -> Sequence[int]:
    """16 bits hold them: a word of no other text weighs about 90, and 700 where nothing else stands in a report."""
    return array("h", [round(_OFTEN[times[term]] * rarity[term]) if term in times else 0 for term in terms])
