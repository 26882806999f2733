"""Settings: the only reader of config.yaml and of the environment.

Owns what an operator may set and the bounds of each value; `bot.catalogue` has the form of a source. Refuses to guess:
an unknown key or variable, a value of another type and a key given twice are mistakes, and all are told at once
(`bot.mistakes` has the words). Environment over file over defaults. Importing this module reads nothing.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import isclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.catalogue import SourceEntry, catalogue, flaws, make_source, merged
from bot.domain.errors import SettingsError
from bot.domain.model import Source, SourceState
from bot.forms import Section, is_web_address, must
from bot.mistakes import TOKEN, Loc, SettingsMistake, in_our_terms, nearest, render, tell

# --- what may be set ------------------------------------------------------------------------------------------------


def _is_api_base(text: str) -> bool:
    """The token is written right behind it: https://api.telegram.org/bot<token>/<method>."""
    return is_web_address(text) and text.endswith("/bot")


_WEBHOOK_PORTS = (None, 443, 80, 88, 8443)
_LISTEN = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}")  # host:port


def _is_webhook(text: str) -> bool:
    """Telegram delivers over TLS, to these ports only (Bot API, setWebhook)."""
    return _is_public(text) and urlsplit(text).port in _WEBHOOK_PORTS


def _is_public(text: str) -> bool:
    """Where others bring us things over TLS; a path of ours is written behind it."""
    parts = urlsplit(text) if is_web_address(text) else None
    return parts is not None and parts.scheme == "https" and not parts.query and not parts.fragment


def _is_token(token: SecretStr) -> bool:
    return TOKEN.fullmatch(token.get_secret_value()) is not None


def _blank_is_none(value: object) -> object:
    return (value.strip() or None) if isinstance(value, str) else value


_Header = Annotated[str, must(re.compile(r"[ -~]*").fullmatch, "not-a-header")]
_Database = Annotated[
    str,
    Field(repr=False),  # it may hold a password
    must(re.compile(r"(sqlite:///|postgresql\+psycopg://)\S.*").fullmatch, "bad-database"),
]
_Seconds = Annotated[float, Field(ge=0.05, le=300)]


class Telegram(Section):
    """The Bot API and its limits; without a token Rasid runs in local mode.

    The limits are Telegram's own ("My bot is hitting limits", Bots FAQ): 30 a second in all, 1 a second in a chat,
    20 a minute in a group.
    """

    token: Annotated[SecretStr | None, BeforeValidator(_blank_is_none), must(_is_token, "bad-token")] = None
    api_base: Annotated[str, must(_is_api_base, "bad-api-base")] = "https://api.telegram.org/bot"
    messages_per_second: Annotated[int, Field(ge=1, le=1000)] = 30
    messages_per_second_in_chat: Annotated[int, Field(ge=1, le=1000)] = 1
    messages_per_minute_in_group: Annotated[int, Field(ge=1, le=60_000)] = 20
    paid_broadcast: bool = False
    poll_timeout_seconds: Annotated[int, Field(ge=0, le=50)] = 25
    webhook_url: Annotated[str | None, BeforeValidator(_blank_is_none), must(_is_webhook, "bad-webhook-url")] = None
    webhook_listen: Annotated[str, must(_LISTEN.fullmatch, "bad-listen")] = "127.0.0.1:8443"
    operators: Annotated[tuple[int, ...], Field(strict=False, repr=False)] = ()  # chat ids are nobody's business


class Polling(Section):
    """How sources are asked for news, and the bounds within which they may answer."""

    fastest_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    slowest_seconds: Annotated[int, Field(ge=1, le=86_400)] = 900
    interval_seconds: Annotated[int | None, Field(ge=1, le=86_400)] = None
    sweep_seconds: _Seconds = 1
    host_pause_seconds: Annotated[float, Field(ge=0, le=60)] = 1
    timeout_seconds: _Seconds = 10
    max_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = 2_000_000
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 50
    readers: Annotated[int, Field(ge=1, le=64)] = 2
    reader_timeout_seconds: _Seconds = 10
    reader_memory_mb: Annotated[int, Field(ge=256, le=65_536)] = 1024
    allow_private_addresses: bool = False
    user_agent: _Header = "Rasid/0.1"
    contact: _Header = ""
    websub_url: Annotated[str | None, BeforeValidator(_blank_is_none), must(_is_public, "bad-websub-url")] = None
    websub_listen: Annotated[str, must(_LISTEN.fullmatch, "bad-listen")] = "127.0.0.1:8444"

    @property
    def identity(self) -> str:
        """The User-Agent header: who asks, and where a site's owner can write."""
        return f"{self.user_agent} (+{self.contact})" if self.contact else self.user_agent

    @property
    def product(self) -> str:
        """Our name in robots.txt."""
        return self.user_agent.partition("/")[0].strip()


class Gazetteer(Section):
    """The places: a table that `places import` wrote, and where `places update` finds a newer country dump."""

    file: Annotated[Path | None, Field(strict=False)] = None
    geonames_url: Annotated[str, must(is_web_address, "bad-url")] = "https://download.geonames.org/export/dump/SY.zip"


