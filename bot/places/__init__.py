"""Places outside the pure domain: reading the shipped tables, and importing complete lists.

Owns the files; what a text says about places is decided in bot.domain.places.
"""

from bot.places.loading import load_reader
from bot.places.sharing import Places, hit_of

__all__ = ["Places", "hit_of", "load_reader"]
