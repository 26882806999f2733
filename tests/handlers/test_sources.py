"""People look at the sources, and operators add and remove them, over the real wire, with a publisher on loopback."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.app import now
from bot.domain.model import Poll, PollOutcome, Problem, ProblemKind, Source, SourceKind
from bot.simulator.faults import Fault, FaultKind
from bot.simulator.shapes import Message
from bot.sourcing import Sourcing
from bot.store import sources
from bot.understanding import Understanding
from handlers.discovering import ADD
from handlers.sources import ON_A_PAGE, PAGE, REMOVE
from tests.handlers.conftest import IN_A_HURRY, KHALED, SALMA, Conversation, talking
from tests.press import printing
from tests.publisher import Publisher, publishing
from watchers.fetch import Fetcher
from watchers.hosts import Hosts
from watchers.robots import Robots
from watchers.scouting import WebScout

STATES = Source(
    "sana", "وكالة الاختبار", "Test agency", "https://agency.example/feed", area="SY", role="official", slant="state",
    languages=("ar", "en"),
)  # fmt: skip
CHANNEL = Source(
    "daraa", "قناة حوران", "Horan channel", "https://t.me/s/horan_test", area="SY1203", role="local", slant="local",
    kind=SourceKind.TELEGRAM, languages=("ar",),
)  # fmt: skip
WORLD = Source(
    "world", "صحيفة العالم", "World paper", "https://world.example/rss", role="press", slant="western",
    syria_only=False,
)  # fmt: skip


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Conversation]:
    """Salma is an operator, Khaled is not."""
    hosts = Hosts(timedelta(0))
    async with (
        talking(tmp_path, IN_A_HURRY) as conversation,
        Fetcher("Rasid/test", now, allow_private_addresses=True, hosts=hosts) as fetcher,
    ):
        understanding = Understanding()
        scout = WebScout(fetcher, now, understanding, robots=Robots(fetcher, "Rasid", now))
        sourcing = Sourcing(conversation.store, now, understanding.places.name_of, (SALMA,), scout)
        services = conversation.app.bot_data["services"]
        conversation.app.bot_data["services"] = replace(services, sourcing=sourcing)
        yield conversation


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as publisher:
        publisher.publish("news", "قصف على أطراف مدينة جاسم", "سمع الأهالي دوي انفجار قرب السوق.")
        publisher.publish("news", "انقطاع المياه عن حي الكاشف في درعا", "قالت البلدية إن الإصلاح جارٍ.")

        async def site(request: web.Request) -> web.StreamResponse:
            link = f'<link rel="alternate" type="application/rss+xml" href="{publisher.url("news")}">'
            return web.Response(text=f"<html><head>{link}</head><body></body></html>", content_type="text/html")

        publisher.answers["site"] = site
        yield publisher


async def enlist(talk: Conversation, *new: Source) -> None:
    await talk.store.write(lambda c: sources.enlist(c, new, now()))


async def polled(talk: Conversation, source: Source, *, times: int = 1, failed: bool = False) -> None:
    at = now() - timedelta(minutes=3)
    outcome = PollOutcome.FAILED if failed else PollOutcome.NOT_MODIFIED
    poll = Poll(source.id, at, at, outcome, problems=(Problem(ProblemKind.TIMEOUT),) if failed else ())
    for _ in range(times):
        await talk.store.write(lambda c: sources.record_poll(c, poll))


def bare(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, "\u2068\u2069\u200f")))


def data(message: Message) -> list[str]:
    return [button.get("callback_data", "") for row in message.keyboard for button in row]


async def added(talk: Conversation) -> list[sources.SourceHealth]:
    return [h for h in await talk.store.read(lambda c: sources.health(c, now())) if h.added_by_operator]


async def after(talk: Conversation, chat_id: int, count: int) -> Message:
    """The last message of the bot, once there are so many."""
    return await talk.simulator.wait_for(lambda: next(iter(talk.from_bot(chat_id)[: count - 2 : -1]), None), timeout=20)


# --- what everybody sees


async def test_everybody_sees_who_is_read_by_area_and_how_each_is_doing(talk: Conversation) -> None:
    twin = replace(STATES, id="sana_tg", url="https://t.me/s/agency_test", kind=SourceKind.TELEGRAM, outlet="sana")
    await enlist(talk, replace(STATES, outlet="sana"), twin, CHANNEL, WORLD)
    await polled(talk, STATES)
    await polled(talk, CHANNEL)
    await polled(talk, CHANNEL, times=6, failed=True)
    said = bare((await talk.ask(KHALED, "/sources")).text)
    assert said.split("\n\n")[1:] == [
        "سوريا كلها\n• وكالة الاختبار · رسمي\nبالعربية، بالإنكليزية · ✓ آخر فحص ناجح قبل 3 دقائق",
        "درعا\n• قناة حوران · محلي\nبالعربية · ⚠︎ لا يجيب الآن، وآخر فحص ناجح قبل 3 دقائق. نعيد المحاولة.",
        "أوسع من سوريا (نأخذ ما يخصّها)\n• صحيفة العالم · وسيلة إعلام، هيئة بث عامة غربية\n"
        "بالعربية · ⏳ لم نتمكّن من قراءته بعد. نعيد المحاولة.",
    ]


async def test_a_long_list_is_turned_page_by_page(talk: Conversation) -> None:
    await enlist(talk, *(replace(STATES, id=f"s{n}", name_ar=f"مصدر {n:02}") for n in range(ON_A_PAGE + 3)))
    first = await talk.ask(KHALED, "/sources")
    assert "الصفحة 1 من 2" in bare(first.text)
    assert first.text.count("•") == ON_A_PAGE
    await talk.press(first, f"{PAGE}1")
    second = await talk.until_edited(first)
    assert second.text.count("•") == 3
    assert data(second) == [f"{PAGE}0"]


async def test_the_whole_catalogue_fits_into_messages(talk: Conversation) -> None:
    from bot.settings import Settings

    await enlist(talk, *Settings().enabled_sources)
    message = await talk.ask(KHALED, "/sources")
    seen = message.text.count("•")
    while data(message)[-1].startswith(PAGE) and int(data(message)[-1].removeprefix(PAGE)) * ON_A_PAGE == seen:
        await talk.press(message, data(message)[-1])
        message = await talk.until_edited(message)
        assert len(message.text.encode("utf-16-le")) < 2 * 4096
        seen += message.text.count("•")
    assert seen > 40


# --- what operators do


@pytest.mark.parametrize("said", ["/health", "/export", "/source https://example.org"])
async def test_only_operators_may(talk: Conversation, said: str) -> None:
    assert "لمن يشغّل راصد وحده" in (await talk.ask(KHALED, said)).text


async def test_an_address_of_somebody_else_is_no_search(talk: Conversation, publisher: Publisher) -> None:
    assert "أبحث" not in (await talk.ask(KHALED, publisher.url("site"))).text
    assert not publisher.asked


async def test_a_site_is_searched_shown_as_alerts_and_added_by_a_press(
    talk: Conversation, publisher: Publisher
) -> None:
    assert "أبحث" in (await talk.ask(SALMA, publisher.url("site"))).text
    found = await after(talk, SALMA, 2)
    assert publisher.url("news") in found.text
    assert "فيه مادتان" in found.text
    assert "قصف | جاسم (درعا)" in bare(found.text)
    assert "تطابق" not in found.text
    await talk.press(found, f"{ADD}syria")
    assert "أُضيف" in (await talk.until_edited(found)).text
    (health,) = await added(talk)
    assert (health.source.url, health.source.name_ar) == (publisher.url("news"), "news")
    assert health.source.syria_only
    assert health.filed_at is None  # so its first poll alerts nobody


async def test_a_source_of_the_world_is_added_as_one(talk: Conversation, publisher: Publisher) -> None:
    await talk.ask(SALMA, f"/source {publisher.url('news')}")
    await talk.press(await after(talk, SALMA, 2), f"{ADD}world")
    await after(talk, SALMA, 2)
    async with asyncio.timeout(10):
        while not await added(talk):
            await asyncio.sleep(0.02)
    assert not (await added(talk))[0].source.syria_only


async def test_what_we_have_is_named_and_not_offered_again(talk: Conversation, publisher: Publisher) -> None:
    await enlist(talk, replace(STATES, url=publisher.url("news")))
    await talk.ask(SALMA, publisher.url("site"))
    found = await after(talk, SALMA, 2)
    assert "عندنا من قبل، واسمه وكالة الاختبار" in bare(found.text)
    assert not found.keyboard


async def test_two_presses_add_once(talk: Conversation, publisher: Publisher) -> None:
    await talk.ask(SALMA, publisher.url("news"))
    found = await after(talk, SALMA, 2)
    talk.simulator.press(SALMA, found.id, f"{ADD}syria")
    await talk.press(found, f"{ADD}world")
    await talk.until_edited(found)
    assert len(await added(talk)) == 1


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/source", "اكتب عنوان موقع أو قناة"),
        ("/source كلام", "لا أجد في هذا عنواناً"),
        ("/source ftp://example.org", "لا أجد في هذا عنواناً"),
        ("/source https://user:secret@example.org", "لا أجد في هذا عنواناً"),
    ],
)
async def test_what_is_no_address_is_explained(talk: Conversation, said: str, answer: str) -> None:
    assert answer in (await talk.ask(SALMA, said)).text


async def test_what_cannot_be_read_or_holds_nothing_is_explained(talk: Conversation, publisher: Publisher) -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.Response(status=403)

    async def nothing(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html><body>مرحباً</body></html>", content_type="text/html")

    publisher.answers |= {"refused": refuse, "nothing": nothing}
    await talk.ask(SALMA, publisher.url("refused"))
    assert "أجاب خادمه برفض أو بخطأ" in (await after(talk, SALMA, 2)).text
    await talk.ask(SALMA, publisher.url("nothing"))
    assert "لم أجد في" in (await after(talk, SALMA, 4)).text


async def test_a_site_that_forbids_its_pages_is_left_and_that_is_said(talk: Conversation) -> None:
    async with printing(now) as press:
        await talk.ask(SALMA, press.url("closed"))
        said = bare((await after(talk, SALMA, 2)).text)
        assert f"لا يسمح موقع {press.url('closed')} للبرامج بقراءة صفحاته" in said
        assert set(press.asked) == {"/robots.txt"}


async def test_what_was_added_can_be_removed_from_the_list(talk: Conversation) -> None:
    await talk.store.write(lambda c: sources.add(c, CHANNEL, now()))
    await enlist(talk, STATES)
    assert data(await talk.ask(KHALED, "/sources")) == []
    listed = await talk.ask(SALMA, "/sources")
    assert data(listed) == [f"{REMOVE}daraa:0"]
    assert "قناة حوران" in await talk.press(listed, f"{REMOVE}daraa:0")
    assert "قناة حوران" not in (await talk.until_edited(listed)).text
    assert await added(talk) == []


async def test_health_tells_what_ails_and_how_the_queues_stand(talk: Conversation) -> None:
    await enlist(talk, STATES, CHANNEL, WORLD)
    await polled(talk, STATES)
    await polled(talk, CHANNEL)
    await polled(talk, CHANNEL, times=6, failed=True)
    said = bare((await talk.ask(SALMA, "/health")).text)
    assert "1 تُقرأ، 1 متعثّرة، 0 متوقفة، 1 لم تُقرأ بعد" in said
    assert "• قناة حوران: لا يُقرأ: لم يُجب في الوقت المتاح. آخر فحص ناجح قبل 3 دقائق." in said
    assert "لا تنبيه في الانتظار" in said


async def test_the_sources_are_exported_as_a_file(talk: Conversation) -> None:
    await enlist(talk, STATES, CHANNEL)
    sent = await talk.ask(SALMA, "/export")
    document = dict(sent.attachment)["document"]
    assert isinstance(document, dict)
    assert document["file_name"] == "rasid.opml"
    content = talk.simulator.world.files[document["file_id"]][1].decode()
    assert 'xmlUrl="https://agency.example/feed"' in content
    assert 'type="telegram"' in content


async def test_an_answer_that_telegram_refuses_for_now_comes_later(talk: Conversation) -> None:
    await enlist(talk, STATES)
    talk.simulator.faults.add(Fault(FaultKind.TOO_MANY, method="sendDocument", seconds=1))
    assert (await talk.ask(SALMA, "/export")).attachment
