"""Fourteen things that happened to Syrian news, 1 to 8: what is one story, and what only looks like one.

The events are real and the texts are ours. Each day is played by `python -m bot replay` over real feeds.
"""

import re
from pathlib import Path

from tests.journeys.newsday import NewsDay, when

RAIDED = (
    "قوة للاحتلال تختطف شاباً من قرية معرية بريف درعا الغربي",
    "دخلت قوة من جيش الاحتلال الإسرائيلي فجر اليوم قرية معرية في حوض اليرموك بريف درعا الغربي، وفتشت منزلاً واختطفت "
    "شاباً واقتادته إلى جهة مجهولة.",
)
RAIDED_TWO = (
    "الاحتلال الإسرائيلي يعتقل شخصين خلال توغله في معرية غربي درعا",
    "توغلت دورية إسرائيلية في قرية معرية بحوض اليرموك غربي درعا فجر الجمعة واعتقلت شخصين بعد مداهمة منزلهما.",
)
RAIDED_IN_ENGLISH = (
    "Israeli occupation force detains two people in Maariya, western Daraa",
    "An Israeli patrol entered the village of Maariya in the Yarmouk Basin, western Daraa countryside, at dawn on "
    "Friday and detained two people after searching a house.",
)
DENIED = (
    "الداخلية: لا صحة لما يشاع عن توقيف شخص يحمل حزاماً ناسفاً في حي العدوي بدمشق",
    "نفت وزارة الداخلية ما تناقلته صفحات عن القبض على شخص يرتدي حزاماً ناسفاً في حي العدوي وسط دمشق، ودعت إلى أخذ "
    "المعلومات من مصادرها الرسمية.",
)


