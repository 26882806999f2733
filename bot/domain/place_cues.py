"""What speaks for and against a spotted name being a place: the evidence, as named numbers.

Owns the reading of the words around a name. Every cue has a name that «لماذا؟» can print and a weight in
bot/data/place_model.tsv; a cue's number is 0 (absent, and then it is left out) to about 1. The word lists come from
bot/data/place_cues.yaml. Decides nothing: `places.recognise` adds the weights up.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain.arabic import Token, normalise
from bot.domain.gazetteer import Place
from bot.domain.spotting import Spot, WordCounts, commonness

Cues = dict[str, float]

_CLITICS = ("", "و", "ف", "ب", "ل", "وب", "ول")
_LEVELS = ("governorate", "district", "subdistrict", "quarter")
_SENTENCE_ENDS = frozenset(".؟?!…؛")
_QUOTES = "\"'«»“”„‟‹›‘’#＃_ "
_NONE: frozenset[str] = frozenset()
# Which kinds of words are looked for where; each is a list of place_cues.yaml.
_NOUNS = frozenset(("settlement", "crossing"))  # a name that begins with one says itself that it is a place
_NEUTRAL = _NOUNS | {"area", "settlements", "edge", "people_of", "facility", "direction"}
_BEFORE = _NEUTRAL | {
    "fight",
    "preposition",
    "news_verb",
    "outlet_head",
    "club",
    "title",
    "kin",
    "given_name",
    "article_verb",
}
_BEFORE_LAST = _NEUTRAL - {"edge"} | {"title", "kin", "given_name", "outlet_head"}
_PERSON_AFTER = frozenset(("given_name", "kin", "title"))
_COUNTRY_AFTER = frozenset(("country", "foreign_adjective", "syria", "syrian_nisba"))
_AFTER = _PERSON_AFTER | _COUNTRY_AFTER | {"after_direction", "after_place", "after_word", "direction_adjective"}
_NEUTRAL_AFTER = frozenset(("particle", "time", "preposition"))
_REACH = 5  # words behind a name in which its country is looked for
_ABROAD = frozenset(("country", "foreign_city", "foreign_adjective"))
_LEADING = frozenset(("after_direction", "direction", "settlement", "area", "edge"))
_PERSONAL = frozenset(("prev_title", "prev_given_name", "prev_kin", "next_given_name", "next_kin"))
_ARTICLE = frozenset(("country", "foreign_city", "foreign_adjective", "syria", "syrian_actor", "sport"))


@dataclass(frozen=True)
class Lexicon:
    """The word lists, folded and with the clitics they may carry, and the names that places abroad share."""

    kinds: Mapping[str, frozenset[str]]
    masks: tuple[str, ...]
    abroad: Mapping[str, frozenset[str]]
    beside: Mapping[str, float]  # "<word" before and ">word" after: log-odds of a place
    namesakes: frozenset[str] = frozenset()  # names that towns of several governorates share

    @cached_property
    def telling(self) -> Mapping[str, frozenset[str]]:
        """The words that say something of a whole article, with what of their kinds does."""
        return {form: kinds & _ARTICLE for form, kinds in self.kinds.items() if kinds & _ARTICLE}

    @classmethod
    def from_lists(cls, lists: Mapping[str, object], beside: str = "") -> "Lexicon":
        """`lists` is place_cues.yaml as read: a kind -> its words in one string; `masks` and `abroad` apart.
        `beside` is the text of place_words.tsv."""
        kinds: dict[str, set[str]] = {}
        for kind, words in lists.items():
            for word in words.split() if isinstance(words, str) else ():
                for clitic in _CLITICS:
                    kinds.setdefault(clitic + normalise(word), set()).add(kind)
        masks, abroad, shared = lists.get("masks"), lists.get("abroad"), lists.get("namesakes")
        return cls(
            {form: frozenset(found) for form, found in kinds.items()},
            tuple(phrase for group in masks.values() for phrase in group) if isinstance(masks, Mapping) else (),
            {normalise(n): frozenset(normalise(w) for w in words.split()) for n, words in abroad.items()}
            if isinstance(abroad, Mapping)
            else {},
            {word: float(odds) for word, odds in (r.split("\t") for r in beside.splitlines() if not r.startswith("#"))},
            frozenset(normalise(name) for name in shared) if isinstance(shared, Sequence) else frozenset(),
        )


@dataclass(frozen=True)
class Passage:
    """A title or a text with what was spotted in it."""

    field: str
    original: str
    tokens: tuple[Token, ...]
    spots: tuple[Spot, ...]

    @cached_property
    def sentences(self) -> tuple[int, ...]:
        """The numbers of the tokens at which a sentence begins."""
        return tuple(i for i, t in enumerate(self.tokens) if i == 0 or not _SENTENCE_ENDS.isdisjoint(t.before))

    @cached_property
    def spotted(self) -> frozenset[int]:
        """The numbers of the tokens that may be names."""
        return frozenset(at for spot in self.spots for at in range(spot.first, spot.last))


@dataclass(slots=True)
class Sighting:
    """A spot on its way to becoming a mention: whose name it is, the evidence, and how likely it is a place."""

    passage: Passage
    spot: Spot
    places: tuple[Place, ...]
    cues: Cues
    chance: float = 0.0
    shared: bool = False  # towns of several governorates have the name
    sends: bool = False  # it only sends help


class Surroundings:
    """What a whole article says: how often each kind of telling word stands in it and in each clause."""

    def __init__(self, passages: Sequence[Passage], lexicon: Lexicon) -> None:
        self._passages = passages
        self.words = sum(len(passage.tokens) for passage in passages)
        self.counts = dict.fromkeys(_ARTICLE, 0)
        self.clauses: dict[tuple[str, int], set[str]] = {}
        telling = lexicon.telling
        for passage in passages:
            for token in passage.tokens:
                if token.form in telling:
                    for kind in telling[token.form]:
                        self.counts[kind] += 1
                        self.clauses.setdefault((passage.field, token.clause), set()).add(kind)

    @cached_property
    def forms(self) -> frozenset[str]:
        return frozenset(token.form for passage in self._passages for token in passage.tokens)

    @cached_property
    def cues(self) -> Cues:
        foreign = self.counts["country"] + self.counts["foreign_city"]
        syria, length = self.counts["syria"], min(1.0, self.words / 60)
        cues = {
            "article_foreign": min(1.0, foreign / 4),
            "article_syria": min(1.0, syria / 3),
            "article_no_syria": length * (not syria),
            "article_actor": min(1.0, self.counts["syrian_actor"] / 2),
            "article_sport": min(1.0, self.counts["sport"] / 3),
            "article_foreign_only": length * (foreign > 0 and not syria),
            "article_short": 1 - length,
        }
        return {cue: value for cue, value in cues.items() if value}


def touching(before: Token, token: Token) -> bool:
    """Whether nothing but a space, quotes or a # parts the token from the one before it; a line's end parts them."""
    return token.clause == before.clause and (not token.before or not token.before.strip(_QUOTES))


