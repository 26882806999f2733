"""Alerts out: claim -> summarise -> render -> send -> record; and messages that their story has overtaken, edited.

    outbox (ready) --claim, committed--> sending --Telegram--> Outcome --recorded--> sent | ready again | paused | dead

The courier decides nothing about an alert: whether it may go now is the pace (`domain/pacing.py`), what it says is
the rendering, what an error means is the notifier. A kill at any moment loses nothing: what was being sent is found
in `sending` at the next start, and sent once more, silently.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median
from typing import Protocol

import structlog
from sqlalchemy import Connection

from bot.domain.departures import ASK_AGAIN, Departures
from bot.domain.errors import StoreError
from bot.domain.model import Message
from bot.domain.outcomes import Fallback, Gone, Halted, Lost, Moved, Outcome, Rejected, Retry, Sent
from bot.domain.pacing import BOT, LOOKAHEAD, Governor, Rates, Spacing, chat_scope, most_calls
from bot.store import Store, digests, outbox, watchlists
from bot.store.claimed import Claimed

log = structlog.get_logger()

BREATH = timedelta(milliseconds=20)  # between two claims, so that one commit serves several alerts
IDLE = timedelta(seconds=1)  # how long an empty outbox is trusted when nobody wakes us
FIRST_LATENCY = 0.1  # seconds; what a call to Telegram takes until we have measured it
MEASURED = 15  # calls, the last ones; the median of them, which a few that hang do not change
MOST_IN_FLIGHT = 128
STUCK = 2.0  # seconds after which a call no longer counts: three chats that hang must not hold the others
FAILURES_OF_OUR_OWN = 5  # then an alert that we cannot even render is given up
LONGEST_BACK_OFF = timedelta(minutes=5)


class Telegram(Protocol):
    """The far end: what became of a message that was sent, or edited. Neither raises."""

    async def send(self, message: Message) -> Outcome: ...

    async def edit(self, message_id: int, message: Message) -> Outcome: ...


class Courier:
    """Brings the outbox to Telegram until it is stopped. One courier a database.

    `written` makes the message of an alert (`bot.cards`). `spacing` is shared with whoever else sends.
    """

    def __init__(
        self,
        store: Store,
        telegram: Telegram,
        written: Callable[[Claimed], Message],
        rates: Rates,
        clock: Callable[[], datetime],
        spacing: Spacing | None = None,
    ) -> None:
        self._store, self._telegram, self._written, self._clock = store, telegram, written, clock
        self._governor, self._departures, self._spacing = Governor(rates), Departures(), spacing or Spacing()
        self._in_flight: set[asyncio.Task[None]] = set()  # from claim to record
        self._calls: dict[int, float] = {}  # alert -> when its call went off, by the loop's clock, until it is recorded
        self._next, self._call_ended = asyncio.Lock(), asyncio.Event()
        self._sent: dict[int, int] = {}  # alert -> message, not recorded yet
        self._recording: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._woken = asyncio.Event()
        self._stopping = False
        self._latencies = deque([FIRST_LATENCY], maxlen=MEASURED)  # seconds

    @property
    def rates(self) -> Rates:
        """How fast Telegram lets us send, as far as we know."""
        return self._governor.rates

    def wake(self) -> None:
        """There may be something new to send. Losing this call costs at most `IDLE`."""
        self._woken.set()

    async def run(self) -> None:
        """Deliver until `stop`; then finish what is in flight."""
        await self._recover()
        while not self._stopping:
            self._woken.clear()
            wait = await self._round()
            if not self._stopping:
                await self._sleep(wait)
                await asyncio.sleep(BREATH.total_seconds() if self._in_flight else 0)
        await asyncio.gather(*self._in_flight)

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    async def fold(self) -> None:
        """Have what has waited too long to be news told of in digests. Raises: StoreError."""
        while folded := await self._store.write(lambda c: digests.fold_stale(c, self._clock())):
            log.warning("alerts.folded", alerts=folded)

    async def _recover(self) -> None:
        while not self._stopping:
            try:
                if uncertain := await self._store.write(outbox.recover):
                    log.warning("alerts.recovered", uncertain=uncertain)
                await self.fold()
                return
            except StoreError as error:
                log.error("store.failed", where="delivery", why=str(error))
                await self._sleep(IDLE)

    async def _round(self) -> timedelta:
        """Start what may be started; returns how long to wait before looking again."""
        try:
            now = self._clock()
            due_at = await self._store.read(lambda c: outbox.next_due_at(c, now))
            if due_at is None or due_at > now:
                return min(IDLE, due_at - now) if due_at else IDLE
            room = self._room()
            if room > 0:
                for alert in await self._store.write(lambda c: outbox.claim(c, self._governor.rates, room, now)):
                    self._start(alert)
        except StoreError as error:
            log.error("store.failed", where="delivery", why=str(error))
            return IDLE
        return LOOKAHEAD

    def _most_calls(self) -> int:
        return most_calls(median(self._latencies), self._governor.rates.bot)

    def _under_way(self) -> int:
        """Calls; one that hangs holds nobody's place."""
        recent = asyncio.get_running_loop().time() - STUCK
        return sum(since > recent for since in self._calls.values())

    def _room(self) -> int:
        """Claimed are as many as may be called, and those that wait for their slots meanwhile: half a look-ahead's."""
        waiting = len(self._in_flight) - len(self._calls)
        ahead = max(round(LOOKAHEAD / 2 / self._governor.rates.bot), 1)
        return min(self._most_calls() + ahead - self._under_way() - waiting, MOST_IN_FLIGHT - len(self._in_flight))

    def _start(self, alert: Claimed) -> None:
        task = asyncio.create_task(self._deliver(alert))
        self._in_flight.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._woken.set()

    async def _deliver(self, alert: Claimed) -> None:
        try:
            outcome = await self._attempt(alert)
        except Exception as error:  # noqa: BLE001  # the job boundary: one alert must not stop the others
            log.error("alert.failed", alert=alert.id, error=type(error).__name__)
            last = alert.attempts + 1 >= FAILURES_OF_OUR_OWN
            outcome = Rejected("it could not be made into a message") if last else Retry(timedelta(seconds=1))
        try:
            await self._record(alert, outcome)
        finally:
            self._calls.pop(alert.id, None)
            self._call_ended.set()

    async def _attempt(self, alert: Claimed) -> Outcome:
        message = self._written(alert)
        await asyncio.sleep((alert.slot - self._clock()).total_seconds())
        await self._take_place(alert)
        wait = self._spacing.reserve(self.rates, alert.chat_id, self._clock())
        await asyncio.sleep(wait.total_seconds())
        began, at = asyncio.get_running_loop().time(), self._clock()
        self._governor.left(at)
        if alert.lease is not None and alert.message_id is not None:
            outcome = await self._telegram.edit(alert.message_id, message)
        else:
            outcome = await self._telegram.send(message)
        self._latencies.append(asyncio.get_running_loop().time() - began)
        return self._learn(alert.chat_id, at, outcome)

    async def _take_place(self, alert: Claimed) -> None:
        """Wait until another call may be under way; one waits for that, the others for their turn."""
        async with self._next:
            while self._under_way() >= self._most_calls():
                self._call_ended.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._call_ended.wait(), STUCK / 4)
            self._calls[alert.id] = asyncio.get_running_loop().time()

    def _learn(self, chat_id: int, at: datetime, outcome: Outcome) -> Outcome:
        """What the outcome of a call that went off `at` says of the rate, and whether it is to be believed."""
        now = self._clock()
        if isinstance(outcome, Retry) and self._governor.means_all(now, chat_id, outcome.delay):
            outcome = replace(outcome, whole_bot=True)
        match outcome:
            case Sent(_, fallbacks):
                self._governor.took(now)
                self._departures.arrived(now)
                for fallback in fallbacks:
                    log.warning("alert.lessened", fallback=fallback)
            case Retry(delay, _, whole_bot=True):
                self._governor.refused(at, now, delay)
                log.warning("telegram.asks_for_less", per_second=round(1 / self._governor.rates.bot.total_seconds(), 1))
            case Gone() if not self._departures.believed(now):
                log.error("telegram.says_all_are_gone")
                return Retry(ASK_AGAIN)
            case _:
                pass
        return outcome

    async def _record(self, alert: Claimed, outcome: Outcome) -> None:
        """What happened must reach the database: until it has, the alert stays in flight."""
        while True:
            try:
                await self._write(alert, outcome)
                break
            except StoreError as error:
                log.error("store.failed", where="delivery", why=str(error))
                if self._stopping:
                    return
                await asyncio.sleep(IDLE.total_seconds())
        match outcome:
            case Sent() if alert.lease is not None:
                log.info("alert.edited", alert=alert.id)
            case Sent():
                log.info("alert.sent", alert=alert.id, repeated=alert.uncertain)
            case Halted(why=why):
                log.error("telegram.refuses_the_token", why=why)
            case _:
                log.warning("alert.not_sent", alert=alert.id, outcome=type(outcome).__name__)

    async def _write(self, alert: Claimed, outcome: Outcome) -> None:
        if not isinstance(outcome, Sent) or alert.lease is not None or Fallback.GENERAL_TOPIC in outcome.fallbacks:
            await self._store.write(lambda c: settle(c, alert, outcome, self._clock()))
            return
        self._sent[alert.id] = outcome.message_id
        if self._recording is None:
            self._recording = asyncio.create_task(self._record_sent())
        await asyncio.shield(self._recording)

    async def _record_sent(self) -> None:
        """What has been sent while the last such record was written is recorded together."""
        async with self._one_at_a_time:
            sent, self._sent, self._recording = self._sent, {}, None
            await self._store.write(lambda c: outbox.mark_sent(c, sent, self._clock()))

    async def _sleep(self, wait: timedelta) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), wait.total_seconds())


