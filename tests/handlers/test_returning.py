"""A chat leaves and comes back, whatever way Telegram tells it; and a forum's topic is where alerts are wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberLeft, ChatMemberMember, ChatMemberRestricted, User

from bot.app import now
from bot.domain.outcomes import GoneReason
from bot.simulator.shapes import Message
from bot.store import watchlists
from bot.store.tables import alerts, chats
from handlers.membership import why_closed
from tests.contracts.test_digests import wait
from tests.handlers.conftest import KHALED, SALMA, Conversation
from tests.handlers.test_late_and_strange import deliver

GROUP = -2001
FORUM = -1002002


async def row(talk: Conversation, chat_id: int) -> Any:
    return await talk.store.read(lambda c: c.execute(chats.select().where(chats.c.id == chat_id)).first())


async def until(value: Callable[[], Awaitable[Any]], wanted: Any) -> None:
    async with asyncio.timeout(10):
        while await value() != wanted:
            await asyncio.sleep(0.02)


async def until_state(talk: Conversation, wanted: str, why: str | None, chat_id: int = SALMA) -> None:
    async def state() -> Any:
        found = await row(talk, chat_id)
        return found and (found.state, found.state_why)

    await until(state, (wanted, why))


async def away(talk: Conversation, chat_id: int = SALMA, reason: GoneReason = GoneReason.BLOCKED) -> None:
    await talk.store.write(lambda c: watchlists.set_gone(c, chat_id, reason, now() - timedelta(hours=1)))


def member(talk: Conversation, status: str, chat: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What Telegram says when the bot's standing changes."""
    change = {"chat": chat, "from": {"id": SALMA, "is_bot": False, "first_name": "سلمى"}, "date": 1_700_000_000}
    new = talk.simulator.world.bot.member_shape(status) | more
    return change | {"old_chat_member": talk.simulator.world.bot.member_shape("member"), "new_chat_member": new}


async def test_who_unblocks_is_active_again_and_hears_that_nothing_was_missed(talk: Conversation) -> None:
    await talk.ask(SALMA, "تابع جاسم")
    talk.simulator.block(SALMA)
    await until_state(talk, "gone", "blocked")
    talk.simulator.block(SALMA, blocked=False)
    (*_, told) = await talk.simulator.wait_for(lambda: found if len(found := talk.from_bot(SALMA)) == 2 else [])
    assert "عادت التنبيهات إلى هذه المحادثة، وكانت متوقفة منذ" in told.text
    assert "ولم يفتك خلالها شيء" in told.text
    await until_state(talk, "active", None)


@pytest.mark.parametrize("said", ["/help", "قائمتي", "كلام لا نفهمه وهو أطول من أن يكون متابعة في هذا الراصد"])
async def test_whoever_speaks_is_there_and_is_told_by_the_outbox_what_was_missed(talk: Conversation, said: str) -> None:
    await talk.ask(SALMA, "تابع جاسم")
    await talk.store.write(lambda c: wait(c, 4, chat=SALMA))
    await away(talk)
    await talk.ask(SALMA, said)
    await until_state(talk, "active", None)
    (digest,) = await talk.store.read(lambda c: c.execute(alerts.select().where(alerts.c.state == "ready")).all())
    assert (digest.kind, digest.evidence[0]["missed"]) == ("digest", 1)
    assert not any("ولم يفتك" in message.text for message in talk.from_bot(SALMA))


async def test_a_press_is_a_sign_of_life_too(talk: Conversation) -> None:
    welcome = await talk.ask(SALMA, "/start")
    await away(talk)
    await talk.press(welcome, "watch:درعا")
    await until_state(talk, "active", None)
    await until(lambda: talk.shown(SALMA), ["درعا"])


async def test_who_asks_for_help_only_is_not_remembered(talk: Conversation) -> None:
    await talk.ask(KHALED, "/help")
    assert await row(talk, KHALED) is None


async def test_a_group_that_silences_the_bot_and_lets_it_speak_again(talk: Conversation) -> None:
    await talk.ask(GROUP, "/watch جاسم", as_user=SALMA)
    supergroup = {"id": GROUP, "type": "supergroup", "title": "أهل الحي"}
    rights = dict.fromkeys(ChatMemberRestricted.__slots__, False) | {"until_date": 0, "is_member": True}
    rights.pop("status", None)
    rights.pop("user", None)
    deliver(talk, my_chat_member=member(talk, "restricted", supergroup, **rights))
    await until_state(talk, "gone", "no_rights", GROUP)
    deliver(talk, my_chat_member=member(talk, "administrator", supergroup))
    await until_state(talk, "active", None, GROUP)
    deliver(talk, my_chat_member=member(talk, "kicked", supergroup))
    await until_state(talk, "gone", "kicked", GROUP)