def _definite(form: str) -> bool:
    return form.startswith(("ال", "لل", "ولل")) or (form[1:3] == "ال" and form[0] in "وبفلك")


def _nisba(form: str) -> bool:
    """An adjective by its shape: الشعبي، الوسطية."""
    return form.startswith("ال") and len(form) > 5 and form.endswith(("ي", "يه", "يين"))


class NameCues:
    """What the name itself says, before any text: how common the word is, how often it is a place. Cached by name."""

    def __init__(self, counts: WordCounts, lexicon: Lexicon) -> None:
        self._counts = counts
        self._lexicon = lexicon
        self._known: dict[tuple[str, frozenset[str]], Cues] = {}

    def of(self, name: str, levels: frozenset[str]) -> Cues:
        key = name, levels
        if key not in self._known:
            self._known[key] = self._work_out(name, levels)
        return self._known[key]

    def _work_out(self, name: str, levels: frozenset[str]) -> Cues:
        words = name.split(" ")
        kinds = self._lexicon.kinds
        count = self._counts.of(name.replace(" ", "_"))
        bare = name[2:] if name.startswith("ال") else "ال" + name
        cues = {
            "name_common": commonness(count.times),
            "name_in_syria": count.in_syria,
            "name_after_noun": count.after_noun,
            "name_stem_common": commonness(self._counts.times(bare)) if len(words) == 1 else 0.0,
            "name_rare": float(count.times == 0 and len(words) == 1),
            "name_headline_word": float("headline_word" in kinds.get(name, _NONE)),
            "name_of_words": float(len(words) > 1),
            "name_person": float(any("given_name" in kinds.get(w, _NONE) for w in words)),
            "name_kunya": float(
                len(words) > 1 and "kin" in kinds.get(words[0], _NONE) and "given_name" in kinds.get(words[1], _NONE)
            ),
            "name_date": float(any("month" in kinds.get(w, _NONE) for w in words)),
            "name_noun": float(len(words) > 1 and not _NOUNS.isdisjoint(kinds.get(words[0], _NONE))),
            "name_syrian_word": count.in_syria * commonness(count.times) * (count.after_noun == 0),
            "name_short": float(len(name) <= 3),
            "name_definite": float(name.startswith("ال")),
            "name_abroad": float(name in self._lexicon.abroad),
            "name_cue_word": float(name in kinds and len(words) == 1),
            "name_adjective": float(_nisba(name)),
        }
        cues |= {f"level_{level}": 1.0 for level in _LEVELS if level in levels}
        cues["name_obscure"] = float("obscure" in levels)
        return {cue: value for cue, value in cues.items() if value}

    def clitic_doubt(self, surface: str, name: str) -> float:
        """How much more common the whole word is than the name in it: high for لبنان read as ل + بنان."""
        whole, bare = self._counts.times(surface), self._counts.times(name)
        return max(0.0, min(1.5, math.log10((1 + whole) / (1 + bare)) / 2))


