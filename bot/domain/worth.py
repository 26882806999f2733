"""What a sentence adds to the lead: the words of the headline that the lead lacks, and what the article repeats.

The weights began as a least-squares fit of the share of an editor's abstract that a sentence covers beyond the lead, on
1,200 BBC items of the ANT Corpus, and were rounded on all 1,818; what did not help (numbers, quotations, verbs of
speech, position beyond the second sentence) was left out. Of the words of those abstracts the summaries hold 72.5 %,
the first sixty words of the texts 72.2 %; on the 120 items about Syria 66.1 % and 64.9 %.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from bot.domain.arabic import normalise
from bot.domain.sentences import count_words

_ANY = 0.05
_NEXT, _LENGTH, _MISSING, _SAID, _REPEATED, _LATER = 0.04, 0.06, 0.10, -0.07, 0.05, -0.05
_LONG, _MOST_MISSING, _MOST_REPEATED, _FAR = 40, 4, 3, 8  # where more adds nothing
_REST = 8  # words worth beginning a sentence for
_SAME = 0.6  # of a sentence's words: then it says nothing new
_UNFIT = -9.0
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=256)
def key_words(text: str) -> frozenset[str]:
    """The words of a text that say something: folded, without the shortest and without «و»."""
    return frozenset(w.removeprefix("و") for w in _WORD.findall(normalise(text)) if len(w) > 3 or w.isdigit())


def repeats(words: frozenset[str], said: frozenset[str]) -> bool:
    """Whether a sentence of these words says nothing that was not said."""
    return len(words & said) >= _SAME * len(words)


def best_rest(title: str, lead: str, others: Sequence[str], leaning: frozenset[int], room: int) -> tuple[int, ...]:
    """Which of the sentences after the lead (at most two, by index, in order) add most in `room` words.

    Those in `leaning` may stand only right behind the lead or behind the sentence before them. The last one chosen
    may
    be longer than the room that is left for it, by no more than leaves `_REST` words of it.
    """
    said = key_words(lead)
    words = [key_words(text) for text in others]
    lengths = [count_words(text) for text in others]
    missing, common = key_words(title) - said, Counter(word for found in (said, *words) for word in found)
    worths = [_worth(i, words[i], lengths[i], said, missing, common) for i in range(len(others))]
    useful = [i for i in range(len(others)) if words[i] and not repeats(words[i], said)]
    best: tuple[float, tuple[int, ...]] = (_UNFIT, ())
    for size in (1, 2):
        for chosen in combinations(useful, size):
            if any(i in leaning and i and i - 1 not in chosen for i in chosen):
                continue
            if size == 2 and repeats(words[chosen[1]], words[chosen[0]]):
                continue
            best = max(best, (_together(chosen, worths, lengths, room), chosen))
    return best[1]


def _worth(
    index: int, words: frozenset[str], length: int, said: frozenset[str], missing: frozenset[str], common: Counter[str]
) -> float:
    repeated = sum(common[word] - 1 for word in words) / max(1, len(words))
    return (
        _ANY
        + _NEXT * (index == 0)
        + _LENGTH * min(length, _LONG) / _LONG
        + _MISSING * min(len(words & missing), _MOST_MISSING) / _MOST_MISSING
        + _SAID * len(words & said) / max(1, len(words))
        + _REPEATED * min(repeated, _MOST_REPEATED) / _MOST_REPEATED
        + _LATER * min(index + 1, _FAR) / _FAR
    )


def _together(chosen: Sequence[int], worths: Sequence[float], lengths: Sequence[int], room: int) -> float:
    total = 0.0
    for index in chosen:
        taken = min(lengths[index], room)
        if taken < lengths[index] and (taken < _REST or index != chosen[-1]):
            return _UNFIT
        total += worths[index] * (1 if taken == lengths[index] else 0.9 * taken / lengths[index])
        room -= taken
    return total
