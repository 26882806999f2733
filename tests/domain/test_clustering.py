"""Stories: who joins whom, in which relation, and what bounds the cost. All texts are invented."""

import pickle
import tracemalloc
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.clustering import ALIVE, Teller
from bot.domain.events import Event, Severity
from bot.domain.modality import Modality
from bot.domain.model import Article, PlaceHit
from bot.domain.story_features import Report, report_of
from bot.domain.tolls import Tolls
from bot.stories import load_teller

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TELLER = load_teller()
BLAST = (
    "انفجار عبوة ناسفة في سوق مدينة منبج",
    "انفجرت عبوة ناسفة صباح اليوم في سوق الهال بمدينة منبج شرقي حلب ما أدى إلى مقتل 3 مدنيين وإصابة تسعة آخرين.",
)


def report(name: str, title: str = "", text: str = "", hours: float = 0.0, **more: object) -> Report:
    known = {"source": name, "at": NOON + timedelta(hours=hours)} | more
    return Report(id=name, title=title, text=text, **known)  # type: ignore[arg-type]


def test_a_second_outlet_in_its_own_words_joins() -> None:
    stories = TELLER.stories()
    first = stories.assign(report("one", *BLAST))
    second = stories.assign(
        report("two", "قتلى بتفجير في سوق الهال بمنبج", "قُتل ثلاثة أشخاص بتفجير عبوة ناسفة داخل سوق الهال في منبج.", 1)
    )  # fmt: skip
    assert first.relation == "new"
    assert (second.story, second.relation, second.like) == (first.story, "same", "one")


def test_a_report_in_another_language_is_found_by_what_it_reports_in_which_town_however_many_speak_alike() -> None:
    def told(name: str, title: str, text: str, hours: float, language: str) -> Report:
        there = (PlaceHit(("C1202", "SY02"), "title", 0, 3),)
        return report(name, title, text, hours, language=language, places=there, events=frozenset({"explosion"}))

    stories = TELLER.stories()
    story = stories.assign(told("one", *BLAST, 0.0, "ar")).story
    for n in range(60):
        own = " ".join(f"word{n}x{i}" for i in range(12))
        stories.assign(
            report(f"en{n}", f"Market {own}", f"Explosion said people in the market {own}", 0.1, language="en")
        )
    english = ("Explosion in a market in Manbij", "An explosion hit the market in Manbij, people in the market said.")
    assert stories.assign(told("two", *english, 0.5, "en")).story == story


def test_a_higher_toll_is_a_development_and_its_repeat_is_not() -> None:
    stories = TELLER.stories()
    story = stories.assign(report("one", *BLAST)).story
    risen = "ارتفاع حصيلة تفجير منبج إلى 5 قتلى"
    text = "ارتفعت حصيلة انفجار العبوة الناسفة في سوق الهال بمدينة منبج إلى مقتل 5 مدنيين بعد وفاة جريحين."
    higher = stories.assign(report("two", risen, text, 5))
    again = stories.assign(report("three", "تفجير سوق الهال في منبج: 5 قتلى", text.replace("ارتفعت", "بلغت"), 6))
    assert (higher.story, higher.relation, higher.reason) == (story, "development", "toll_up")
    assert (again.story, again.relation) == (story, "same")


@pytest.mark.parametrize(
    ("stage", "title", "text"),
    [
        (
            "denied",
            "الداخلية تنفي مقتل مدنيين بتفجير منبج",
            "نفت وزارة الداخلية مقتل مدنيين بانفجار العبوة الناسفة في سوق الهال بمدينة منبج.",
        ),
        (
            "arrested",
            "القبض على منفذي تفجير سوق منبج",
            "ألقى الأمن الداخلي القبض على متورطين بتفجير العبوة الناسفة في سوق الهال بمدينة منبج.",
        ),
        (
            "claimed",
            "داعش يتبنى تفجير سوق الهال في منبج",
            "تبنى تنظيم داعش تفجير العبوة الناسفة في سوق الهال بمدينة منبج.",
        ),
    ],
)
def test_a_denial_an_arrest_and_a_claim_are_developments(stage: str, title: str, text: str) -> None:
    stories = TELLER.stories()
    story = stories.assign(report("one", *BLAST)).story
    later = stories.assign(report("two", title, text, 8))
    assert (later.story, later.relation, later.reason) == (story, "development", f"now_{stage}")


def test_a_report_that_arrives_late_joins_all_the_same() -> None:
    stories = TELLER.stories()
    later = stories.assign(report("two", *BLAST, 3))
    late = stories.assign(report("one", "تفجير يضرب سوق منبج", BLAST[1], 0))
    assert late.story == later.story