class Limits(Section):
    watches_per_chat: Annotated[int, Field(ge=1, le=10_000)] = 100


class Alerts(Section):
    """When alerts go out: what is not critical waits for what other sources say of it."""

    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 60


class Keeping(Section):
    """How long what is over is kept. A story must outlive the days in which a report may still join it."""

    articles_days: Annotated[int, Field(ge=7, le=3650)] = 30
    gone_chats_days: Annotated[int, Field(ge=1, le=3650)] = 30


class Summaries(Section):
    """A language model that may write summaries, behind any OpenAI-compatible server; none unless it is named here.

    `base_url` ends before "/chat/completions".
    """

    base_url: Annotated[str | None, BeforeValidator(_blank_is_none), must(is_web_address, "bad-url")] = None
    model: str = ""
    key: Annotated[SecretStr | None, BeforeValidator(_blank_is_none)] = None
    timeout_seconds: _Seconds = 8
    calls_a_day: Annotated[int, Field(ge=1, le=1_000_000)] = 1000


class Local(Section):
    """Local mode: the simulator's chat page on 127.0.0.1 (port 0 takes any free one), and a database of its own.

    Chats of the simulator must not be in the database when a token is given later: Telegram does not know them.
    """

    port: Annotated[int, Field(ge=0, le=65_535)] = 8321
    samples: bool = True
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 0
    database_url: _Database = "sqlite:///var/local.sqlite3"


