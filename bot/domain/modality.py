"""How sure a text is of what it says: happened, denied, threatened, planned, alleged, or only told as the past.

Modality comes before category: a word of an event is news only where the clause asserts it as new. Owns the scopes of
the cues in bot/data/vocabulary.yaml; which words are cues is data. A cue reaches as far as its scope says:

* `after`: what follows it in its sentence, until a word that starts another statement («بعد», «وأكد») or 30 words;
* `next`: the very next word; `beside`: what follows it within two words; `behind`: what stands before it within two;
  `dated`: what stands before it within eight («الهجوم الذي وقع في 25 تموز»);
* `clause`, `sentence`: all of its clause (of a title: the title) or sentence;
* `title`: the whole title and the first sentence below it;
* `onwards`: the sentence it begins and all that follow («الجدير بالذكر أن»);
* `text`: the whole article, where it stands in the title or in the first sentence.

Decides nothing about places: `abroad` is added by events.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from bot.domain.wording import Found, Passage

_REACH = 30  # words that a cue of scope "after" reaches
_BESIDE = 2
_DATED = 8  # words that may stand between an event and its date


class Modality(StrEnum):
    REPORTED = "reported"
    DENIED = "denied"
    THREATENED = "threatened"
    PLANNED = "planned"
    ALLEGED = "alleged"
    BACKGROUND = "background"
    ANNIVERSARY = "anniversary"
    DRILL = "drill"
    RECYCLED = "recycled"
    ABROAD = "abroad"
    SPORT = "sport"
    NONE = "none"  # a phrase that looks like a cue and is none
    WISHED = "wished"  # asked for, regretted, a purpose: no event at all, left out of every answer


# Where several cues reach one word, the first of these holds.
PRECEDENCE = (
    Modality.SPORT,
    Modality.ANNIVERSARY,
    Modality.RECYCLED,
    Modality.DENIED,
    Modality.DRILL,
    Modality.THREATENED,
    Modality.PLANNED,
    Modality.WISHED,
    Modality.ALLEGED,
    Modality.BACKGROUND,
)
_STATEMENTS = frozenset((Modality.WISHED, Modality.BACKGROUND))
_RANK = {modality: rank for rank, modality in enumerate(PRECEDENCE)}


class _Reach(NamedTuple):
    modality: Modality
    scope: str
    passage: Passage
    cue: Found
    end: int  # the first token that an "after" no longer reaches; of another scope, where the cue ends


class Stances:
    """The cues of one article, asked for the modality of any of its words.

    `breaks` is the slot of words that end the reach of an `after`, `since` of those among them behind which a thing is
    told as done with: «بعد تهديدات …», `turns` of words from which on a sentence goes back in time.
    """

    def __init__(
        self, passages: Sequence[Passage], cues: Iterable[tuple[Passage, Found]], breaks: int, since: int, turns: int
    ) -> None:
        self._turns = turns
        self._first = {passage.field: passage.bounds(0)[1] if passage.tokens else 0 for passage in passages}
        self._near: dict[tuple[str, int], list[_Reach]] = {}
        self._wide: list[_Reach] = []
        for passage, cue in cues:
            modality, _, scope = cue.key.partition("/")
            if modality == Modality.NONE:
                continue
            end = _end(passage, cue, breaks, since) if scope == "after" else cue.last
            reach = _Reach(Modality(modality), scope, passage, cue, end)
            if scope in {"onwards", "text", "title"}:
                self._wide.append(reach)
            else:
                self._near.setdefault((passage.field, passage.sentences[cue.first]), []).append(reach)

    def of(self, passage: Passage, first: int, last: int) -> Modality:
        """The modality of what stands at tokens `first:last`."""
        reaches = self._near.get((passage.field, passage.sentences[first]), ())
        found = [
            r.modality for r in reaches if _covers(r, passage, first, last) and not self._turned(r, passage, first)
        ]
        found += [r.modality for r in self._wide if self._covers_widely(r, passage, first, last)]
        found += [Modality.BACKGROUND for r in reaches if _remarked(r, first)]
        return min(found, key=_RANK.__getitem__, default=Modality.REPORTED)

    def _turned(self, reach: _Reach, passage: Passage, first: int) -> bool:
        """«قتل اثنان، وكان ثلاثة قتلوا الشهر الماضي»: what stands before the turn is of today."""
        if reach.modality is not Modality.BACKGROUND or reach.scope != "sentence" or first >= reach.cue.first:
            return False
        return any(self._turns in meaning.slots for meaning in passage.meanings[first + 1 : reach.cue.last])

    def _covers_widely(self, reach: _Reach, passage: Passage, first: int, last: int) -> bool:
        same = reach.passage is passage
        if same and reach.cue.first < last and first < reach.cue.last and reach.scope != "text":
            return reach.scope == "title"
        if reach.scope == "onwards":
            return same and passage.sentences[first] >= passage.sentences[reach.cue.first] and first >= reach.cue.first
        leading = reach.passage.field == "title" or reach.cue.first < self._first[reach.passage.field]
        if reach.scope == "text":
            return leading
        return reach.passage.heading and (same or first < self._first[passage.field])


def _remarked(reach: _Reach, first: int) -> bool:
    """«الاتحاد يدعو إلى ضبط النفس بعد ضربات …»: in a title about a statement, what it follows is known already."""
    spoken = reach.scope == "after" and reach.modality in _STATEMENTS and reach.passage.heading
    return spoken and reach.cue.last < reach.end <= first


def _end(passage: Passage, cue: Found, breaks: int, since: int) -> int:
    start, end = passage.bounds(passage.sentences[cue.first])
    if cue.last < end and passage.tokens[cue.last].before.startswith(":") and cue.first == start:
        return cue.last  # «مناشدة: خطف …», «تحذير: سيول …»: what kind of message it is
    past = cue.first > start and since in passage.meanings[cue.first - 1].slots
    end = min(end, cue.last + (1 if past else _REACH))
    for at in range(cue.last, end):
        if breaks in passage.meanings[at].slots:
            return at
    return end


def _covers(reach: _Reach, passage: Passage, first: int, last: int) -> bool:
    cue = reach.cue
    if reach.scope == "sentence" or (reach.scope == "clause" and passage.heading):
        return True
    if reach.scope == "clause":
        clause = passage.tokens[cue.first].clause
        return passage.tokens[first].clause <= clause <= passage.tokens[last - 1].clause
    if reach.scope == "after":
        inside = first < cue.first and cue.last < last and reach.modality is not Modality.WISHED
        return cue.first < first < reach.end or inside
    if reach.scope == "dated":
        return last <= cue.first <= last + _DATED
    if reach.scope == "next":
        return first == cue.last
    if reach.scope == "beside":
        return cue.last <= first < cue.last + _BESIDE
    return last <= cue.last and first < cue.first <= last + _BESIDE  # behind
