"""A day of news as an operator would capture it, played by the real command line.

    day = NewsDay(tmp_path, "2026-10-03", "sham", "enab")
    day.publish("14:05", "sham", "title", "text")       # the feed now has this item on top, and is captured
    played = day.play("جاسم", "درعا")                    # python -m bot replay, each watch a chat
    played.told("جاسم")                                  # what rang there: ["first", "development"]

Owns the writing of captured feeds and the reading of what `replay` prints. Every source is captured once before the
first news, as the first poll of a source tells nobody. Texts stand in the tests, in our own words.
"""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import structlog
import yaml
from typer.testing import CliRunner, Result

from bot.__main__ import cli
from bot.simulator.markup import parse_html

Json = dict[str, Any]

DAMASCUS = timedelta(hours=3)
OUTLETS = {
    "syria_tv": "تلفزيون سوريا",
    "enab": "عنب بلدي",
    "ikhbariah": "الإخبارية السورية",
    "sana": "سانا",
    "sana_en": "سانا بالإنكليزية",
    "shaam": "شبكة شام",
    "halab_today": "حلب اليوم",
    "suwayda24": "السويداء 24",
    "daraa24": "درعا 24",
    "raqqa_silent": "الرقة تذبح بصمت",
    "mayadeen": "قناة الميادين",
    "horan_free": "تجمع أحرار حوران",
    "sohr": "المرصد السوري",
    "modon": "المدن",
    "zaman": "زمان الوصل",
    "kurdistan24": "كردستان 24",
}
_UNSEEN = dict.fromkeys(map(ord, "\u200e\u200f\u2066\u2067\u2068\u2069"))
_SILENT_START = timedelta(hours=6)  # before the first news: when every source was captured first


def readable(text: str) -> str:
    """What a person reads: without marks of direction."""
    return text.translate(_UNSEEN)


def plain(html: str) -> str:
    """The same of a message as the bot wrote it."""
    return readable(parse_html(html).text)


def when(day: str, clock: str) -> datetime:
    """An instant from a day and the clock of Damascus."""
    return datetime.fromisoformat(f"{day}T{clock}:00+00:00") - DAMASCUS


def replay(*arguments: str) -> Result:
    """`python -m bot replay`; logging is left as it was found."""
    logging = structlog.get_config()
    try:
        return CliRunner().invoke(cli, ["replay", *arguments])
    finally:
        structlog.configure(**logging)


def item(title: str, text: str, guid: str, dated: datetime | str | None, link: str = "") -> str:
    """An RSS item; `dated` as it is to stand there, None for none."""
    date = format_datetime(dated) if isinstance(dated, datetime) else dated
    return (
        f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(title)}</title>"
        f"<link>{escape(link or f'https://news.example/{guid}')}</link>"
        f"<description>{escape(escape(text))}</description>{f'<pubDate>{date}</pubDate>' if date else ''}</item>"
    )


def rss(*items: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>أخبار</title>"
        f"<link>https://news.example/</link><description>تجربة</description>{''.join(items)}</channel></rss>"
    ).encode()


def capture(folder: Path, source: str, at: datetime, body: bytes) -> Path:
    """Keep what a source served at an instant, under the name that `replay` reads."""
    file = folder / source / f"{at.astimezone(UTC):%Y-%m-%dT%H-%M-%SZ}.xml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    return file


@dataclass
class Played:
    """What `replay` printed."""

    lines: list[Json]

    def articles(self, source: str | None = None) -> list[Json]:
        """The decisions about what came after the first polls."""
        found = [line for line in self.lines if "article" in line and line.get("silence") != "first_poll"]
        return [line for line in found if source in (None, line["source"])]

    def article(self, source: str) -> Json:
        (one,) = self.articles(source)
        return one

    @property
    def stories(self) -> list[int]:
        """The story of each article."""
        return [line["story"] for line in self.articles()]

    def told(self, watch: str) -> list[str]:
        """What rang in the chat of a watch."""
        return [t["as"] for line in self.articles() for t in line["told"] if t["watch"] == watch]

    def why_not(self, watch: str) -> list[str]:
        return [n["why"] for line in self.articles() for n in line["not_told"] if n["watch"] == watch]

    def sent(self, watch: str) -> list[Json]:
        """The messages that left for a chat, each as it was when it left."""
        return [line for line in self.lines if "sends" in line and line["watch"] == watch]

    def rang(self, watch: str) -> list[str]:
        """The same, as they were read then."""
        return [plain(line["sends"]) for line in self.sent(watch)]

    def edits(self, watch: str) -> list[str]:
        return [plain(line["edits"]) for line in self.lines if "edits" in line and line["watch"] == watch]

    def shown(self, watch: str) -> list[str]:
        """What stands in the chat at the end, in the order in which it was sent."""
        chat: dict[int, str] = {}
        for line in self.lines:
            if line.get("watch") == watch:
                chat[line["message"]] = plain(line.get("sends") or line["edits"])
        return list(chat.values())


@dataclass
class NewsDay:
    """`folder` is written to; `date` is the day on which a clock time is meant unless it says another."""

    folder: Path
    date: str
    began: set[str] = field(default_factory=set)
    items: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def publish(
        self,
        clock: str,
        source: str,
        title: str,
        text: str = "",
        *,
        day: str | None = None,
        dated: datetime | str | None = "",
        guid: str = "",
        link: str = "",
    ) -> None:
        """A source has a new item on top of its feed; captured at this time. `dated`: "" is at this very time."""
        at = when(day or self.date, clock)
        if source not in self.began:
            self.began.add(source)
            before = at - _SILENT_START
            self.items[source].append(item(f"برنامج اليوم في {source}", "نشرة قديمة.", f"{source}-0", before))
            capture(self.folder / "day", source, before, rss(*self.items[source]))
        name = guid or f"{source}-{len(self.items[source])}"
        self.items[source].insert(0, item(title, text, name, at if dated == "" else dated, link))
        capture(self.folder / "day", source, at, rss(*self.items[source]))

    @property
    def config(self) -> Path:
        """The outlets by the names that a reader knows."""
        made = self.folder / "config.yaml"
        sources = [{"id": id_, "url": f"https://{id_.replace('_', '-')}.example/feed", "name_ar": name}
                   for id_, name in OUTLETS.items()]  # fmt: skip
        made.write_text(yaml.safe_dump({"use_catalogue": False, "sources": sources}, allow_unicode=True), "utf-8")
        return made

    def play(self, *watches: str) -> Played:
        options = [part for watch in watches for part in ("--watch", watch)]
        result = replay(str(self.folder / "day"), *options, "--config", str(self.config))
        assert result.exit_code == 0, result.output or repr(result.exception)
        return Played([json.loads(line) for line in result.stdout.splitlines()])