def settle(connection: Connection, alert: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record what became of an alert, and what it means for its chat and for the bot."""
    if alert.lease is not None:
        _settle_edit(connection, alert, outcome, now)
        return
    match outcome:
        case Sent(message_id, fallbacks):
            outbox.mark_sent(connection, {alert.id: message_id}, now)
            if alert.thread_id is not None and Fallback.GENERAL_TOPIC in fallbacks:
                watchlists.drop_topic(connection, alert.chat_id, alert.thread_id)
        case Retry(delay, uncertain, whole_bot):
            if whole_bot:
                outbox.not_before(connection, BOT, now + delay)
                outbox.postpone(connection, alert.id, now + delay, uncertain, counts=False)
                return
            until = now + max(delay, back_off(alert.attempts))
            outbox.not_before(connection, chat_scope(alert.chat_id), now + delay)
            outbox.postpone(connection, alert.id, until, uncertain)
        case Halted(_, delay):
            outbox.not_before(connection, BOT, now + delay)
            outbox.postpone(connection, alert.id, now + delay, uncertain=False, counts=False)
        case Moved(chat_id):
            outbox.postpone(connection, alert.id, now, uncertain=False, counts=False)
            watchlists.move(connection, alert.chat_id, chat_id, now)
        case Gone(why, reason):
            outbox.postpone(connection, alert.id, now, uncertain=False, counts=False)
            watchlists.set_gone(connection, alert.chat_id, reason, now, why)  # and this one fares as all that wait
        case Rejected(why) | Lost(why):
            outbox.mark_dead(connection, alert.id, why)


def _settle_edit(connection: Connection, alert: Claimed, outcome: Outcome, now: datetime) -> None:
    """Record what became of an edit. What cannot be edited stays as it is: the person has been told."""
    match outcome:
        case Retry(delay, _, whole_bot):
            outbox.not_before(connection, BOT if whole_bot else chat_scope(alert.chat_id), now + delay)
            outbox.edited(connection, alert, again_at=now + max(delay, outbox.EDIT_EVERY))
        case Halted(_, delay):
            outbox.not_before(connection, BOT, now + delay)
            outbox.edited(connection, alert, again_at=now + delay)
        case Moved(chat_id):
            watchlists.move(connection, alert.chat_id, chat_id, now)
        case Gone(why, reason):
            watchlists.set_gone(connection, alert.chat_id, reason, now, why)
        case Sent() | Lost() | Rejected():
            outbox.edited(connection, alert)


def back_off(attempts: int) -> timedelta:
    """1, 2, 4 … seconds, at most five minutes."""
    return min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_BACK_OFF)
