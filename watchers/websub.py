"""Hubs tell us when a feed has changed (WebSub, W3C Recommendation of 23 January 2018): it is then polled at once.

Owns what we ask of hubs, when we ask again, and what they are answered at our door. A *ping*, as we call what a hub
sends, brings no news: it only makes a poll due, so that a forged one, or a flood of them, costs a poll every few
seconds. A source with a hub keeps its schedule, so that a hub that falls silent loses nothing.

The path and the secret of a source follow from one key. So nothing has to be remembered to know a ping: after a
restart those of earlier subscriptions are taken. What is remembered, of what was asked, is lost with the process;
the next reading of a feed brings it back.
"""

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from bot.domain.errors import StoreError
from bot.domain.model import Poll, Problem
from bot.door import derived, same
from watchers.fetch import Answer
from watchers.hosts import host_of
from watchers.parsers.hints import Offer

_log = structlog.get_logger()

MAX_BODY_BYTES = 2_000_000  # most hubs send the whole feed along; we only check that it is theirs
BODY_SECONDS = 10.0
REST = timedelta(seconds=10)  # between two polls of a source that pings cause
LEASE = timedelta(days=7)  # that we ask for; the hub decides
RENEWED_AT = 0.8  # of a lease
SHORTEST = timedelta(minutes=10)  # a subscription that ends sooner is not worth asking for more often
RETRY, LONGEST_RETRY = timedelta(minutes=5), timedelta(hours=6)
DENIED = timedelta(days=1)
FORGOTTEN = timedelta(days=2)  # without a poll of the source: it is not polled any more
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})  # WebSub, section 7.1
_CHUNK = 65_536  # bytes

Post = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
# Has sources polled as soon as can be; gives those that are polled at all. Raises: StoreError.
Hurry = Callable[[Collection[str], datetime], Awaitable[Collection[str]]]


@dataclass(slots=True)
class _Subscription:
    """What is asked of the hub that a source names; `offer` is None while it names none.

    `due`: when to ask next. `asked`: the hub may come to verify this offer. `attempts`: since it last did. `agreed`:
    it has. `rest_until`: until then it is not asked, whatever is offered. `polled_at`: when the source was last polled.
    """

    offer: Offer | None
    due: datetime
    polled_at: datetime
    asked: bool = False
    attempts: int = 0
    agreed: bool = False
    rest_until: datetime | None = None
    asking: bool = False

    def is_due(self, now: datetime) -> bool:
        return self.offer is not None and not self.asking and self.due <= now

    def change(self, offer: Offer | None, now: datetime) -> None:
        self.offer, self.asked, self.attempts, self.agreed = offer, False, 0, False
        self.due = max(now, self.rest_until or now)


@dataclass(slots=True)
class _Pings:
    """Of one source. `due`: when it is to be polled for one. `hurried`: it is due, and no poll has begun since."""

    rest_until: datetime
    due: datetime | None = None
    hurried: bool = False

    def ring(self, now: datetime) -> None:
        if self.due is None:
            self.due = max(now, self.rest_until)

    def hurry(self, now: datetime) -> None:
        self.due, self.hurried, self.rest_until = None, True, now + REST


