"""Places outside the pure domain: reading the shipped tables, and importing complete lists.

Owns the files; what a text says about places is decided in bot.domain.places.
"""

from bot.places.loading import load_reader
from bot.places.shared import codes_named, hit_of, places_in

__all__ = ["codes_named", "hit_of", "load_reader", "places_in"]
