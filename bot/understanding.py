"""What is understood of a text: its language, its places, its events and tolls. One way for news and for questions.

Cheap to hand to another process, which loads the tables it needs for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.language import detect
from bot.domain.model import Content
from bot.domain.places import Mention
from bot.domain.story_features import understood
from bot.events import event_reader
from bot.places import Places, hit_of
from bot.stories import load_reader


@dataclass(frozen=True, slots=True)
class Understanding:
    """Reads with the places that this installation knows."""

    places: Places = field(default_factory=Places)

    def read(self, title: str, text: str, source_area: str | None = None, year: int | None = None) -> Content:
        """`source_area` is what the source mostly writes about (`Source.area`), `year` when it was published: what a
        text says of earlier years is the past. With the features by which the story of a report is found."""
        content = self.read_with(title, text, self.mentions(title, text, source_area), year)
        return replace(content, features=load_reader().read(understood(title, text, content)))

    def mentions(self, title: str, text: str, source_area: str | None = None) -> Sequence[Mention]:
        """The names that are, or may be, places."""
        return self.places.reader.recognise(title, text, source_area)

    def read_with(self, title: str, text: str, mentions: Sequence[Mention], year: int | None = None) -> Content:
        """The same where the places have been found already, and without the features of stories."""
        gazetteer = self.places.gazetteer
        happenings = event_reader().read(title, text, mentions, year)
        return Content(
            language=detect(f"{title}\n{text}"),
            places=tuple(hit_of(mention, gazetteer) for mention in mentions),
            events=happenings.told,
            tolls=happenings.tolls,
        )