async def test_the_word_that_the_bot_was_removed_is_no_sign_of_life(talk: Conversation) -> None:
    await talk.ask(GROUP, "/watch جاسم", as_user=SALMA)
    await away(talk, GROUP, GoneReason.KICKED)
    person = {"id": SALMA, "is_bot": False, "first_name": "سلمى"}
    left = {"message_id": 900, "date": 1_700_000_000, "chat": {"id": GROUP, "type": "group"}, "from": person}
    deliver(talk, message=left | {"left_chat_member": talk.simulator.world.bot.shape()})
    await talk.ask(SALMA, "/help")
    assert (await row(talk, GROUP)).state == "gone"


BOT = User(1, "راصد", is_bot=True)


def restricted(**rights: bool) -> ChatMemberRestricted:
    names = [name for name in ChatMemberRestricted.__slots__ if name.startswith("can_")]
    return ChatMemberRestricted(BOT, until_date=None, **dict.fromkeys(names, False), **rights)  # type: ignore[arg-type]


def admin(posts: bool | None) -> ChatMemberAdministrator:
    names = ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats")
    names += ("can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users")
    names += ("can_post_stories", "can_edit_stories", "can_delete_stories")
    return ChatMemberAdministrator(BOT, **dict.fromkeys(names, False), can_post_messages=posts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("standing", "kind", "reason"),
    [
        (ChatMemberLeft(BOT), "private", GoneReason.BLOCKED),
        (ChatMemberLeft(BOT), "supergroup", GoneReason.KICKED),
        (ChatMemberLeft(BOT), "channel", GoneReason.KICKED),
        (ChatMemberMember(BOT), "private", None),
        (ChatMemberMember(BOT), "group", None),
        (restricted(is_member=False), "supergroup", GoneReason.KICKED),
        (restricted(is_member=True), "supergroup", GoneReason.NO_RIGHTS),
        (admin(None), "supergroup", None),
        (admin(True), "channel", None),
        (admin(False), "channel", GoneReason.NO_RIGHTS),
        (ChatMemberMember(BOT), "channel", GoneReason.NO_RIGHTS),
    ],
)
def test_what_a_standing_means(standing: ChatMember, kind: str, reason: GoneReason | None) -> None:
    assert why_closed(standing, kind) is reason


# --- topics


def forum(talk: Conversation) -> tuple[int, int]:
    """Two topics of a forum whose admin is Salma."""
    talk.simulator.add_group("منتدى الحي", [SALMA, KHALED], admins=[SALMA], chat_id=FORUM)
    return talk.simulator.add_topic(FORUM, "أخبار"), talk.simulator.add_topic(FORUM, "أحاديث")


async def say(talk: Conversation, text: str, thread_id: int | None, user: int = SALMA) -> Message:
    before = len(talk.from_bot(FORUM))
    talk.simulator.say(FORUM, text, user, thread_id=thread_id)
    return await talk.simulator.wait_for(lambda: next(iter(talk.from_bot(FORUM)[before:]), None))


async def test_alerts_go_to_the_topic_in_which_the_last_watch_was_added(talk: Conversation) -> None:
    news, chatter = forum(talk)
    answer = await say(talk, "/watch جاسم", news)
    assert (answer.thread_id, (await row(talk, FORUM)).thread_id) == (news, news)
    await say(talk, "/list", chatter)
    assert (await row(talk, FORUM)).thread_id == news, "to look is not to move"
    await say(talk, "/watch نوى", chatter)
    assert (await row(talk, FORUM)).thread_id == chatter
    await say(talk, "/watch نوى", news)  # it is there already; that it is wanted here is new
    assert (await row(talk, FORUM)).thread_id == news
    await say(talk, "/watch إزرع", None)
    assert (await row(talk, FORUM)).thread_id is None


async def test_start_in_a_topic_moves_the_alerts_there_for_an_admin_alone(talk: Conversation) -> None:
    news, chatter = forum(talk)
    await say(talk, "/start", news)
    assert (await row(talk, FORUM)).thread_id == news
    await say(talk, "/start", chatter, KHALED)
    await say(talk, "/watch نوى", chatter, KHALED)
    assert (await row(talk, FORUM)).thread_id == news


async def test_a_group_without_topics_and_a_person_have_none(talk: Conversation) -> None:
    await talk.ask(SALMA, "تابع جاسم")
    await talk.ask(GROUP, "/watch جاسم", as_user=SALMA)
    assert [(await row(talk, chat)).thread_id for chat in (SALMA, GROUP)] == [None, None]
