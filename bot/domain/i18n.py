"""What Rasid says, in the person's language. The words are in the message files (Fluent); this picks and fills them.

Variables are escaped and wrapped in bidi isolates, so that neither a headline nor a watch can bring markup or turn
a line around. Times are Damascus time: UTC+3 the whole year, since Syria left summer time in 2022.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from fluent.runtime import FluentBundle, FluentResource

from bot.domain.markup import Html, escape
from bot.domain.remembering import Remembered

DAMASCUS = ZoneInfo("Asia/Damascus")
LANGUAGES = MappingProxyType({"ar": "ar_SY", "en": "en_GB"})  # ar_SY: Levantine month names, Latin digits
DEFAULT = "ar"
_MOST_REMEMBERED = 1000  # more than there are messages


class Messages:
    """The messages of one language. `html` gives them with their variables escaped, `text` for buttons and menus."""

    def __init__(self, language: str, source: str) -> None:
        self.language, self._locale = language, Locale.parse(LANGUAGES[language])
        self._html = self._bundle(source, isolating=True)
        self._text = self._bundle(source, isolating=False)
        self._fixed_html = Remembered[str, Html](lambda key: Html(self._fill(self._html, key, {})), _MOST_REMEMBERED)
        self._fixed_text = Remembered[str, str](lambda key: self._fill(self._text, key, {}), _MOST_REMEMBERED)

    def html(self, key: str, **variables: str | int | Html) -> Html:
        """Raises: KeyError: there is no such message, or it wants another variable."""
        if not variables:
            return self._fixed_html[key]
        safe = {n: v if isinstance(v, int | Html) else escape(v) for n, v in variables.items()}
        return Html(self._fill(self._html, key, safe))

    def text(self, key: str, **variables: str | int) -> str:
        """A message where no markup is possible: a button, a command's description. Raises: KeyError."""
        return self._fill(self._text, key, variables) if variables else self._fixed_text[key]

    def has(self, key: str) -> bool:
        return bool(self._html.has_message(key))

    def time(self, instant: datetime) -> str:
        """An instant as people in Syria read it: "22 تشرين الثاني، 14:05"."""
        form = "d MMMM، HH:mm" if self.language == "ar" else "d MMMM, HH:mm"
        return str(format_datetime(instant.astimezone(DAMASCUS), form, locale=self._locale))

    def _bundle(self, source: str, isolating: bool) -> FluentBundle:
        bundle = FluentBundle([LANGUAGES[self.language].replace("_", "-")], use_isolating=isolating)
        bundle.add_resource(FluentResource(source))
        return bundle

    @staticmethod
    def _fill(bundle: FluentBundle, key: str, variables: Mapping[str, object]) -> str:
        pattern = bundle.get_message(key).value
        if pattern is None:
            raise KeyError(key)
        value, errors = bundle.format_pattern(pattern, dict(variables))
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return str(value)


class Translations:
    """The messages of every language; an unknown language is answered in Arabic."""

    def __init__(self, sources: Iterable[tuple[str, str]]) -> None:
        self._by_language = {language: Messages(language, source) for language, source in sources}

    def __getitem__(self, language: str) -> Messages:
        return self._by_language.get(language, self._by_language[DEFAULT])