def test_1_three_outlets_tell_one_killing_in_ras_al_maara_and_maara_hears_nothing(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-03")
    day.publish(
        "16:10", "syria_tv", "جريمة في رأس المعرة بالقلمون تودي بحياة 4 أشخاص وتصيب طفلين",
        "أطلق مسلح مجهول النار على سيارة تقل عائلة عند مدخل بلدة رأس المعرة في ريف دمشق عصر اليوم السبت، فقتل أربعة "
        "من ركابها وجرح طفلان نقلا إلى مشفى النبك. وطوقت دوريات الأمن المكان بحثاً عن الفاعل.",
    )  # fmt: skip
    day.publish(
        "16:24", "enab", "ريف دمشق: أربعة قتلى بإطلاق الرصاص على سيارة في رأس المعرة",
        "لقي أربعة أشخاص حتفهم بعد أن استهدف مجهولون سيارة مدنية بالرصاص في بلدة رأس المعرة بمنطقة القلمون بريف دمشق، "
        "وفق ما أفاد مراسلنا. وبين المصابين طفلان حالتهما مستقرة.",
    )  # fmt: skip
    day.publish(
        "16:41", "ikhbariah", "قتلى ومصابون في رأس المعرة بريف دمشق والسبب خلافات عائلية",
        "قال مصدر أمني إن قتلى ومصابين سقطوا في بلدة رأس المعرة بالقلمون إثر إطلاق نار على سيارة، وإن التحقيق الأولي "
        "يشير إلى خلافات عائلية بين أقارب.",
    )  # fmt: skip
    played = day.play("رأس المعرة", "ريف دمشق", "المعرة", "معرة النعمان")
    assert len(set(played.stories)) == 1
    for watch in ("رأس المعرة", "ريف دمشق"):
        assert played.told(watch) == ["first"]
        assert played.why_not(watch) == ["already_told", "already_told"]
    for watch in ("المعرة", "معرة النعمان"):
        assert played.shown(watch) == []

    (rang,), (shown,) = played.rang("رأس المعرة"), played.shown("رأس المعرة")
    assert "المصدر: تلفزيون سوريا" in rang
    assert shown.split("\n")[0] == "🔴 قتل أو إطلاق نار | رأس المعرة (ريف دمشق)"
    assert "المصادر (3): تلفزيون سوريا، عنب بلدي، الإخبارية السورية · 16:10" in shown
    assert re.search(r"الحصيلة: .*4 قتلى", shown)
    assert "أكّدته 3 مصادر مستقلة" in shown
    assert played.sent("رأس المعرة")[0]["at"] == "2026-10-03T13:10:00+00:00"  # what is critical does not wait


def test_2_one_youth_or_two_people_taken_from_maariya_is_one_story_with_both_numbers(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-02")
    day.publish("09:20", "ikhbariah", *RAIDED)
    day.publish("09:55", "shaam", *RAIDED_TWO)
    played = day.play("معرية", "درعا")
    assert len(set(played.stories)) == 1
    assert played.told("معرية") == played.told("درعا") == ["first"]
    (shown,) = played.shown("معرية")
    assert "المصادر (2): الإخبارية السورية، شبكة شام" in shown
    (toll,) = [line for line in shown.split("\n") if line.startswith("الحصيلة")]
    assert re.search(r"واحد \(الإخبارية السورية\)، [^،]+ \(شبكة شام\)", toll)
    assert "الأرقام متضاربة" in shown  # half an hour apart they stand against each other


def test_2_the_same_raid_told_in_english_is_no_other_story(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-02")
    day.publish("09:20", "ikhbariah", *RAIDED)
    day.publish("09:55", "shaam", *RAIDED_TWO)
    day.publish("10:30", "sana_en", *RAIDED_IN_ENGLISH)
    played = day.play("معرية")
    assert len(set(played.stories)) == 1
    assert played.told("معرية") == ["first"]
    assert "المصادر (3): " in played.shown("معرية")[0]


def test_3_three_centres_measure_one_earthquake_and_it_rings_once(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-04")
    day.publish(
        "13:02", "ikhbariah", "هزة أرضية شعر بها سكان الساحل السوري",
        "شعر سكان اللاذقية وجبلة قبل قليل بهزة أرضية، وقدر المركز الوطني للزلازل قوتها بـ4.4 درجات شمال اللاذقية.",
    )  # fmt: skip
    day.publish(
        "13:09", "sana", "مركز الزلازل: هزة أرضية بقوة 4.4 درجات شمال اللاذقية",
        "سجل المركز الوطني للزلازل هزة أرضية بقوة 4.4 درجات على بعد 30 كيلومتراً شمال اللاذقية، ولم ترد أنباء عن أضرار.",
    )  # fmt: skip
    day.publish(
        "13:17", "syria_tv", "هزة أرضية بقوة 4.7 تضرب ريف اللاذقية الشمالي",
        "قال المركز الأوروبي المتوسطي للزلازل إن هزة أرضية بقوة 4.7 درجات وقعت شمال اللاذقية ظهر اليوم الأحد وشعر بها "
        "سكان الساحل.",
    )  # fmt: skip
    day.publish(
        "13:30", "enab", "هزة أرضية شمالي اللاذقية.. والرصد التركي يقدرها بـ5.2",
        "قدرت هيئة الكوارث التركية قوة الهزة الأرضية التي وقعت شمالي اللاذقية ظهر الأحد بـ5.2 درجات، فيما قدرها المركز "
        "السوري بـ4.4 درجات.",
    )  # fmt: skip
    day.publish(
        "13:43", "shaam", "الهزة الأرضية شمال اللاذقية: لا أضرار حتى الآن",
        "قال الدفاع المدني إن فرقه لم تتلق بلاغات عن أضرار بعد الهزة الأرضية التي ضربت شمال اللاذقية ظهر اليوم.",
    )  # fmt: skip
    played = day.play("اللاذقية")
    assert len(set(played.stories)) == 1
    assert played.told("اللاذقية") == ["first"]
    (shown,) = played.shown("اللاذقية")
    assert "زلزال أو هزة" in shown.split("\n")[0]
    assert "المصادر (5): " in shown
    for magnitude in ("4.4", "4.7", "5.2"):
        assert magnitude in shown
    assert "الحصيلة" not in shown


def test_4_a_denial_that_another_outlet_repeats_is_one_message_and_is_called_a_denial(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-03")
    day.publish("18:00", "ikhbariah", *DENIED)
    day.publish("18:15", "halab_today", *DENIED)
    played = day.play("حي العدوي", "دمشق", "حلب")
    assert len(set(played.stories)) == 1
    for watch in ("حي العدوي", "دمشق"):
        assert played.told(watch) == ["first"]
        (shown,) = played.shown(watch)
        header = shown.split("\n")[0]
        assert header.startswith("نفي: ")
        assert "العدوي" in header
        assert not set(header) & set("🔴🟠🟡")
        assert "المصدر: الإخبارية السورية" in shown  # a repost is no second source
    assert played.told("حلب") == []


def test_5_two_villages_entered_on_one_day_in_nearly_the_same_words_are_two_stories(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2026-10-02")
    day.publish(
        "11:00", "ikhbariah", "قوة للاحتلال تتوغل في قرية جملة غربي درعا",
        "توغلت قوة للاحتلال الإسرائيلي مؤلفة من أربع آليات في قرية جملة بريف درعا الغربي ونصبت حاجزاً وسطها "
        "قبل أن تنسحب.",
    )  # fmt: skip
    day.publish(
        "12:05", "shaam", "قوة للاحتلال تتوغل في قرية معرية غربي درعا",
        "توغلت قوة للاحتلال الإسرائيلي مؤلفة من خمس آليات في قرية معرية بريف درعا الغربي وفتشت منزلين قبل أن تنسحب.",
    )  # fmt: skip
    played = day.play("جملة", "معرية", "درعا")
    assert len(set(played.stories)) == 2
    assert played.told("درعا") == ["first", "first"]
    assert played.edits("درعا") == []
    for village, other in (("جملة", "معرية"), ("معرية", "جملة")):
        (shown,) = played.shown(village)
        assert f"توغّل | {village}" in shown
        assert other not in shown


def test_6_a_title_that_was_edited_at_a_new_address_is_the_same_news_and_no_syrian_town_is_told(
    tmp_path: Path,
) -> None:
    text = (
        "قضى خمسة سوريين من عائلة واحدة ليل الجمعة بقصف إسرائيلي طال سيارة كانوا فيها عند مدخل بلدة الطيبة في قضاء "
        "مرجعيون جنوبي لبنان، ونقل الصليب الأحمر اللبناني جثامينهم إلى مشفى في النبطية."
    )
    day = NewsDay(tmp_path, "2026-09-12")
    for clock, verb, slug in (("10:00", "مقتل", "maqtal-5"), ("10:20", "استشهاد", "istishhad-5")):
        address = f"https://news.example/{slug}"
        day.publish(
            clock, "syria_tv", f"{verb} 5 سوريين بقصف إسرائيلي على جنوبي لبنان", text, guid=address, link=address
        )
    played = day.play("لبنان + سوريين", "الطيبة", "دمشق", "درعا", "فئة: غارة")
    assert len(set(played.stories)) == 1
    assert played.told("لبنان + سوريين") == ["first"]
    (shown,) = played.shown("لبنان + سوريين")
    assert shown.startswith("خارج سوريا: ")
    assert "المصدر: تلفزيون سوريا" in shown
    for town in ("الطيبة", "دمشق", "درعا", "فئة: غارة"):
        assert played.shown(town) == []


def test_7_a_higher_toll_of_the_car_bomb_in_suluk_answers_the_first_message(tmp_path: Path) -> None:
    day = NewsDay(tmp_path, "2019-11-23")
    day.publish(
        "15:00", "enab", "سيارة مفخخة تقتل خمسة أشخاص وسط سلوك شمالي الرقة",
        "انفجرت سيارة مفخخة في سوق بلدة سلوك بريف الرقة الشمالي ظهر السبت، ما أدى إلى مقتل خمسة أشخاص "
        "وإصابة آخرين بجروح.",
    )  # fmt: skip
    day.publish(
        "16:10", "shaam", "سبعة قتلى في انفجار السيارة المفخخة ببلدة سلوك شمالي الرقة",
        "ارتفع عدد قتلى انفجار السيارة المفخخة في سوق بلدة سلوك بريف الرقة الشمالي إلى سبعة، وأصيب نحو عشرين آخرين "
        "نقلوا إلى مشافي تل أبيض.",
    )  # fmt: skip
    played = day.play("سلوك")
    assert len(set(played.stories)) == 1
    assert played.told("سلوك") == ["first", "development"]
    first, later = played.sent("سلوك")
    assert (first["answers"], later["answers"]) == (None, first["message"])
    told_first, told_later = played.rang("سلوك")
    assert "الحصيلة: 5 قتلى\n" in told_first
    assert "تحديث" in told_later.split("\n")[0]
    assert "الحصيلة: 7 قتلى" in told_later
    shown = played.shown("سلوك")[0]
    assert "الحصيلة: 7 قتلى و20 جريحاً (شبكة شام)" in shown  # a toll that rises is no conflict
    assert "أكّده مصدران مستقلان" in shown
    assert "متضاربة" not in shown


def test_8_the_same_strike_in_other_years_is_other_news_and_an_old_date_never_rings(tmp_path: Path) -> None:
    words = (
        "غارات إسرائيلية على مواقع عسكرية في الكسوة بريف دمشق",
        "استهدفت غارات إسرائيلية مواقع عسكرية قرب الكسوة جنوبي دمشق ليلاً، وسمعت انفجارات في أنحاء العاصمة، ولم تعرف "
        "حصيلة الخسائر بعد.",
    )
    years = ("2017-12-02", "2018-05-08", "2025-04-03", "2025-08-27")
    day = NewsDay(tmp_path, years[-1])
    for date in years:
        day.publish("23:30", "sana", *words, day=date)
    day.publish("23:50", "sana", *words, dated=when("2018-05-08", "23:30"), guid="out-of-the-archive")
    day.publish("23:55", "enab", *words, dated=when("2017-12-02", "23:30"))
    played = day.play("الكسوة")
    *news, again, elsewhere = played.articles()
    assert len({line["story"] for line in news}) == len(years)
    assert played.told("الكسوة") == ["first"] * len(years)
    assert again["silence"] == elsewhere["silence"] == "stale"
    assert len(played.shown("الكسوة")) == len(years)