def test_a_report_without_a_time_joins_by_its_words() -> None:
    stories = TELLER.stories()
    story = stories.assign(report("one", *BLAST)).story
    assert stories.assign(report("two", *BLAST, at=None)).story == story


def test_an_index_rebuilt_from_the_articles_answers_as_the_old_one() -> None:
    rebuilt = TELLER.stories()
    rebuilt.restore(report("one", *BLAST), 41)
    assert rebuilt.assign(report("two", *BLAST, 2)).story == 41
    assert rebuilt.assign(report("three", "افتتاح مدرسة في الميادين", "افتتحت مديرية التربية مدرسة.", 2)).story == 42


def test_a_report_that_the_operator_moved_takes_its_copies_along() -> None:
    stories = TELLER.stories()
    first = stories.assign(report("one", *BLAST))
    other = ("نزوح من ريف الحسكة", "نزحت عشرات العائلات من ريف الحسكة الجنوبي باتجاه مدينة الشدادي.")
    assert stories.assign(report("two", *other, 1)).story != first.story
    stories.move("two", 77)
    stories.move("nobody", 99)
    assert stories.assign(report("three", *other, 2)).story == 77
    assert stories.assign(report("four", "افتتاح مدرسة في الميادين", "افتتحت مديرية التربية مدرسة.", 2)).story == 78


def test_a_report_filed_again_counts_once() -> None:
    stories = TELLER.stories()
    stories.restore(report("one", *BLAST), 5)
    stories.restore(report("one", *BLAST), 6)
    assert len(stories) == 1
    assert stories.assign(report("two", *BLAST, 1)).story == 6


def test_a_story_does_not_grow_from_town_to_town() -> None:
    words = "قصف مدفعي متقطع يستهدف {} دون إصابات، وفق مصادر محلية من ريف إدلب الجنوبي"
    stories = TELLER.stories()
    titles = ("قرية كفرعويد", "قرى الريف", "قرية البارة")
    first, around, other = (stories.assign(report(t, words.format(t), hours=n)) for n, t in enumerate(titles))
    assert around.story == first.story
    assert other.story != first.story


def test_the_codes_of_two_towns_keep_two_stories_apart() -> None:
    words = "قصف مدفعي يستهدف {} ويخلف أضراراً في منازل المدنيين دون إصابات بحسب مصادر محلية متطابقة"
    there = report("one", words.format("المكان"), places=(PlaceHit(("C1", "SY07"), "title", 18, 24),))
    here = report("two", words.format("المكان"), hours=1, places=(PlaceHit(("C2", "SY07"), "title", 18, 24),))
    around = report("three", words.format("المكان"), hours=1, places=(PlaceHit(("SY07",), "title", 18, 24),))
    assert TELLER.compare(there, here).reason == "another_place"
    assert TELLER.compare(there, around).relation == "same"
    doubtful = report("four", words.format("المكان"), places=(PlaceHit(("C9",), "title", 18, 24, sure=False),))
    assert TELLER.compare(there, doubtful).relation == "same"


def test_one_event_in_two_languages_joins_by_town_category_and_hour() -> None:
    place = (PlaceHit(("C6029", "SY12"), "title", 0, 3),)
    arabic = report("one", "معرية: الاحتلال يعتقل شابين", places=place, events=frozenset({"arrest"}), language="ar")
    english = report(
        "two", "Two men detained in Maariyah", hours=2, places=place, events=frozenset({"arrest"}), language="en"
    )
    assert TELLER.compare(arabic, english).relation == "same"
    other = report("three", "Road works in Maariyah", hours=2, places=place, events=frozenset({"roads"}), language="en")
    assert TELLER.compare(arabic, other).relation == "different"


def test_a_short_text_with_another_name_in_it_is_no_repost() -> None:
    words = (
        "استقبل رئيس الحكومة في مكتبه بدمشق وفداً من وجهاء عشيرة {} وبحث معهم أوضاع المنطقة وسبل تعزيز الاستقرار فيها"
    )
    one, other = report("one", text=words.format("الجبور")), report("two", text=words.format("الشعيطات"), hours=2)
    assert TELLER.compare(one, other).reason != "repost"


def test_what_was_threatened_and_happens_is_a_development() -> None:
    words = "قصف إسرائيلي على محيط بلدة كفر ناسج شمالي درعا"
    ahead = report("one", f"تهديد بـ{words}", words, ahead=frozenset({"shelling"}))
    done = report("two", words, f"{words} أوقع أضراراً", 20, events=frozenset({"shelling"}))
    assert TELLER.compare(ahead, done).relation == "development"