def cues_around(
    passage: Passage, spot: Spot, levels: frozenset[str], lexicon: Lexicon, article: Surroundings, names: NameCues
) -> Cues:
    """The evidence for one spot: of its name, of the words beside it, of its clause and of the article."""
    tokens, first, last = passage.tokens, spot.first, spot.last
    cues: Cues = article.cues | names.of(spot.name, levels)
    before = _before(tokens, first, lexicon, cues)
    _after(tokens, spot, lexicon, cues)
    _shape(passage, spot, before, lexicon, names, cues)
    for kind in article.clauses.get((passage.field, tokens[first].clause), ()):
        cues[f"clause_{kind}"] = 1.0
    rivals = lexicon.abroad.get(spot.name)
    if "name_headline_word" in cues and before & _NOUNS:
        del cues["name_headline_word"]  # «قرية عاجل» is no news flash
    if "name_obscure" in cues and spot.clitics:
        cues["obscure_in_clitic"] = 1.0
    if "name_person" in cues and not _PERSONAL.isdisjoint(cues):
        cues["person_pair"] = 1.0
    if rivals and not rivals.isdisjoint(article.forms):
        cues["abroad_named"] = 1.0
    foreign = article.counts["country"] + article.counts["foreign_city"]
    if before and not _NEUTRAL.isdisjoint(before):
        cues["placed"] = 1.0
        if not foreign and ("settlement" in before or "settlements" in before):
            cues["placed_home"] = 1.0
    elif not cues.get("next_after_direction") and not cues.get("next_after_place") and last:
        cues["unplaced_common"] = cues.get("name_common", 0.0)
    return cues


def _before(tokens: Sequence[Token], first: int, lexicon: Lexicon, cues: Cues) -> frozenset[str]:
    """Adds what the two words before say; gives the kinds of the nearest."""
    if first == 0 or not touching(tokens[first - 1], tokens[first]):
        cues["nothing_before"] = 1.0
        return _NONE
    form = tokens[first - 1].form
    _weigh(lexicon.beside.get("<" + form), "before", cues)
    kinds = lexicon.kinds.get(form, _NONE) & _BEFORE
    for kind in kinds:
        cues[f"prev_{kind}"] = 1.0
    if first > 1 and touching(tokens[first - 2], tokens[first - 1]):
        for kind in lexicon.kinds.get(tokens[first - 2].form, _NONE) & _BEFORE_LAST:
            cues[f"prev2_{kind}"] = 1.0
    return kinds


def _behind(tokens: Sequence[Token], at: int, lexicon: Lexicon, cues: Cues) -> None:
    """A country that the name is said to lie in: «شبعا في جنوب لبنان» is abroad, «نصيب مع الأردن» is not."""
    for number in range(at, min(at + _REACH, len(tokens))):
        token = tokens[number]
        kinds = lexicon.kinds.get(token.form, _NONE)
        if not touching(tokens[number - 1], token) or (token.form[0] == "و" and token.form[1:] in lexicon.kinds):
            return
        if not kinds.isdisjoint(_ABROAD):
            cues["lies_abroad"] = 1.0
            return
        if "syria" in kinds:
            cues["lies_in_syria"] = 1.0
            return
        if kinds.isdisjoint(_LEADING) and token.form != "في":
            return


def _in_place(spot: Spot, cues: Cues) -> bool:
    """Whether a preposition or a place noun stands before: an adjective behind then belongs to the place."""
    return "ب" in spot.clitics or any(f"prev_{kind}" in cues for kind in (*_NEUTRAL, "preposition", "fight"))


def _speaks(spot: Spot, cues: Cues) -> bool:
    """Whether what stands before makes an outlet of «حلب اليوم»: nothing, a verb of saying, a word for an outlet."""
    return "ل" in spot.clitics or not cues.keys().isdisjoint(("nothing_before", "prev_say", "prev_outlet_head"))


def _weigh(odds: float | None, side: str, cues: Cues) -> None:
    if odds is None:
        cues[f"{side}_unknown"] = 1.0
    else:
        cues[f"{side}_of_places" if odds > 0 else f"{side}_of_words"] = abs(odds) / 3


