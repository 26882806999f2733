"""What becomes of one message, against a Telegram on loopback: every outcome, and what it may have to give up."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.botapi import DEFAULT_WAIT, LONGEST_WAIT, SHORTEST_WAIT
from bot.domain.model import Button, Message
from bot.domain.outcomes import Fallback, Gone, GoneReason, Lost, Moved, Outcome, Rejected, Retry, Sent
from bot.notifier import MEANINGS, MOVING, Notifier
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.server import Simulator
from tests.wire import AGAIN, GROUP, READ_SECONDS, SALMA, TOKEN, UNCERTAIN, message, notifying


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    simulator = Simulator(TOKEN)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def notifier(simulator: Simulator) -> AsyncIterator[Notifier]:
    async with notifying(simulator.api_base) as notifier:
        yield notifier


async def test_a_message_arrives_as_it_was_made(notifier: Notifier, simulator: Simulator) -> None:
    outcome = await notifier.send(message(silent=True))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id)
    assert (arrived.text, arrived.silent) == ("خبر", True)
    assert arrived.keyboard == (({"text": "الخبر", "url": "https://news.example/1"},),)
    assert "is_disabled" in str(simulator.calls[-1].values["link_preview_options"])


async def test_a_reply_and_a_topic_are_honoured(notifier: Notifier, simulator: Simulator) -> None:
    topic = simulator.add_topic(GROUP, "أخبار")
    first = await notifier.send(replace(message(GROUP), thread_id=topic))
    assert isinstance(first, Sent)
    second = await notifier.send(replace(message(GROUP), thread_id=topic, reply_to=first.message_id))
    root, reply = simulator.messages(GROUP)
    assert second == Sent(reply.id)
    assert (root.thread_id, reply.thread_id, reply.reply_to) == (topic, topic, root)


async def test_a_reply_to_what_was_deleted_arrives_without_it(notifier: Notifier, simulator: Simulator) -> None:
    outcome = await notifier.send(replace(message(), reply_to=99))
    (arrived,) = simulator.messages(SALMA)
    assert (outcome, arrived.reply_to) == (Sent(arrived.id), None)


async def test_an_edit_changes_words_and_buttons(notifier: Notifier, simulator: Simulator) -> None:
    await notifier.send(message())
    more = ((Button("المزيد", data="more"),),)
    assert await notifier.edit(1, Message(SALMA, "<i>تطور</i>", more)) == Sent(1)
    (edited,) = simulator.messages(SALMA)
    assert (edited.text, edited.keyboard) == ("تطور", (({"text": "المزيد", "callback_data": "more"},),))
    assert edited.edited_at is not None


async def test_an_edit_that_changes_nothing_is_as_good_as_sent(notifier: Notifier) -> None:
    await notifier.send(message())
    assert await notifier.edit(1, message()) == Sent(1)


async def test_what_cannot_be_edited_is_lost(notifier: Notifier, simulator: Simulator) -> None:
    theirs = simulator.say(SALMA, "كلامي")
    assert isinstance(await notifier.edit(99, message()), Lost)
    assert isinstance(await notifier.edit(theirs.id, message()), Lost)


def refused(says: str, code: int = 400, **parameters: Any) -> Fault:
    return Fault(FaultKind.REFUSED, code=code, says=says, parameters=parameters)


def gone(reason: GoneReason, why: str) -> Gone:
    return Gone(why, reason)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


FAULTS: list[tuple[Fault, int, Outcome, int]] = [
    (Fault(FaultKind.BLOCKED), SALMA, gone(GoneReason.BLOCKED, "Forbidden: bot was blocked by the user"), 0),
    (
        Fault(FaultKind.NOT_STARTED),
        SALMA,
        gone(GoneReason.BLOCKED, "Forbidden: bot can't initiate conversation with a user"),
        0,
    ),
    (Fault(FaultKind.DEACTIVATED), SALMA, gone(GoneReason.DEACTIVATED, "Forbidden: user is deactivated"), 0),
    (Fault(FaultKind.KICKED), GROUP, gone(GoneReason.KICKED, "Forbidden: bot was kicked from the supergroup chat"), 0),
    (
        Fault(FaultKind.NOT_A_MEMBER),
        GROUP,
        gone(GoneReason.KICKED, "Forbidden: bot is not a member of the channel chat"),
        0,
    ),
    (Fault(FaultKind.CHAT_NOT_FOUND), SALMA, gone(GoneReason.NOT_FOUND, "Chat not found"), 0),
    (
        Fault(FaultKind.NO_RIGHTS),
        GROUP,
        gone(GoneReason.NO_RIGHTS, "Not enough rights to send text messages to the chat"),
        0,
    ),
    (Fault(FaultKind.WRITE_FORBIDDEN), GROUP, gone(GoneReason.NO_RIGHTS, "Chat_write_forbidden"), 0),
    (Fault(FaultKind.SLOW_MODE, seconds=30), GROUP, Retry(seconds(30)), 0),
    (Fault(FaultKind.TOO_MANY, seconds=3), SALMA, Retry(seconds(3), whole_bot=True), 0),
    (Fault(FaultKind.TOO_MANY, seconds=60), SALMA, Retry(seconds(60)), 0),
    (Fault(FaultKind.TOO_MANY, seconds=3), GROUP, Retry(seconds(3)), 0),
    (Fault(FaultKind.TOO_MANY_WORDLESS), SALMA, Retry(DEFAULT_WAIT, whole_bot=True), 0),
    (refused("Too Many Requests: retry after 40", 429), SALMA, Retry(seconds(40)), 0),
    (refused("Too Many Requests", 429, retry_after=2.5), SALMA, Retry(seconds(2.5), whole_bot=True), 0),
    (refused("Too Many Requests", 429, retry_after="7"), SALMA, Retry(seconds(7)), 0),
    (refused("Too Many Requests", 429, retry_after=0), SALMA, Retry(SHORTEST_WAIT, whole_bot=True), 0),
    (refused("Too Many Requests", 429, retry_after=-9), GROUP, Retry(SHORTEST_WAIT), 0),
    (refused("Too Many Requests", 429, retry_after="soon"), GROUP, Retry(DEFAULT_WAIT), 0),
    (refused("Too Many Requests", 429, retry_after=1e30), GROUP, Retry(DEFAULT_WAIT), 0),
    (refused("Too Many Requests", 429, retry_after=1e9), GROUP, Retry(LONGEST_WAIT), 0),
    (Fault(FaultKind.MIGRATED, migrate_to=-1002001), GROUP, Moved(-1002001), 0),
    (Fault(FaultKind.MIGRATED), GROUP, Retry(MOVING), 0),
    (Fault(FaultKind.CONFLICT), SALMA, AGAIN, 0),
    (Fault(FaultKind.SERVER_ERROR), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.BAD_GATEWAY), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.CUT_CALL), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.LOST_ANSWER), SALMA, UNCERTAIN, 1),
    (Fault(FaultKind.CUT_ANSWER), SALMA, UNCERTAIN, 1),
    (Fault(FaultKind.GARBLED_ANSWER), SALMA, UNCERTAIN, 1),
    (Fault(FaultKind.NO_ANSWER), SALMA, UNCERTAIN, 0),
    (Fault(FaultKind.LATE_ANSWER), SALMA, UNCERTAIN, 1),
    (Fault(FaultKind.LATENCY, seconds=READ_SECONDS / 3), SALMA, Sent(1), 1),
    (Fault(FaultKind.TOPIC_CLOSED), SALMA, Sent(1, (Fallback.GENERAL_TOPIC,)), 1),
    (Fault(FaultKind.TOPIC_DELETED), SALMA, Sent(1, (Fallback.GENERAL_TOPIC,)), 1),
    (Fault(FaultKind.TOPIC_CLOSED, times=2), SALMA, gone(GoneReason.NO_RIGHTS, "Topic_closed"), 0),
    (Fault(FaultKind.TOO_LONG), SALMA, Sent(1, (Fallback.SHORTENED,)), 1),
    (Fault(FaultKind.TOO_LONG, times=2), SALMA, Rejected("Message is too long"), 0),
    (Fault(FaultKind.BROKEN_ENTITIES), SALMA, Sent(1, (Fallback.PLAIN_TEXT,)), 1),
    (Fault(FaultKind.BAD_BUTTON), SALMA, Sent(1, (Fallback.NO_BUTTONS,)), 1),
    (Fault(FaultKind.NO_STARS), SALMA, Sent(1, (Fallback.UNPAID,)), 1),
]


@pytest.mark.parametrize(
    ("fault", "chat_id", "outcome", "arrived"),
    FAULTS,
    ids=[f"{f.kind}-{c}-{f.says or f.seconds}-{f.parameters or f.times}" for f, c, _, _ in FAULTS],
)
async def test_each_of_telegrams_troubles_has_its_outcome(
    notifier: Notifier, simulator: Simulator, fault: Fault, chat_id: int, outcome: Outcome, arrived: int
) -> None:
    simulator.faults.add(fault)
    assert await notifier.send(message(chat_id)) == outcome
    assert len(simulator.messages(chat_id)) == arrived


EDITS: list[tuple[FaultKind, Outcome]] = [
    (FaultKind.EDIT_NOT_FOUND, Lost("Message to edit not found")),
    (FaultKind.EDIT_REFUSED, Lost("Message can't be edited")),
    (FaultKind.NOT_MODIFIED, Sent(1)),
    (FaultKind.BLOCKED, gone(GoneReason.BLOCKED, "Forbidden: bot was blocked by the user")),
    (FaultKind.TOO_MANY, Retry(seconds(1), whole_bot=True)),
    (FaultKind.MIGRATED, Retry(MOVING)),
    (FaultKind.BROKEN_ENTITIES, Sent(1, (Fallback.PLAIN_TEXT,))),
    (FaultKind.BAD_BUTTON, Sent(1, (Fallback.NO_BUTTONS,))),
    (FaultKind.LOST_ANSWER, UNCERTAIN),
    (FaultKind.SERVER_ERROR, UNCERTAIN),
]


@pytest.mark.parametrize(("kind", "outcome"), EDITS, ids=[kind for kind, _ in EDITS])
async def test_an_edit_meets_the_same_troubles(
    notifier: Notifier, simulator: Simulator, kind: FaultKind, outcome: Outcome
) -> None:
    await notifier.send(message())
    simulator.faults.add(Fault(kind, method="editMessageText"))
    assert await notifier.edit(1, message(html="<i>تطور</i>")) == outcome


# Each as Telegram writes it, with what must become of the message: for one part of it, its fallback.
WORDS: list[tuple[int, str, Fallback | GoneReason | type[Outcome]]] = [
    (403, "Forbidden: bot was kicked from the group chat", GoneReason.KICKED),
    (403, "Forbidden: bot was kicked from the channel chat", GoneReason.KICKED),
    (403, "Forbidden: bot is not a member of the supergroup chat", GoneReason.KICKED),
    (400, "Bad Request: USER_BANNED_IN_CHANNEL", GoneReason.KICKED),
    (400, "Bad Request: CHANNEL_PRIVATE", GoneReason.KICKED),
    (400, "Bad Request: USER_IS_BLOCKED", GoneReason.BLOCKED),
    (400, "Bad Request: INPUT_USER_DEACTIVATED", GoneReason.DEACTIVATED),
    (400, "Bad Request: group chat was deactivated", GoneReason.DEACTIVATED),
    (403, "Forbidden: the group chat was deleted", GoneReason.DEACTIVATED),
    (400, "Bad Request: PEER_ID_INVALID", GoneReason.NOT_FOUND),
    (400, "Bad Request: user not found", GoneReason.NOT_FOUND),
    (403, "Forbidden: bot can't send messages to bots", GoneReason.NOT_FOUND),
    (400, "Bad Request: have no rights to send a message", GoneReason.NO_RIGHTS),
    (400, "Bad Request: need administrator rights in the channel chat", GoneReason.NO_RIGHTS),
    (400, "Bad Request: CHAT_ADMIN_REQUIRED", GoneReason.NO_RIGHTS),
    (400, "Bad Request: CHAT_RESTRICTED", GoneReason.NO_RIGHTS),
    (403, "Forbidden: CHAT_WRITE_FORBIDDEN", GoneReason.NO_RIGHTS),
    (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", GoneReason.NO_RIGHTS),
    (400, "Bad Request: USER_RESTRICTED", GoneReason.NO_RIGHTS),
    (400, "Bad Request: PRIVACY_PREMIUM_REQUIRED", GoneReason.NO_RIGHTS),
    (400, "Bad Request: ALLOW_PAYMENT_REQUIRED_5", GoneReason.NO_RIGHTS),
    (403, "Forbidden: something that nobody has said before", GoneReason.NO_RIGHTS),
    (400, "Bad Request: TOPIC_DELETED", Fallback.GENERAL_TOPIC),
    (400, "Bad Request: MESSAGE_TOO_LONG", Fallback.SHORTENED),
    (400, "Bad Request: ENTITY_BOUNDS_INVALID", Fallback.PLAIN_TEXT),
    (400, "Bad Request: ENTITIES_TOO_LONG", Fallback.PLAIN_TEXT),
    (400, 'Bad Request: can\'t parse entities: Unsupported start tag "topic_closed"', Fallback.PLAIN_TEXT),
    (400, "Bad Request: inline keyboard button URL 'identity' is invalid: Wrong HTTP URL", Fallback.NO_BUTTONS),
    (400, "Bad Request: inline keyboard button URL 'http://x/topic_closed' is invalid", Fallback.NO_BUTTONS),
    (400, "Bad Request: BUTTON_DATA_INVALID", Fallback.NO_BUTTONS),
    (400, "Bad Request: Wrong HTTP URL specified", Fallback.NO_BUTTONS),
    (400, "Bad Request: reply markup is too long", Fallback.NO_BUTTONS),
    (400, "Bad Request: message to be replied not found", Fallback.NO_REPLY),
    (400, "Bad Request: REPLY_MESSAGE_ID_INVALID", Fallback.NO_REPLY),
    (400, "Bad Request: MESSAGE_ID_INVALID", Lost),
    (403, "Forbidden: MESSAGE_AUTHOR_REQUIRED", Lost),
    (400, "Bad Request: MESSAGE_EDIT_TIME_EXPIRED", Lost),
    (400, "Bad Request: FLOOD_WAIT_31", Retry),
    (400, "Bad Request: message text is empty", Rejected),
    (400, "Bad Request: something that nobody has said before", Rejected),
]


@pytest.mark.parametrize(("code", "says", "meaning"), WORDS, ids=[says for _, says, _ in WORDS])
async def test_telegrams_words_are_understood(
    notifier: Notifier,
    simulator: Simulator,
    code: int,
    says: str,
    meaning: Fallback | GoneReason | type[Outcome],
) -> None:
    simulator.faults.add(refused(says, code))
    match await notifier.send(message()):
        case Sent(fallbacks=(fallback,)):
            assert fallback is meaning
        case Gone(reason=reason):
            assert reason is meaning
        case outcome:
            assert type(outcome) is meaning


@pytest.mark.parametrize("close", [Simulator.close_topic, Simulator.delete_topic])
async def test_a_topic_that_is_closed_or_deleted_costs_the_topic_and_not_the_news(
    notifier: Notifier, simulator: Simulator, close: Callable[[Simulator, int, int], None]
) -> None:
    topic = simulator.add_topic(GROUP, "أخبار")
    first = await notifier.send(replace(message(GROUP), thread_id=topic))
    assert isinstance(first, Sent)
    close(simulator, GROUP, topic)
    outcome = await notifier.send(replace(message(GROUP), thread_id=topic, reply_to=first.message_id))
    arrived = simulator.messages(GROUP)[-1]
    assert outcome == Sent(arrived.id, (Fallback.GENERAL_TOPIC,))
    assert (arrived.thread_id, arrived.reply_to) == (None, None)


async def test_where_the_topic_is_given_up_the_message_says_so_and_nowhere_else(
    notifier: Notifier, simulator: Simulator
) -> None:
    topic = simulator.add_topic(GROUP, "أخبار")
    told = replace(message(GROUP), thread_id=topic, without_topic="صرنا هنا")
    await notifier.send(told)
    simulator.close_topic(GROUP, topic)
    await notifier.send(told)
    simulator.faults.add(Fault(FaultKind.BROKEN_ENTITIES), Fault(FaultKind.BAD_BUTTON))
    await notifier.send(told)
    assert [m.text for m in simulator.messages(GROUP)] == ["خبر", "خبر\nصرنا هنا", "خبر\nصرنا هنا"]


async def test_a_topic_that_telegram_passed_over_in_silence_is_told(notifier: Notifier, simulator: Simulator) -> None:
    topic = simulator.add_topic(GROUP, "أخبار")
    simulator.faults.add(Fault(FaultKind.LOST_TOPIC))
    outcome = await notifier.send(replace(message(GROUP), thread_id=topic))
    assert outcome == Sent(simulator.messages(GROUP)[-1].id, (Fallback.GENERAL_TOPIC,))


async def test_what_is_too_long_is_cut_at_a_sentence_and_keeps_its_button(
    notifier: Notifier, simulator: Simulator
) -> None:
    outcome = await notifier.send(message(html="<b>" + "انقطع التيار عن الحي. " * 300 + "</b>"))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id, (Fallback.SHORTENED,))
    assert arrived.text.endswith("الحي. …")
    assert 4000 < len(arrived.text) <= 4096
    assert arrived.keyboard != ()


@pytest.mark.parametrize("html", ["<b>خبر", "خبر</i>", "<h1>خبر</h1>", "<b><i>خبر</b></i>"])
async def test_markup_that_telegram_cannot_read_costs_the_markup_and_not_the_news(
    notifier: Notifier, simulator: Simulator, html: str
) -> None:
    outcome = await notifier.send(message(html=html))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id, (Fallback.PLAIN_TEXT,))
    assert (arrived.text, arrived.content.entities) == ("خبر", ())


async def test_several_parts_may_have_to_be_given_up(notifier: Notifier, simulator: Simulator) -> None:
    html, buttons = "<b>" + "خبر. " * 2000, ((Button("الخبر", url="http://nowhere"),),)
    outcome = await notifier.send(Message(GROUP, html, buttons, thread_id=77))
    (arrived,) = simulator.messages(GROUP)
    assert isinstance(outcome, Sent)
    assert set(outcome.fallbacks) == {
        Fallback.PLAIN_TEXT,
        Fallback.SHORTENED,
        Fallback.NO_BUTTONS,
        Fallback.GENERAL_TOPIC,
    }
    assert arrived.text.endswith("خبر. …")


@pytest.mark.parametrize("paid", [True, False])
async def test_a_broadcast_is_paid_for_when_it_is_switched_on(simulator: Simulator, paid: bool) -> None:
    async with notifying(simulator.api_base, paid=paid) as notifier:
        await notifier.send(message())
        assert simulator.calls[-1].flag("allow_paid_broadcast") is paid
        simulator.faults.add(Fault(FaultKind.NO_STARS))
        assert await notifier.send(message()) == Sent(2, (Fallback.UNPAID,))
        assert not simulator.calls[-1].flag("allow_paid_broadcast")


async def test_a_group_that_threw_the_bot_out_is_gone(notifier: Notifier, simulator: Simulator) -> None:
    simulator.block(GROUP)
    assert isinstance(await notifier.send(message(GROUP)), Gone)


@pytest.mark.parametrize("html", ["", " ", "<b></b>", "\u202e"])
async def test_what_telegram_will_never_take_is_rejected(notifier: Notifier, simulator: Simulator, html: str) -> None:
    assert isinstance(await notifier.send(message(html=html)), Rejected)
    assert simulator.messages(SALMA) == []


@pytest.mark.parametrize("url", ["http://nowhere/1", "http://", "gopher://news.example/1"])
async def test_an_address_that_telegram_refuses_costs_the_button_and_not_the_news(
    notifier: Notifier, simulator: Simulator, url: str
) -> None:
    outcome = await notifier.send(Message(SALMA, f'<a href="{url}">خبر</a>', ((Button("الخبر", url=url),),)))
    (arrived,) = simulator.messages(SALMA)
    assert outcome == Sent(arrived.id, (Fallback.NO_BUTTONS,))
    assert (arrived.text, arrived.keyboard) == ("خبر", ())


def test_every_meaning_is_reached_by_words_that_telegram_uses() -> None:
    """No line of the table without a test."""
    refusals = [refusal for kind in FaultKind if (refusal := Fault(kind).refusal())]
    said = [says for _, says, _ in WORDS] + [refusal.description for refusal in refusals]
    said = [says.removeprefix("Bad Request: ").lower() for says in said]
    assert [pattern for _, pattern in MEANINGS if not any(re.search(pattern, says) for says in said)] == []
