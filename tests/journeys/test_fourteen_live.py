"""Cases 1 and 4 of the fourteen again, through the whole bot: the message on the phone changes, and is answered."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, select, update

from bot.simulator.shapes import Message
from bot.store.tables import alerts
from tests.journeys.conftest import SALMA, World
from tests.journeys.newsday import readable

KILLING = (
    "أربعة قتلى بإطلاق الرصاص على سيارة في رأس المعرة",
    "أطلق مسلح مجهول النار على سيارة تقل عائلة عند مدخل بلدة رأس المعرة في ريف دمشق اليوم، فقتل أربعة من ركابها "
    "وجرح طفلان.",
)
KILLING_AGAIN = (
    "ريف دمشق: مقتل أربعة أشخاص باستهداف سيارة في رأس المعرة",
    "لقي أربعة أشخاص حتفهم بعد أن استهدف مجهولون سيارة مدنية بالرصاص في بلدة رأس المعرة بمنطقة القلمون بريف دمشق.",
)
MORE_DEAD = (
    "ارتفاع حصيلة إطلاق النار على سيارة في رأس المعرة إلى خمسة قتلى",
    "ارتفعت حصيلة إطلاق النار على سيارة العائلة في بلدة رأس المعرة بريف دمشق إلى خمسة قتلى بعد وفاة أحد الجرحى.",
)
RUMOUR = (
    "أنباء عن توقيف شخص يحمل حزاماً ناسفاً في حي العدوي بدمشق",
    "تناقلت صفحات محلية أنباء عن القبض على شخص يرتدي حزاماً ناسفاً في حي العدوي وسط دمشق صباح اليوم.",
)
DENIAL = (
    "الداخلية تنفي توقيف شخص يحمل حزاماً ناسفاً في حي العدوي بدمشق",
    "نفت وزارة الداخلية ما تناقلته صفحات محلية عن القبض على شخص يرتدي حزاماً ناسفاً في حي العدوي وسط دمشق صباح اليوم.",
)


async def watching(world: World, place: str, *sources: str) -> None:
    """Salma watches a place, and every source has been polled once."""
    for source in sources:
        world.publisher.publish(source, f"نشرة {source}", "كان هنا قبل أن يبدأ الراصد.")
    house = await world.open(*sources, alerts={"settle_seconds": 0})
    await world.ask(SALMA, f"تابع {place}")
    for source in sources:
        await house.hear(f"source={source}")


async def sent_a_while_ago(folder: Path) -> None:
    """Once the messages are known to have been sent: as if that were two minutes ago, since a message is edited at
    most once a minute and a test does not wait."""
    engine = create_engine(f"sqlite:///{folder}/var/rasid.sqlite3")
    async with asyncio.timeout(20):
        while True:
            with engine.begin() as connection:
                found = connection.execute(select(alerts.c.id, alerts.c.state, alerts.c.sent_at)).all()
                if found and all(row.state == "sent" for row in found):
                    for row in found:
                        earlier = {"sent_at": row.sent_at - timedelta(minutes=2), "edited_at": None}
                        connection.execute(update(alerts).where(alerts.c.id == row.id).values(**earlier))
                    break
            await asyncio.sleep(0.05)
    engine.dispose()


async def alert(world: World, number: int, *signs: str) -> Message:
    """The chat's alert of this number, once it says all of this."""

    def found() -> Message | None:
        there = world.alerts(SALMA)[number : number + 1]
        return there[0] if there and all(sign in readable(there[0].text) for sign in signs) else None

    message: Message = await world.until(found)
    return message


async def test_1_the_message_grows_in_place_and_the_higher_toll_answers_it(world: World) -> None:
    await watching(world, "رأس المعرة", "tv", "enab", "ikhbariah")
    world.publisher.publish("tv", *KILLING)
    first = await alert(world, 0, "المصدر: مصدر tv", "4 قتلى")
    assert not first.silent
    assert first.edited_at is None

    await sent_a_while_ago(world.folder)
    world.publisher.publish("enab", *KILLING_AGAIN)
    grown = await alert(world, 0, "المصادر (2): مصدر tv، مصدر enab")
    assert grown.id == first.id
    assert grown.edited_at is not None
    assert len(world.alerts(SALMA)) == 1

    await sent_a_while_ago(world.folder)
    world.publisher.publish("ikhbariah", *MORE_DEAD)
    risen = await alert(world, 1, "تحديث", "5 قتلى", "مصدر ikhbariah")
    assert risen.reply_to is not None
    assert risen.reply_to.id == first.id
    assert not risen.silent
    whole = await alert(world, 0, "المصادر (3): ")
    assert whole.id == first.id
    assert len(world.alerts(SALMA)) == 2


async def test_4_a_denial_answers_the_rumour_and_marks_it(world: World) -> None:
    await watching(world, "حي العدوي", "pages", "ikhbariah", "halab")
    world.publisher.publish("pages", *RUMOUR)
    first = await alert(world, 0, "المصدر: مصدر pages")
    assert "نفي" not in first.text

    await sent_a_while_ago(world.folder)
    world.publisher.publish("ikhbariah", *DENIAL)
    denial = await alert(world, 1, "نفي", "مصدر ikhbariah")
    assert denial.reply_to is not None
    assert denial.reply_to.id == first.id
    assert not denial.silent
    marked = await alert(world, 0, "🚫 نفي: لا صحة لما يلي، بحسب مصدر ikhbariah.")
    assert marked.id == first.id
    assert readable(marked.text).startswith("🚫")

    world.publisher.publish("halab", *DENIAL)
    world.publisher.publish("halab", "انقطاع الكهرباء عن حي العدوي", "انقطعت الكهرباء عن حي العدوي بدمشق بسبب عطل.")
    await alert(world, 2, "كهرباء")  # the repeated denial came before it, and rang for nobody
    assert len(world.alerts(SALMA)) == 3