class Log(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class Settings(Section):
    """Everything the operator may set. `Settings()` holds the defaults."""

    language: Literal["ar", "en"] = "ar"
    database_url: _Database = "sqlite:///var/rasid.sqlite3"
    telegram: Telegram = Telegram()
    polling: Polling = Polling()
    places: Gazetteer = Gazetteer()
    limits: Limits = Limits()
    alerts: Alerts = Alerts()
    keeping: Keeping = Keeping()
    summaries: Summaries = Summaries()
    local: Local = Local()
    log: Log = Log()
    use_catalogue: bool = True
    # YAML has lists only; a frozen value holds a tuple.
    sources: Annotated[tuple[SourceEntry, ...], Field(strict=False)] = ()

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """The catalogue's sources in its order, then the operator's own, in whatever state."""
        interval = self.polling.interval_seconds
        return tuple(make_source(e, interval) for e in merged(self.sources, self.use_catalogue) if e.address)

    @property
    def database_in_use(self) -> str:
        """Local mode has its own: chats of the simulator are not Telegram's."""
        return self.local.database_url if self.telegram.token is None else self.database_url

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        """Those of all sources that are polled: on, or to be checked."""
        return tuple(source for source in self.all_sources if source.state is not SourceState.OFF)


@cache
def keys() -> Mapping[str, FieldInfo]:
    """Every key by its path, in the order of the file: "polling.interval_seconds", "sources", "sources[].url"."""
    return dict(_keys_of(Settings, ""))


def _keys_of(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = [part for part in (field.annotation, *get_args(field.annotation)) if isclass(part)]
        section = next((part for part in inner if issubclass(part, BaseModel)), None)
        listed = get_origin(field.annotation) is tuple
        if listed or section is None:
            yield prefix + name, field
        if section is not None:
            yield from _keys_of(section, f"{prefix}{name}{'[]' if listed else ''}.")


@cache
def variables() -> Mapping[str, str]:
    """Every variable of the environment that sets a key -> the key's path."""
    long = {"RASID_" + key.upper().replace(".", "__"): key for key in keys() if "[]" not in key}
    return long | {"BOT_TOKEN": "telegram.token", "BOT_API_BASE": "telegram.api_base"}


# --- reading --------------------------------------------------------------------------------------------------------


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings; without a `path`, ./config.yaml if there is one.

    Raises:
        SettingsError: with every mistake of the file and of the environment (`bot.mistakes.describe` tells them).
    """
    draft = _Draft()
    if path is not None or Path("config.yaml").exists():
        draft.read_file(path or Path("config.yaml"))
    draft.read_environment(environ)
    draft.check_sources()
    settings = draft.settings()
    if settings is None or draft.mistakes:
        raise SettingsError(draft.mistakes)
    return settings


class _Draft:
    """Settings in the making: raw values, where each came from, and the mistakes met so far."""

    def __init__(self) -> None:
        self.data: dict[Any, Any] = {}
        self.lines: dict[Loc, int] = {}
        self.origins: dict[Loc, str] = {}  # the variable that set a value
        self.mistakes: list[SettingsMistake] = []

    def read_file(self, path: Path) -> None:
        try:
            text = path.read_bytes().decode()
        except FileNotFoundError:
            return self.add(str(path), "file-missing")
        except OSError as error:
            return self.add(str(path), "file-unreadable", reason=error.strerror or type(error).__name__)
        except UnicodeDecodeError:
            return self.add(str(path), "file-not-utf8")
        data = self.parse(text, str(path))
        if isinstance(data, dict):
            self.data = _without_blanks({k: _without_blanks(v) for k, v in data.items()})
        elif data is not None:
            self.add(str(path), "want-section")
        return None

    def parse(self, text: str, origin: str, root: Loc = ()) -> Any:
        """The values of a YAML text; notes the line of every key. None when it is empty or broken."""
        try:
            loader = yaml.SafeLoader(text)
            node = loader.get_single_node()
            for loc, line, repeated in _places(node, root, set()):
                if repeated:
                    self.add(render(loc), "duplicate-key", line, first=str(self.lines[loc]))
                self.lines[loc] = line
            return None if node is None else loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            reason = re.sub(r" '[^'<]{3,}'", "", error.problem or "")  # without the names it quotes from the file
            self.add(origin, "broken-yaml", line, column=str(column), reason=reason)
        except yaml.reader.ReaderError as error:
            self.add(origin, "broken-character", text.count("\n", 0, error.position) + 1)
        except (ValueError, LookupError, AttributeError, TypeError, RecursionError):
            # What PyYAML lets through for `2026-13-01`, `!!bool x` and a thousand open brackets.
            self.add(origin, "broken-value")
        return None

    def read_environment(self, environ: Mapping[str, str]) -> None:
        for name, text in sorted(environ.items()):
            if name in variables():
                self.read_variable(name, text)
            elif name == "BOT_TOKEN_FILE" and text:
                self.read_token_file(name, Path(text))
            elif name.startswith("RASID_"):
                self.add(name, "unknown-variable", near=nearest(name, variables()))

    def read_variable(self, name: str, text: str) -> None:
        key = variables()[name]
        annotation = keys()[key].annotation
        if {annotation, *get_args(annotation)} & {int, float, bool} or get_origin(annotation) is tuple:
            value = self.parse(text, name, (name,))
            if value is not None:
                self.override(key, name, value)
        elif text or name != "BOT_API_BASE":
            self.override(key, name, text)

    def read_token_file(self, name: str, path: Path) -> None:
        try:
            with path.open("rb") as file:
                token = file.read(4096).decode().strip()
        except (OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError)
            return self.add(name, "token-file-missing" if missing else "token-file-unreadable")
        if not token:
            return self.add(name, "token-file-empty")
        return self.override("telegram.token", name, token)

    def override(self, key: str, name: str, value: Any) -> None:
        *sections, last = loc = tuple(key.split("."))
        target = self.data
        for section in sections:
            target = target.setdefault(section, {})
            if not isinstance(target, dict):
                return  # the file has something else there, which is told as its own mistake
        if loc not in self.origins or not target[last]:
            target[last], self.origins[loc] = value, name
        elif value:
            self.add(name, "set-twice", other=self.origins[loc])

    def check_sources(self) -> None:
        """What one value alone cannot show; on raw values, so that it is told beside every other mistake."""
        entries = self.data.get("sources")
        known = catalogue() if self.data.get("use_catalogue") is not False else {}
        first: dict[str, int] = {}
        for at, entry in enumerate(entries if isinstance(entries, list) else []):
            id_ = entry.get("id") if isinstance(entry, dict) else None
            if not isinstance(id_, str):
                continue
            if id_ in first:
                self.add_at(("sources", at, "id"), "duplicate-source", first=f"sources[{first[id_]}]")
            else:
                for key, code in flaws(entry, known.get(id_)):
                    self.add_at(("sources", at, key), code, near=nearest(id_, known))
            first.setdefault(id_, at)

    def settings(self) -> Settings | None:
        try:
            return Settings.model_validate(self.data)
        except ValidationError as error:
            flaws = error.errors(include_url=False, include_input=False)
        for flaw in flaws:
            code, arguments = in_our_terms(flaw["type"], flaw["loc"], keys())
            self.add_at(flaw["loc"], code, **arguments)
        return None

    def add_at(self, loc: Loc, code: str, **arguments: str) -> None:
        """A mistake at a value: with its line, or named by the variable that set it."""
        for end in range(len(loc), 0, -1):
            if origin := self.origins.get(loc[:end]):
                return self.add(render((origin, *loc[end:])), code, **arguments)
        line = next((self.lines[loc[:end]] for end in range(len(loc), 0, -1) if loc[:end] in self.lines), None)
        return self.add(render(loc), code, line, **arguments)

    def add(self, path: str, code: str, line: int | None = None, /, **arguments: str) -> None:
        self.mistakes.append(tell(path, code, line, arguments))


def _without_blanks(value: Any) -> Any:
    """A key with nothing behind it, such as a section whose keys are all commented out, is not set."""
    return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def _places(node: yaml.Node | None, loc: Loc, seen: set[int]) -> Iterator[tuple[Loc, int, bool]]:
    """Every key and item -> its line, and whether its mapping had that key already; an alias is not followed."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    here: set[object] = set()
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    items = enumerate(node.value) if isinstance(node, yaml.SequenceNode) else []
    for name, mark, value in [*((k.value, k, v) for k, v in pairs), *((at, item, item) for at, item in items)]:
        if isinstance(name, str | int):
            yield (*loc, name), mark.start_mark.line + 1, name in here
            here.add(name)
            yield from _places(value, (*loc, name), seen)