def test_an_article_is_known_by_its_events_tolls_and_language() -> None:
    def event(category: str, modality: Modality) -> Event:
        return Event(category, modality, Severity.HIGH, "title", 0, 3)

    article = Article(
        "s", "k", None, "عنوان", "نص", "ar", None, NOON, None,
        events=(event("raid", Modality.REPORTED), event("arrest", Modality.PLANNED), event("fire", Modality.DENIED)),
        tolls=Tolls(dead=3),
    )  # fmt: skip
    known = report_of(article, "name")
    assert (known.id, known.source, known.at, known.language) == ("name", "s", NOON, "ar")
    assert (set(known.events), set(known.ahead), known.dead) == ({"raid"}, {"arrest"}, 3)


def test_prices_of_two_days_in_the_same_words_are_two_stories() -> None:
    words = "سجل سعر صرف الدولار في دمشق {} ليرة للشراء و{} للمبيع وبلغ سعر غرام الذهب {} ليرة وفق نشرة الصاغة"
    today, tomorrow = words.format(11200, 11250, 990000), words.format(11310, 11360, 998000)
    assert TELLER.compare(report("one", text=today), report("two", text=tomorrow, hours=24)).reason == "another_day"
    assert TELLER.compare(report("one", text=today), report("two", text=today, hours=3)).reason == "repost"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🔥🔥🔥",
        "…!؟",
        "\u202e\u200f",
        "ا" * 2_000_000,
        "كلمة " * 400_000,
        "\ud800",
        "<b>عاجل</b>",
        "قتل " + "9" * 40,
    ],
    ids=["none", "emoji", "marks", "bidi", "one word", "2 MB", "surrogate", "html", "toll of 10^40"],
)
def test_any_text_gets_a_story_within_bounds(text: str) -> None:
    stories = TELLER.stories()
    began = perf_counter()
    for title in ("", text):
        assert stories.assign(report("one", title, text)).relation in {"new", "same"}
    assert perf_counter() - began < 10


def test_reports_without_words_open_their_own_stories() -> None:
    stories = TELLER.stories()
    assert len({stories.assign(report(str(n), "🔥", "")).story for n in range(3)}) == 3


@given(st.text(max_size=200), st.text(max_size=400), st.text(max_size=200), st.text(max_size=400))
@settings(max_examples=60, deadline=None)
def test_a_judgement_is_the_same_from_both_sides(title: str, text: str, other_title: str, other_text: str) -> None:
    one, other = report("one", title, text), report("other", other_title, other_text, 1)
    judgement = TELLER.compare(one, other)
    assert judgement == TELLER.compare(other, one)
    assert 0.0 <= judgement.score <= 1.0


def synthetic(number: int) -> Report:
    """A report of common words and a few of its own; a day has 500."""
    common = " ".join(f"كلمة{(number * 7 + i * i) % 90}" for i in range(60))
    own = " ".join(f"نادر{number // 3}ص{i}" for i in range(5))
    return report(str(number), f"{own} خبر {number}", f"{common} {own}", number / 500 * 24)


def test_the_cost_of_a_report_and_the_memory_do_not_grow_with_the_archive() -> None:
    stories = Teller.stories(TELLER)
    times: list[float] = []
    for number in range(3000):
        report_ = synthetic(number)
        began = process_time()
        stories.assign(report_)
        times.append(process_time() - began)
    early, late = median(times[500:1000]), median(times[-500:])
    assert late < 2 * early
    assert len(stories) <= ALIVE / timedelta(hours=24) * 500 + 2


def test_a_remembered_report_takes_little_memory() -> None:
    """Ten thousand are kept, and each comes from a child process, with texts and sets of its own."""
    reports, kilobytes = 300, 6
    stock = [f"كلمة{chr(1576 + n // 20)}{chr(1576 + n % 20)}" for n in range(400)]
    pickled = []
    for n in range(reports):
        words = [stock[(n * 37 + at * 11) % len(stock)] for at in range(90)]
        article = report(f"r{n}", " ".join(words[:6]), " ".join(words) + f" رقم{n}", n / 60, language="ar")
        pickled.append(pickle.dumps(TELLER.reader.read(article)))
    stories = TELLER.stories()
    tracemalloc.start()
    try:
        for n, features in enumerate(pickled):
            known = pickle.loads(features).known_as(f"source\nkey {n}", "source", NOON + timedelta(minutes=n))
            stories.file(stories.weigh(known), n)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(stories) == reports
    assert taken / reports < kilobytes * 1024
