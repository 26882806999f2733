"""Which readings of an Arabic word are believed, and which words are of one family.

`arabic.readings` says how a word may be taken apart; this module judges it, by grammar and by counts of ordinary
words (`lexicon`). Decides nothing about places or watches.
"""

from functools import lru_cache
from typing import NamedTuple

from bot.domain.arabic import Reading, readings
from bot.domain.lexicon import NO_PREFIX, NO_TANWEEN

_SHORTEST_VERB = 3


def plausible(form: str, reading: Reading, *, tanween: bool = False, marbuta: bool = False) -> bool:
    """Whether a reader would take the word `form` apart like this.

    No clitic comes off a word that is ordinary as it stands (لبنان, درعا). A word with ال has no pronoun behind it and
    no tanween, a word after ب ك ل no accusative. ي ني ك are not taken for "my" and "your": in news they end adjectives
    and other words far more often. ه is no pronoun where ة was written, ا no tanween after ي (سوريا). Of دوماً only دوم
    is left, of سورياً only سوري. س stands before verbs, which are longer than نار.
    """
    before, after = reading.before, reading.after
    if before and (before + reading.stem in NO_PREFIX or (len(before) == 2 and before[1] + reading.stem in NO_PREFIX)):
        return False
    if before.endswith("س") and len(reading.stem) <= _SHORTEST_VERB:
        return False
    if not after:
        return not (tanween and (form in NO_TANWEEN or form.endswith("يا")))
    if after in {"ي", "ني", "ك"} or reading.article or (reading.stem.startswith("ال") and len(reading.stem) > 4):
        return False
    if after == "ا":
        if before.endswith(("ب", "ك", "ل")):
            return False
        return tanween or not (reading.stem.endswith("ي") or reading.stem + "ا" in NO_TANWEEN)
    return not (after == "ه" and marbuta)


def without_article(word: str) -> str:
    """The word without ال: how the later words of a phrase are compared."""
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


class Word(NamedTuple):
    """What a word of a text may stand for."""

    stems: tuple[str, ...]  # every plausible bare word
    whole: tuple[str, ...]  # those that leave ال and the end of the word alone
    openers: tuple[str, ...]  # those with nothing behind them, so that a phrase may go on
    seconds: tuple[str, ...]  # what it is as the second word of a phrase: the first of them without ال


@lru_cache(maxsize=16384)
def word_of(form: str, tanween: bool, marbuta: bool) -> Word:
    """What the folded word may stand for, worked out once for each spelling."""
    may_be = [r for r in readings(form) if plausible(form, r, tanween=tanween, marbuta=marbuta)]
    bare = without_article(form)
    accusative = (without_article(form[:-1]),) if form.endswith("ا") and len(form) > 3 else ()
    return Word(
        stems=tuple(dict.fromkeys(r.stem for r in may_be)),
        whole=tuple(dict.fromkeys(r.stem for r in may_be if not (r.article or r.after))),
        openers=tuple(dict.fromkeys(r.stem for r in may_be if r.after in {"", "ا"})),
        seconds=tuple(dict.fromkeys((bare, form, *accusative))),
    )


_NISBA = ("يين", "يون", "يات", "يه", "يا", "ي")
_ENDINGS = (*_NISBA, "ويين", "ويون", "ويه", "وي", "ين", "ون", "ات", "ان", "وا", "ه", "ت", "ا")


@lru_cache(maxsize=8192)
def families(word: str) -> tuple[str, ...]:
    """The words whose family `word` may belong to: itself, and itself less an ending or the prefix of a verb.

    >>> families("ايرانيين")
    ('ايرانيين', 'ايران', 'ايراني')
    """
    found = {word: None}
    for start in (word, word[1:]) if word[:1] in ("ي", "ت", "ن") and len(word) > 3 else (word,):
        found[start] = None
        for ending in _ENDINGS:
            stem = start[: -len(ending)]
            if start.endswith(ending) and len(stem) >= 3:
                found[stem] = None
                if ending in _NISBA:
                    found[stem + "ي"] = None
    return tuple(found)


def family_names(word: str) -> tuple[str, ...]:
    """The families a watched word asks for; a cheap guess at its root, not an analysis.

    Its own; of an adjective or a country in يا, the adjective and (from four letters) the noun; of three letters, the
    participles and nouns built on them (قتل: قاتل، مقتول، قتيل، قتال، مقتل); of the verbal nouns افتعال, استفعال and
    تفعيل, the verb and the participle (اعتقال: اعتقل، يعتقل، معتقل).
    """
    word = without_article(word)
    names = {word: None}
    for ending in _NISBA:
        stem = word[: -len(ending)]
        if word.endswith(ending) and len(stem) >= 3:
            names |= dict.fromkeys((stem + "ي", stem) if len(stem) > 3 else (stem + "ي",))
            break
    if len(word) == 3:
        shapes = ("{}ا{}{}", "م{}{}و{}", "{}{}ي{}", "{}{}ا{}", "م{}{}{}", "ت{}{}ي{}")
        names |= dict.fromkeys(shape.format(*list(word)) for shape in shapes)
    core = ""
    if len(word) >= 6 and word[0] == "ا" and word[-2] == "ا":
        core = word[1:-2] + word[-1]
    elif len(word) == 5 and word[0] == "ت" and word[3] == "ي":
        core = word[1:3] + word[4]
    if core:
        names |= dict.fromkeys((core, "ا" + core, "م" + core))
    return tuple(names)
