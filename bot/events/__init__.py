"""Events outside the pure domain: reading the shipped vocabulary. What a text says is decided in bot.domain.events."""

from bot.events.loading import event_reader, load_event_reader

__all__ = ["event_reader", "load_event_reader"]
