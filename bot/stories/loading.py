"""Builds what stories are told apart with from the files that ship with Rasid."""

from functools import cache

import yaml

from bot.data import read_text
from bot.domain.clustering import Teller
from bot.domain.story_features import FeatureReader
from bot.domain.story_pairs import PairModel
from bot.domain.story_words import RarityTable, Vocabulary

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times faster where libyaml is installed


def load_vocabulary() -> Vocabulary:
    return Vocabulary.from_lists(yaml.load(read_text("story_words.yaml"), Loader=_Loader))


@cache
def load_reader() -> FeatureReader:
    """What of a report tells its story; all that a process which only reads news needs."""
    return FeatureReader(load_vocabulary())


@cache
def load_teller() -> Teller:
    """Tells stories apart; immutable but for caches, loaded once (about 0.1 s)."""
    return Teller(
        load_reader(),
        RarityTable.load(read_text("idf.tsv")),
        PairModel.load(read_text("story_model.tsv")),
    )
