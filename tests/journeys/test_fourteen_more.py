"""Fourteen things that happened to Syrian news, 9 to 14: whose news it is, from when, and by which name.

The events are real and the texts are ours. Each day is played by `python -m bot replay` over real feeds.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.model import Document, Reading
from tests.journeys.newsday import NewsDay, Played, capture, rss, when
from watchers.parsers.telegram import read_channel

SIX_TOWNS = (
    "شهدت محافظة درعا أحداثاً متفرقة حيث قتل شاب برصاص مجهولين في مدينة نوى، وانفجرت عبوة ناسفة بسيارة على طريق مدينة "
    "إنخل دون إصابات، كما اندلعت اشتباكات بين عائلتين في بلدة تل شهاب أسفرت عن إصابة ثلاثة أشخاص، فيما اعتقلت قوى "
    "الأمن الداخلي رجلين في بلدة الجيزة، وعثر الأهالي على لغم من مخلفات الحرب في أرض زراعية قرب الشيخ مسكين، وخرج "
    "العشرات في احتجاج على انقطاع المياه في بلدة داعل."
)
# town -> words of its clause, its event in the header, and its toll
IN_SIX_TOWNS = {
    "نوى": ("قتل شاب برصاص مجهولين", "قتل أو إطلاق نار", "قتيل واحد"),
    "إنخل": ("عبوة ناسفة", "انفجار", None),
    "تل شهاب": ("اشتباكات بين عائلتين", "اشتباكات", "3 جرحى"),
    "الجيزة": ("رجلين", "اعتقال", "محتجزان"),
    "الشيخ مسكين": ("لغم من مخلفات الحرب", "لغم أو مخلّفات حرب", None),
    "داعل": ("احتجاج على انقطاع المياه", "احتجاج أو إضراب", None),
}


@pytest.fixture(scope="module")
def six_towns(tmp_path_factory: pytest.TempPathFactory) -> Played:
    day = NewsDay(tmp_path_factory.mktemp("towns"), "2026-10-05")
    day.publish("17:00", "sohr", "محافظة درعا: سلسلة أحداث أمنية في يوم واحد", SIX_TOWNS)
    return day.play(*IN_SIX_TOWNS)


@pytest.mark.parametrize("town", IN_SIX_TOWNS)
def test_9_of_a_sentence_about_six_towns_each_subscriber_reads_the_clause_of_his(six_towns: Played, town: str) -> None:
    assert six_towns.told(town) == ["first"]
    (shown,) = six_towns.shown(town)
    assert IN_SIX_TOWNS[town][0] in shown
    for other in IN_SIX_TOWNS.keys() - {town}:
        assert other not in shown
        assert IN_SIX_TOWNS[other][0] not in shown


@pytest.mark.parametrize("town", IN_SIX_TOWNS)
def test_9_and_above_it_stand_the_event_and_the_toll_of_his_town(six_towns: Played, town: str) -> None:
    _, category, toll = IN_SIX_TOWNS[town]
    (shown,) = six_towns.shown(town)
    header, *lines = shown.split("\n")
    assert header.endswith(f"{category} | {town} (درعا)")
    tolls = [line.removeprefix("الحصيلة: ") for line in lines if line.startswith("الحصيلة")]
    assert tolls == ([toll] if toll else [])


@pytest.fixture(scope="module")
def wildfire(tmp_path_factory: pytest.TempPathFactory) -> Played:
    day = NewsDay(tmp_path_factory.mktemp("kasab"), "2025-08-14")
    day.publish(
        "15:00", "sana", "حرائق في غابات كسب بريف اللاذقية تقترب من المعبر الحدودي",
        "اندلعت حرائق حراجية في محيط كسب بريف اللاذقية الشمالي، بدأت قرب قرية الشجرة ثم اقتحمت النيران شجر المعبر. "
        "ووصلت إلى المكان مؤازرات من أفواج الإطفاء في حماة ودرعا.",
    )  # fmt: skip
    day.publish(
        "12:00", "sana", "الدفاع المدني: السيطرة على 80 بالمئة من حرائق كسب",
        "قال الدفاع المدني إن فرقه سيطرت على 80 بالمئة من الحرائق في غابات كسب بريف اللاذقية الشمالي، وإن الرياح تعيق "
        "العمل.",
        day="2025-08-15",
    )  # fmt: skip
    day.publish(
        "10:00", "ikhbariah", "السيطرة على 90 بالمئة من حرائق كسب شمالي اللاذقية",
        "أعلن الدفاع المدني أن 90 بالمئة من حرائق غابات كسب في ريف اللاذقية الشمالي باتت تحت السيطرة، وأن "
        "التبريد مستمر.",
        day="2025-08-16",
    )  # fmt: skip
    return day.play("كسب", "فئة: اقتحام", "فئة: تعزيزات", "الشجرة", "درعا", "حماة")


def test_10_three_days_of_a_wildfire_are_one_story(wildfire: Played) -> None:
    assert len(set(wildfire.stories)) == 1
    first, *later = wildfire.told("كسب")
    assert first == "first"
    assert "first" not in later
    for shown in wildfire.shown("كسب"):
        assert "حريق | كسب (اللاذقية)" in shown.split("\n")[0]


def test_10_a_fire_that_storms_trees_is_no_raid(wildfire: Played) -> None:
    assert wildfire.shown("فئة: اقتحام") == []


@pytest.mark.parametrize("watch", ["درعا", "حماة", "فئة: تعزيزات"])
def test_10_firemen_are_no_reinforcements_in_the_town_that_they_come_from(wildfire: Played, watch: str) -> None:
    assert wildfire.shown(watch) == []


def test_10_a_village_of_the_same_name_in_another_governorate_is_not_told(wildfire: Played) -> None:
    assert wildfire.shown("الشجرة") == []


def test_11_news_dated_tomorrow_goes_now_and_shows_no_hour_that_has_not_come(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-06")
    day.publish(
        "14:00", "modon", "احتجاج في سلمية على انقطاع المياه",
        "خرج العشرات من أهالي سلمية في احتجاج على انقطاع المياه عن أحيائهم منذ أسبوع.",
        dated=when("2026-10-07", "02:00"),
    )  # fmt: skip
    played = day.play("سلمية")
    assert played.told("سلمية") == ["first"]
    sent = datetime.fromisoformat(played.sent("سلمية")[0]["at"])
    assert when("2026-10-06", "14:00") <= sent <= when("2026-10-06", "14:02")
    assert "المدن · 14:00" in played.shown("سلمية")[0]


@pytest.mark.parametrize(
    "date", [None, "الثلاثاء القادم", "Tue, 30 Feb 2026 11:00:00 GMT"], ids=["none", "words", "no day"]
)
def test_11_news_without_a_date_is_filed_and_rings_for_nobody(tmp_path: Path, date: str | None) -> None:
    day = NewsDay(tmp_path, "2026-10-06")
    day.publish("14:05", "enab", "قصف مدفعي على أطراف سلمية", "سقطت قذائف مدفعية على أطراف سلمية.", dated=date)
    played = day.play("سلمية")
    assert played.article("enab")["silence"] == "undated"
    assert played.told("سلمية") == []
    assert played.shown("سلمية") == []


def test_11_a_text_that_was_cut_inside_a_letter_is_shown_without_the_splinter(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-06")
    day.publish(
        "14:10", "zaman", "حريق كبير في سوق سلمية",
        "أتى حريق كبير على عشرة محال في سوق سلمية ظهر اليوم، وعملت فرق الإطفاء على منع امتداد النار إلى بقية المحالÙ",
    )  # fmt: skip
    played = day.play("سلمية")
    (shown,) = played.shown("سلمية")
    assert "أتى حريق كبير على عشرة محال" in shown
    assert "Ù" not in shown


def channel_page(numbers: range, older: bool) -> bytes:
    """A page of a public channel; `older`: it has a way to the posts before it."""
    posts = "".join(
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="nabaa_24/{n}">'
        f'<div class="tgme_widget_message_text" dir="auto">انفجار رقم {n} في مدينة منبج</div>'
        '<a class="tgme_widget_message_date" href="#"><time datetime="2026-10-07T12:00:00+00:00"></time></a>'
        "</div></div>"
        for n in numbers
    )
    link = f'<a class="tme_messages_more" data-before="{numbers[0]}" href="/s/nabaa_24?before={numbers[0]}"></a>'
    section = f'<section class="tgme_channel_history">{link if older else ""}{posts}</section>'
    return f"<!DOCTYPE html><html><body><main>{section}</main></body></html>".encode()


def channel_at(url: str, newest: int, on_a_page: int = 20) -> Reading:
    """What a channel of posts 1 to `newest` answers at an address, read."""
    end = int(url.partition("before=")[2] or newest + 1)
    begin = max(1, end - on_a_page)
    page = channel_page(range(begin, end), older=begin > 1)
    return read_channel(Document(page, "text/html", "utf-8", url), datetime(2026, 10, 8, tzinfo=UTC))


def test_12_what_a_busy_channel_wrote_since_the_last_poll_is_found_page_by_page() -> None:
    """120 posts a day, 20 on a page, and the last one that we know is 50 posts back."""
    newest, known = 620, 570
    url: str | None = "https://t.me/s/nabaa_24"
    asked, found = list[str](), list[int]()
    while url and (not found or min(found) > known + 1):
        asked.append(url)
        reading = channel_at(url, newest)
        found += [int((entry.guid or "").partition("/")[2]) for entry in reading.entries]
        url = reading.older
    assert [address.partition("?")[2] for address in asked] == ["", "before=601", "before=581"]
    assert sorted(found) == list(range(561, newest + 1))  # each once, none left out


def test_12_the_oldest_page_of_a_channel_leads_nowhere() -> None:
    oldest = channel_at("https://t.me/s/nabaa_24?before=15", 620)
    assert (oldest.lowest, oldest.highest, oldest.older) == (1, 14, None)


OUTLETS_WITH_PLACES = [
    (
        "halab_today", "حلب", "جسر الشغور", "حلب اليوم: انهيار سقف صف في مدرسة بجسر الشغور",
        "قال مراسل حلب اليوم إن سقف صف في مدرسة بمدينة جسر الشغور غربي إدلب انهار صباح اليوم دون إصابات.",
    ),
    (
        "suwayda24", "السويداء", "جرمانا", "توقف فرن جرمانا عن العمل",
        "قالت شبكة السويداء 24 إن الفرن الآلي في جرمانا بريف دمشق توقف صباح اليوم لنقص الطحين.",
    ),
    (
        "daraa24", "درعا", "سلمية", "خطف شاب قرب مدينة سلمية",
        "ذكرت شبكة درعا 24 أن مسلحين خطفوا شاباً على طريق سلمية شرقي حماة.",
    ),
    (
        "raqqa_silent", "الرقة", "الرستن", "انفجار لغم بسيارة شمالي الرستن",
        "نقلت حملة الرقة تذبح بصمت أن لغماً انفجر بسيارة قرب الرستن في ريف حمص دون ضحايا.",
    ),
    (
        "mayadeen", "الميادين", "طرطوس", "حريق في مستودع بمدينة طرطوس",
        "أفادت قناة الميادين بأن حريقاً اندلع في مستودع للأخشاب بمدينة طرطوس.",
    ),
    (
        "horan_free", "حوران", "بانياس", "إضراب المعلمين في مدينة بانياس",
        "قال تجمع أحرار حوران إن معلمي مدينة بانياس بدؤوا إضراباً للمطالبة برفع الرواتب.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "named", "town", "title", "text"), OUTLETS_WITH_PLACES, ids=[row[0] for row in OUTLETS_WITH_PLACES]
)
def test_13_the_name_of_an_outlet_is_no_news_of_the_place_in_it(
    tmp_path: Path, source: str, named: str, town: str, title: str, text: str
) -> None:
    day = NewsDay(tmp_path, "2026-10-07")
    day.publish("09:00", source, title, text)
    played = day.play(town, named)
    assert played.told(town) == ["first"]
    assert played.told(named) == []


HEARD = {
    "قصف مدفعي على معرة النعمان": ["المعره", "معرّة النعمان", "معرةالنعمان"],
    "حريق في سوق سلمية": ["سلميه", "سلمـيـة", "السلمية"],
    "احتجاج في إزرع على انقطاع الكهرباء": ["ازرع", "إِزْرَع", "أزرع"],
    "انفجار عبوة ناسفة في عين العرب": ["كوباني", "كوبانی", "Kobanê"],
    "اشتباكات في حي بالقامشلي": ["Qamişlo", "القامشلی", "قامشلو"],
    "توقف محطة مياه في دير الزور": ["دير  الزور", "ديـــر الزور", "دَيْرُ الزَّوْرِ", "دیر الزور", "ديرالزور"],
}
TEXTS = [
    "سقطت قذائف مدفعية على أطراف مدينة معرة النعمان جنوبي إدلب.",
    "اندلع حريق في سوق مدينة سلمية شرقي حماة ظهر اليوم.",
    "خرج أهالي مدينة إزرع شمالي درعا في احتجاج على انقطاع الكهرباء.",
    "انفجرت عبوة ناسفة بسيارة في مدينة عين العرب شرقي حلب.",
    "اندلعت اشتباكات بين مسلحين في حي بمدينة القامشلي شمالي الحسكة.",
    "توقفت محطة مياه في مدينة دير الزور عن الضخ بسبب عطل.",
]


def test_14_a_watch_is_heard_however_it_is_spelt(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-08")
    for hour, (title, text) in enumerate(zip(HEARD, TEXTS, strict=True), start=10):
        day.publish(f"{hour}:00", "shaam", title, text)
    played = day.play(*(spelling for spellings in HEARD.values() for spelling in spellings))
    heard = {
        line["title"]: [told["watch"] for told in line["told"] if told["as"] == "first"] for line in played.articles()
    }
    assert heard == HEARD


def test_a_captured_document_may_be_atom(tmp_path: Path) -> None:
    """All other days are RSS; what a source serves is read as polling reads it."""
    old = capture(tmp_path / "day", "enab", when("2026-10-08", "08:00"), rss())
    old.write_bytes(atom("old", "نشرة قديمة", "2026-10-08T07:00:00+03:00"))
    new = capture(tmp_path / "day", "enab", when("2026-10-08", "12:00"), rss())
    new.write_bytes(atom("new", "دوي انفجار في مدينة جاسم", "2026-10-08T11:55:00+03:00"))
    played = NewsDay(tmp_path, "2026-10-08").play("جاسم")
    assert played.told("جاسم") == ["first"]
    assert "عنب بلدي · 11:55" in played.shown("جاسم")[0]


def atom(name: str, title: str, date: str) -> bytes:
    return (
        f"<feed xmlns='http://www.w3.org/2005/Atom'><title>أخبار</title><id>x</id><updated>{date}</updated><entry>"
        f"<id>{name}</id><title>{title}</title><link href='https://news.example/{name}'/><updated>{date}</updated>"
        "<summary>سمع الدوي قرب السوق.</summary></entry></feed>"
    ).encode()