def _after(tokens: Sequence[Token], spot: Spot, lexicon: Lexicon, cues: Cues) -> None:
    if spot.last >= len(tokens) or not touching(tokens[spot.last - 1], tokens[spot.last]):
        cues["nothing_after"] = 1.0
        return
    form = tokens[spot.last].form
    _weigh(lexicon.beside.get(">" + form), "after", cues)
    tail = lexicon.kinds.get(form, _NONE)
    if "outlet_tail" in tail or ("outlet_tail_today" in tail and _speaks(spot, cues)):
        cues["outlet_name"] = 1.0  # درعا 24، حلب اليوم; but «في حلب اليوم» is the city, today
    kinds = lexicon.kinds.get(form, _NONE) & _AFTER
    for kind in kinds:
        cues[f"next_{kind}"] = 1.0
    _behind(tokens, spot.last, lexicon, cues)
    if not kinds:
        for kind in tail & _NEUTRAL_AFTER:
            cues[f"next_{kind}"] = 1.0
        if not tail:
            _described(form, spot, cues)


def _described(form: str, spot: Spot, cues: Cues) -> None:
    """What an unlisted word behind a name makes of it: an adjective's noun, an owner's thing, or a subject."""
    bare = not spot.name.startswith("ال") and spot.last == spot.first + 1
    if _nisba(form):
        cues["next_nisba" if _in_place(spot, cues) else "next_nisba_bare"] = 1.0
    elif form.startswith("ال"):
        cues["next_owner" if bare else "next_definite"] = 1.0
    elif form[0] in "يتن" and len(form) > 3 and not form.endswith("ات"):
        cues["next_verb_like"] = 1.0
    elif bare and form[0] not in "وبلف" and form[0] > "\u0600" and "name_common" in cues:
        word = (0.5 + cues["name_common"]) * (1 - cues.get("name_in_syria", 0.0))
        cues["next_noun"] = word * (2 if form.endswith("ات") else 1)  # «جملة تهديدات»: the noun belongs to the name


def _shape(passage: Passage, spot: Spot, before: frozenset[str], lexicon: Lexicon, names: NameCues, cues: Cues) -> None:
    """Clitics, tanween, hashtags, datelines, and a noun before that the name may describe."""
    tokens, first, last = passage.tokens, spot.first, spot.last
    token = tokens[first]
    for clitic in spot.clitics:
        cues[f"clitic_{clitic}"] = 1.0
    if spot.clitics and last == first + 1:
        if "name_rare" in cues:
            cues["rare_in_clitic"] = 1.0
        cues["clitic_doubt"] = names.clitic_doubt(token.form, spot.name)
    elif first and not (before or spot.clitics or token.hashtag) and touching(tokens[first - 1], token):
        cues[_neighbour_before(tokens[first - 1].form, spot.name.startswith("ال"), lexicon)] = 1.0
    if tokens[last - 1].form.endswith("ه") and not tokens[last - 1].marbuta:
        cues["final_he"] = 1.0  # a pronoun, as in «خلفه», or a town whose ة was written without its dots
    if tokens[last - 1].tanween:
        cues["tanween_placed" if before & _NOUNS else "tanween"] = 1.0
    _frame(passage, spot, cues)


def _neighbour_before(form: str, named_definite: bool, lexicon: Lexicon) -> str:
    """What an unlisted word before a name is by its shape: a noun that the name may describe or own, or not."""
    if not lexicon.kinds.get(form, _NONE).isdisjoint(_NEUTRAL_AFTER):
        return "after_particle"
    if len(form) > 4 and form.endswith(("ها", "هم", "هما", "نا")):
        return "after_owned"
    if form[0] == "ي" and len(form) > 3:
        return "after_verb"
    if _definite(form):
        return "after_definite" if named_definite else "after_other"
    return "after_other" if named_definite else "after_noun_alike"


def _frame(passage: Passage, spot: Spot, cues: Cues) -> None:
    """Hashtags, quotes, and the head of a headline or a dateline."""
    tokens, first, last = passage.tokens, spot.first, spot.last
    token = tokens[first]
    if token.hashtag:
        longer = (last < len(tokens) and tokens[last].before == "_") or token.before == "_"
        cues["hashtag_longer" if longer else "hashtag"] = 1.0
    if passage.field == "title":
        cues["in_title"] = 1.0
    following = tokens[last].before if last < len(tokens) else ""
    if first == 0 and following.startswith((":", "..", "-", "–", "—", "|", "…", "،", "/")):
        cues["dateline"] = 1.0
    elif first == 0 and passage.field == "title":
        cues["headline_head"] = 1.0
    if token.before.endswith(("(", '"', "«", "“", "”")) and following.startswith((")", '"', "»", "”", "“")):
        cues["quoted"] = 1.0