class WebSub:
    """Subscribes to the hubs that sources name, and has those sources polled that hubs ring for.

    `answer` answers what comes to our door, which the world reaches at `base` ("https://rasid.example.org/websub").
    `tend` is to be called every second or so. `key` must be secret, and should be the same after a restart.
    """

    def __init__(self, base: str, key: str, post: Post, hurry: Hurry, clock: Callable[[], datetime]) -> None:
        self._base, self._key = base.rstrip("/"), key
        self._post, self._hurry, self._clock = post, hurry, clock
        self._subscriptions: dict[str, _Subscription] = {}
        self._pings: dict[str, _Pings] = {}
        self._unwanted: set[str] = set()  # sources that hubs ring for, and that are not polled any more
        self._tasks: set[asyncio.Task[None]] = set()

    # --- what the polls tell

    def asked(self, source_id: str) -> None:
        """A poll of the source begins."""
        if pings := self._pings.get(source_id):
            pings.hurried = False

    def offered(self, source_id: str, offer: Offer | None) -> None:
        """The source names this hub now, or none."""
        now = self._clock()
        known = self._subscriptions.get(source_id)
        if known is None and offer is not None:
            self._subscriptions[source_id] = _Subscription(offer, now, now)
        elif known is not None and known.offer != offer:
            known.polled_at = now
            known.change(offer, now)

    def filed(self, poll: Poll) -> None:
        """A poll has been filed. If it began before the source was made due, it has put that off: once more."""
        self._unwanted.discard(poll.source_id)
        if known := self._subscriptions.get(poll.source_id):
            known.polled_at = poll.polled_at
        if (pings := self._pings.get(poll.source_id)) and pings.hurried:
            pings.ring(self._clock())

    # --- what is done when its time has come

    async def tend(self) -> bool:
        """Ask the hubs whose time has come, without waiting for them. True: sources have been made due for a poll.

        Raises:
            StoreError: they could not; it is tried again.
        """
        now = self._clock()
        for source_id, subscription in self._subscriptions.items():
            if not subscription.is_due(now):
                continue
            if now - subscription.polled_at > FORGOTTEN:
                subscription.change(None, now)
            else:
                self._start(source_id, subscription, now)
        rung = {name: pings for name, pings in self._pings.items() if pings.due is not None and pings.due <= now}
        return bool(rung) and await self._hurry_for(rung, now)

    async def close(self) -> None:
        """Ask nothing more."""
        for task in (tasks := tuple(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hurry_for(self, rung: Mapping[str, _Pings], now: datetime) -> bool:
        for pings in rung.values():
            pings.hurry(now)
        try:
            polled = await self._hurry(rung.keys(), now)
        except StoreError:
            for pings in rung.values():
                pings.ring(now)
            raise
        for source_id in rung.keys() - polled:
            self._unwanted.add(source_id)
            self.offered(source_id, None)
            del self._pings[source_id]
        return bool(polled)

    def _start(self, source_id: str, subscription: _Subscription, now: datetime) -> None:
        """The hub may verify before it answers, so all is noted first."""
        subscription.asking = subscription.asked = True
        subscription.attempts += 1
        subscription.due = now + retry_after(subscription.attempts)
        subscription.rest_until = now + RETRY
        task = asyncio.create_task(self._subscribe(source_id, subscription))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _subscribe(self, source_id: str, subscription: _Subscription) -> None:
        offer = subscription.offer
        assert offer is not None, "only what is offered is due"
        try:
            answer = await self._post(offer.hub, self._form(source_id, offer))
        finally:
            subscription.asking = False
        if not isinstance(answer.brought, Problem) or subscription.offer != offer or not subscription.attempts:
            return
        patience = answer.brought.retry_after or timedelta(0)
        subscription.due = max(subscription.due, self._clock() + min(patience, DENIED))
        why = answer.brought.detail or answer.brought.kind
        _log.warning("websub.refused", source=source_id, hub=host_of(offer.hub), why=why)

    def _form(self, source_id: str, offer: Offer) -> dict[str, str]:
        """WebSub, section 5.1. The secret is sent to a hub without TLS too: a ping brings nothing but a poll."""
        return {
            "hub.mode": "subscribe",
            "hub.topic": offer.topic,
            "hub.callback": f"{self._base}/{source_id}/{self._path(source_id)}",
            "hub.lease_seconds": str(int(LEASE.total_seconds())),
            "hub.secret": self._secret(source_id),
        }

    def _path(self, source_id: str) -> str:
        return derived(self._key, f"websub path {source_id}")

    def _secret(self, source_id: str) -> str:
        return derived(self._key, f"websub secret {source_id}")

    # --- the door

    async def answer(self, request: web.Request) -> web.Response:
        """Strangers learn nothing: without the path of a source there is nothing here."""
        # Only the last parts count: a proxy may pass on the path of `base`, or take it off.
        source_id, path = ["", *request.path.rsplit("/", 2)][-2:]
        if not same(path, self._path(source_id)):
            raise web.HTTPNotFound
        match request.method:
            case "GET":
                return self._verified(source_id, request.query)
            case "POST":
                return await self._rung(source_id, request)
        raise web.HTTPMethodNotAllowed(request.method, ["GET", "POST"])

    def _verified(self, source_id: str, query: Mapping[str, str]) -> web.Response:
        """The hub asks whether it was us who asked (WebSub, section 5.3), or says no (5.2)."""
        known = self._subscriptions.get(source_id)
        if known is None or known.offer is None or not known.asked or query.get("hub.topic") != known.offer.topic:
            raise web.HTTPNotFound
        now, hub = self._clock(), host_of(known.offer.hub)
        match query.get("hub.mode"), query.get("hub.challenge"):
            case "denied", _:
                known.due, known.agreed = now + DENIED, False
                why = " ".join(query.get("hub.reason", "").split())[:200]
                _log.warning("websub.denied", source=source_id, hub=hub, why=why)
                return web.Response()
            case "subscribe", str(challenge):
                lease = lease_of(query.get("hub.lease_seconds"))
                if not known.agreed:
                    _log.info("websub.subscribed", source=source_id, hub=hub, seconds=int(lease.total_seconds()))
                known.due, known.attempts, known.agreed = now + renewed_after(lease), 0, True
                return web.Response(text=challenge)
        raise web.HTTPNotFound

    async def _rung(self, source_id: str, request: web.Request) -> web.Response:
        """A wrong signature is answered like a right one (WebSub, section 7.1): who guesses learns nothing."""
        if source_id in self._unwanted:
            raise web.HTTPGone
        if await _is_signed(request, self._secret(source_id)):
            _log.debug("websub.pinged", source=source_id)
            now = self._clock()
            self._pings.setdefault(source_id, _Pings(now)).ring(now)
        else:
            _log.warning("websub.wrong_signature", source=source_id)
        return web.Response(status=202)


async def _is_signed(request: web.Request, secret: str) -> bool:
    """Whether the body was signed with the secret; it is read to its end, and nothing of it is kept."""
    method, _, given = request.headers.get("X-Hub-Signature", "").partition("=")
    known = method in _METHODS
    signature, size = hmac.new(secret.encode(), digestmod=method if known else "sha1"), 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MAX_BODY_BYTES, size)
                signature.update(chunk)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return known and same(given.lower(), signature.hexdigest())


def lease_of(seconds: str | None) -> timedelta:
    """For how long a hub says that it will ring; what we asked for, where it says nothing of use."""
    stated = seconds is not None and seconds.isascii() and seconds.isdigit()
    return timedelta(seconds=int(seconds[:9])) if seconds and stated else LEASE


def renewed_after(lease: timedelta) -> timedelta:
    """When to ask again: before the lease ends, unless that is absurdly soon; and now and then in any case, because a
    hub may forget us without a word."""
    return max(min(lease, LEASE) * RENEWED_AT, SHORTEST)


def retry_after(attempts: int) -> timedelta:
    """How long to wait for a verification, after so many attempts in a row without one."""
    return min(RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
