"""The language of a text: our own sentences in every language, the shapes that mislead, and laws."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.language import LANGUAGES, detect

ARABIC = """
قصف مدفعي على أطراف جاسم
دمشق
عاجل
مقتل شخصين برصاص مجهولين
درعا تنتظر
انفجار لغم قرب سرمين
حرائق تلتهم أحراج كسب
ماكرون يزور بيروت غدا
شهيدان وجرحى في نوى
ترامب يهدد إيران مجددا
سعر صرف الليرة اليوم
زلزال شدته أربع درجات شعر به سكان حماة
أفاد مراسلنا في ريف حلب الشمالي بأن دورية عبرت الطريق الدولي فجرا ثم عادت من حيث أتت دون أن تقع إصابات.
نشرت صحيفة The Guardian تقريرا عن المفقودين
أعلنت منظمة Doctors Without Borders وقف عملها في المخيم
بيان من شركة Syrian Telecom
قال سكان الحي إن الكهرباء لم تصل إليهم منذ ثلاثة أيام، وإن صهاريج المياه لا تدخل الشارع بسبب الحفر.
الچيش ينتشر حول المدينة وفيديو ڤيديو يظهر الرتل
انفجار فی ریف حلب یودی بحیاة مدنیین
وزیر الخارجیة یلتقی نظیره الترکی فی أنقرة
الشرطة تلقی القبض علی مشتبه به
قُتِلَ طِفْلانِ فِي بَلْدَةِ الحِراكِ
قـــصـــف عنيف على المدينة
ﺍﻟﺠﻴﺶ ﻳﻌﻠﻦ ﺍﻟﺴﻴﻄﺮﺓ ﻋﻠﻰ ﺍﻟﻤﻌﺒﺮ
شو صار بالضيعة اليوم يا جماعة؟ ما في خبز ولا مي
روسيا تقصف ادلب
إسرائيل تستهدف مطار المزة
#عاجل | #درعا: قتيل برصاص مجهولين https://t.me/example/12 🔴
بدء العام الدراسي في الرقة
صور
وفاة فنان
لبنان
تعرف على أسعار الذهب
الاتفاق النووي الإيراني: طهران ترد
كيف يعيش أهالي الغوطة
BBC: الهدنة صامدة
قوات "قسد" تعتقل شابا
رويترز
سوريا وتركيا تبحثان ملف المياه
باسل خياط نجم دراما
چاي وپيتزا في مطعم بحلب
Reuters عن مصادر: لقاء قريب بين الشرع وماكرون
وین راح الغاز؟ الناس عم تستنی من الصبح
الصبح شي وبعد الظهر شي تاني
بيان رقم 12
كۆباني
عفرين
تحديث | 3 قتلى
مباشر: كلمة الرئيس
شاهد فيديو
توثيق مقتل 4 مدنيين Civilians killed in Idlib
بدون عنوان
نادي الكرامة يهزم تشرين بهدفين
هدوء حذر بعد اشتباكات
غارات اسرائيلية تستهدف ريف دمشق
دوي انفجارات بسماء حمص
سانا
نرجو من المواطنين الابتعاد
لا صحة لأنباء
مدير مشفى
"""

ENGLISH = """
Explosion in Damascus
Two killed in Daraa ambush
Syria army shells Idlib village
Israeli jets hit Mezzeh airport
Bread prices double in Aleppo
Drone attack on convoy near Deir ez-Zor
SDF retakes Kobanê outskirts
Erdoğan says troops will stay
Öcalan calls on PKK to disarm
Hundreds protest in al-Suwayda
UN warns of famine
Tribesmen clash with fighters in Ras al-Ayn
Qamishli curfew lifted
Mines kill three shepherds
The villagers of Jasim closed the road this morning after a raid on two houses, and shops stayed shut.
Reconstruction of the hospital in Qusayr has begun, local officials said, though no date was given for its opening.
LIVE: SYRIA TALKS RESUME IN GENEVA
Breaking: earthquake felt across Latakia, no casualties reported
Residents of Jaramana wait for water
Protest in Salamiyah: hundreds chant «الحرية» outside the town hall as police watch from the square
Damascus
Aleppo airport reopens
Syria: Car bomb kills four
Live updates
Turkish drones strike SDF convoy
Trump lifts sanctions
Who is Ahmed al-Sharaa?
Wheat harvest collapses
Druze leader Hikmat al-Hijri speaks
Iran warns Israel
Photos: Eid in Homs
Captagon lab found
Al-Hol camp emptied
Mass grave discovered in Najha
HTS denies report
Cholera outbreak
Opinion: Assad's fall, one year on
Ceasefire holds
Oil tanker seized off Tartus
Power cuts in Raqqa, Hasakah
Idlib bombing
Teacher shot dead
Kurdish-led forces withdraw
A night in Kafr Nabl
"""

SORANI = """
تەقینەوەیەک لە دیمەشق ڕوویدا
دوو کەس لە حەلەب کوژران
هێزەکانی سووریای دیموکرات کشانەوە
بومەلەرزە لە هەسەکە
کۆبانێ بێ ئاوە
نرخی نان بەرز بووەوە
وەزیری دەرەوە گەیشتە هەولێر
درۆنێک کەوتە خوارەوە
لە گوندەکانی دەوروبەری عفرین خەڵک گەڕانەوە بۆ ماڵەکانیان، بەڵام کارەبا و ئاو هێشتا نییە.
سەرۆکی شارەوانی وتی کە ڕێگاکە تا بەیانی دادەخرێت و پێویستە خەڵک ڕێگایەکی تر بەکاربهێنن.
ئه‌نجومه‌نی وه‌زیران له‌ هه‌ولێر كۆبووه‌وه‌
دوو كه‌س له‌ ته‌قینه‌وه‌كه‌دا كوژران
سه‌رۆكی هه‌رێم پێشوازی له‌ شاندێك ده‌كات
ئه‌مڕۆ له‌ سلێمانی خۆپیشاندان كرا
خۆپیشاندان لە ڕەققە
ھێزە ئەمنییەکان ڕێگاکەیان داخست
هەواڵ
سووریا
شەڕ لە نێوان هەسەدە و سوپای سووریا
پێنج کەس بریندار بوون
ئەحمەد شەرع گەیشتە ئەنقەرە
باران و بەفر
داعش هێرشی کردە سەر بازگەیەک
خوێندکاران مانیان گرت
وەزارەتی تەندروستی
كۆمه‌ڵگه‌ی نێوده‌وڵه‌تی
له‌ كۆبانێ شه‌ڕه‌
رۆژئاوای کوردستان
پارتی و یەکێتی
زانکۆی ڕۆژئاڤا دەرگای کردەوە
"""

KURMANJI = """
Li Helebê teqîn çêbû
Du kes li Şamê hatin kuştin
Êrîşa dronan li ser Kobanê
Li Qamişlo qedexeya derketinê
Gelê Hesekê bê av ma
Artêşa Tirk gundên Girê Spî topbaran kir
Erdhej li Efrînê
Buhayê nên bilind bû
QSDê daxuyaniyek belav kir
Zarokek bi teqîna mayînê birîndar bû
Ji bo aştiyê li kolanan meşiyan
Rêveberiya Xweser biryareke nû da
Rûniştvanên gund dibêjin ku ev sê roj in elektrîk tune ye û av jî bi tankeran tê anîn.
Wezîrê derve got ku ew ê sibê here Bexdayê û bi berpirsên wê derê re bicive.
Li Rojava du kes hatin girtin
Her kes li benda dawiya sere ye u dixwaze vegere mala xwe
Şer li Sirînê
Pênc kes birîndar bûn
Mazlûm Ebdî axivî
Kongreya PYDê bi dawî bû
Nûçeyên rojê
DAIŞ êrîşî xaleke ewlehiyê kir
Baran û berf li Cizîrê
Agir bi daristanê ket
Dibistanên Efrînê vebûn
Trump bi Erdogan re axivî
Sê mirî di qezaya trafîkê de
Hevdîtina Barzanî û Şara
Komkujiya Şengalê di bîranînê de ye
Serokê Herêma Kurdistanê
Banga ji bo alîkariyê
Zimanê kurdî li dibistanan
"""

TURKISH = """
Halep'te patlama
Şam'da iki kişi öldü
Suriye ordusu İdlib'de köyü bombaladı
Rakka'da mayın patladı
Erdoğan Suriye açıklaması yaptı
Deprem Lazkiye'de de hissedildi
Ekmek fiyatları iki katına çıktı
Bakan Fidan yarın Ankara'da
Son dakika haberleri
Elektrik kesintisi devam ediyor
Muhalifler kentin merkezine girdi
Operasyon tamam, askerler geri geldi
Sokak ortasinda silahli saldiri: bir yarali var
Belediye ekipleri sabah saatlerinde yolu kapattı, esnaf ise dükkanını açmadan eve döndü.
Köylüler üç gündür elektrik olmadığını, suyun da tankerlerle getirildiğini söylüyor.
Baþkan, kentte su sýkýntýsý olduðunu söyledi
SINIRDA HAREKETLİLİK
Kobani'de çatışma sürüyor
Şam
Suriye'de son durum
Hatay'da deprem
Esad devrildi
Bakandan açıklama
YPG geri çekildi
Trump ile Erdoğan telefonda konuştu
Terör örgütü elebaşı öldürüldü
Kamyon devrildi: 2 ölü
Rejim güçleri saldırdı
Halep yeniden ayakta
Kurban Bayramı tatili
Sınır kapısı kapatıldı
Dolar rekor kırdı
Almanya'dan yardım
"""

PERSIAN = """
انفجار در دمشق
دو نفر در حلب کشته شدند
ارتش سوریه روستایی در ادلب را گلوله‌باران کرد
وزیر خارجه ایران به بیروت رفت
زلزله در لاذقیه
بهای نان دو برابر شد
رئیس‌جمهور ترکیه فردا سخنرانی می‌کند
پهپاد ناشناس سرنگون شد
اعتراض کشاورزان در شهر دوما
آتش‌سوزی جنگل‌های ساحلی مهار شد
گزارش خبرنگار ما از مرز
هواپیمای باری فرود اضطراری داشت
ساکنان روستا می‌گویند سه روز است که برق ندارند و آب نیز با تانکر آورده می‌شود.
شهردار گفت که جاده تا صبح بسته خواهد بود و مردم باید از راه دیگری بروند.
وزير خارجه گفت كه اين ديدار براي صلح است
حمله هوایی اسرائیل به فرودگاه
سوریه
اخبار روز
آتش‌بس در غزه
اسد سقوط کرد
ترامپ و پوتین دیدار کردند
حمله پهپادی به عین العرب
درگیری میان قسد و ارتش
قیمت دلار امروز
فوتبال ایران پیروز شد
رهبر انقلاب
تهران تایید کرد
مذاکرات هسته ای آغاز شد
وزارت بهداشت هشدار داد
اعتراضات مردمی سويدا ادامه دارد
نتانیاهو تهدید کرد
"""

OTHER = """
شام میں دھماکہ، دو افراد ہلاک
وزیراعظم نے کہا کہ حکومت عوام کے ساتھ ہے
دمشق میں بجلی بحال
په دمشق کې چاودنه وشوه
د سوریې پوځ پر یوه کلي برید وکړ
سۈرىيەدە پارتلاش يۈز بەردى
Dəməşqdə partlayış oldu
İki nəfər Hələbdə öldürüldü
Suriya ordusu kəndi atəşə tutdu
Explosion in der Altstadt von Damaskus
Zwei Tote bei Angriff auf Konvoi
Une explosion a secoué la banlieue de Damas
Deux morts dans une attaque près d'Alep
Dos muertos en un ataque cerca de Alepo
El ejército sirio bombardea una aldea
Due morti in un attacco vicino ad Aleppo
Twee doden bij aanslag op konvooi
Dwie osoby zginęły w wybuchu pod Aleppo
Två döda i attack nära Aleppo
Dois mortos em ataque perto de Aleppo
Doi morți într-un atac lângă Alep
Взрыв в Дамаске
Вибух у Дамаску, двоє загиблих
Έκρηξη στη Δαμασκό
פיצוץ בדמשק
大马士革发生爆炸
दमिश्क में धमाका
Halabda portlash yuz berdi, ikki kishi halok bo'ldi va uchun
Damaskda partlama boldy, iki adam öldi we köp adam ýaralandy
Dua orang tewas dalam serangan yang terjadi dekat Aleppo
12:30 - 14/05/2026
1,250,000
🔴🔴🔴
...
https://example.org/news/42
@rasid_news
پاکستان میں زلزلہ
شام کے صدر احمد الشرع
خبریں
افغان حکومت اعلان وکړ
Prezident İlham Əliyev
Yaxşı xəbər
Türkiyə və Suriya
Krieg in Syrien
Syrie: deux morts
Siria: cinco heridos
La guerra in Siria
Guerra na Síria
Oorlog in Syrië
Ny attack i Syrien
Wojna w Syrii
Război în Siria
Syrien
Explosion à Damas
Perang di Suriah
Luftta e Sirisë vazhdon
Rat u Siriji
Válka v Sýrii
Szíriai háború
Syyrian sota jatkuu
السلام عليكم (мир) Новости из Сирии сегодня утром
シリアで爆発
Jang ya Syria inaendelea
Dagaalka Suuriya waa socdaa
"""


PARAGRAPHS = {
    "ar": (
        "توقفت حركة المرور على الطريق الواصل بين بصرى والسويداء صباح اليوم بعد أن وضع مسلحون حواجز من "
        "الحجارة. وقال سائق حافلة إنه انتظر ساعتين ثم عاد بركابه، فيما لم يصدر أي بيان عن الجهات المحلية "
        "حتى مساء أمس."
    ),
    "en": (
        "Traffic on the road between Busra and Sweida stopped this morning after gunmen put up barriers of "
        "stones. A bus driver said he waited two hours and then took his passengers back; no statement had "
        "come by the evening."
    ),
    "ckb": (
        "ئەمڕۆ بەیانی هاتوچۆ لەسەر ڕێگای نێوان دوو شارەکە وەستا دوای ئەوەی چەکداران بەردیان لەسەر ڕێگاکە "
        "دانا. شۆفێری پاسێک گوتی دوو کاتژمێر چاوەڕوان بووە و پاشان گەڕاوەتەوە، تا ئێوارەش هیچ بەیاننامەیەک "
        "بڵاو نەکراوەتەوە."
    ),
    "kmr": (
        "Îro serê sibê piştî ku çekdaran kevir danîn ser rê, hatinûçûna di navbera her du bajaran de "
        "sekinî. Ajokarê otobusekê got ku wî du saetan li bendê ma û paşê rêwiyên xwe paş de birin; heta "
        "êvarê tu daxuyanî nehat dayîn."
    ),
    "tr": (
        "Silahlı kişilerin yola taş koyması üzerine iki şehir arasındaki trafik bu sabah durdu. Bir otobüs "
        "şoförü iki saat bekledikten sonra yolcularını geri götürdüğünü anlattı; akşama kadar herhangi bir "
        "açıklama yapılmadı."
    ),
    "fa": (
        "رفت‌وآمد در جادهٔ میان دو شهر صبح امروز پس از آن متوقف شد که افراد مسلح با سنگ راه را بستند. "
        "رانندهٔ یک اتوبوس گفت دو ساعت منتظر ماند و سپس مسافران را برگرداند؛ تا شب هیچ بیانیه‌ای منتشر نشد."
    ),
    "other": (
        "Der Verkehr auf der Straße zwischen den beiden Städten kam am Morgen zum Erliegen, nachdem "
        "Bewaffnete Steine auf die Fahrbahn gelegt hatten. Ein Busfahrer sagte, er habe zwei Stunden "
        "gewartet und sei dann umgekehrt."
    ),
}


def _cases() -> list[tuple[str, str]]:
    written = {
        "ar": ARABIC, "en": ENGLISH, "ckb": SORANI, "kmr": KURMANJI, "tr": TURKISH, "fa": PERSIAN, "other": OTHER,
    }  # fmt: skip
    return [(code, line) for code, text in written.items() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("language", "text"), [*_cases(), *PARAGRAPHS.items()])
def test_a_text_is_told_by_its_language(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", " \n\t", "12:30", "🔴🟢", "؟!،", "#", "@", "https://", "\ud800", "\u200c\u200f"])
def test_what_holds_no_words_has_no_language(text: str) -> None:
    assert detect(text) == "other"


def test_a_tag_speaks_only_where_nothing_else_does() -> None:
    assert detect("#تفجير_في_دمشق") == "ar"
    assert detect("Four wounded in the blast #تفجير_في_دمشق #سوريا_اليوم #عاجل_الآن") == "en"
    assert detect("#BREAKING #Syria #Aleppo انفجار في حلب") == "ar"


def test_an_outlet_in_latin_letters_does_not_make_an_arabic_headline_english() -> None:
    assert detect("The Washington Post: هدنة قريبة") == "ar"
    assert detect("وزير لـ Sky News: لا عودة") == "ar"


def test_a_place_in_arabic_letters_does_not_make_an_english_report_arabic() -> None:
    assert detect("Residents of Jasim (جاسم) say that the road to the town has been closed since dawn") == "en"


def test_the_beginning_of_a_long_article_is_enough() -> None:
    assert detect(PARAGRAPHS["ar"] * 5 + PARAGRAPHS["en"] * 50) == "ar"
    assert detect(PARAGRAPHS["ckb"] * 2000) == "ckb"


def test_stray_bytes_of_a_turkish_feed_are_read_as_turkish() -> None:
    right = "Kayıp kişiler için yeni bir başvuru yolu açılıyor, ancak dosyaların çoğu eksik."
    wrong = right.encode("iso8859-9").decode("latin-1")
    assert wrong != right
    assert detect(wrong) == "tr"
    assert detect("Þetta er fréttin um það sem gerðist í gær") == "other"  # Icelandic owns þ and ð


@given(st.text(max_size=300))
def test_every_text_has_one_of_the_known_languages_and_always_the_same(text: str) -> None:
    language = detect(text)
    assert language in LANGUAGES
    assert detect(text) == language


@given(st.text(alphabet="ابكیەۆپêışçəäabcx \u200c'’#@.ýþ", max_size=80))
def test_letters_of_many_languages_in_one_text_do_no_harm(text: str) -> None:
    assert detect(text) in LANGUAGES


@given(
    st.sampled_from([*_cases(), *PARAGRAPHS.items()]),
    st.sampled_from(
        ["https://example.org/a/b?c=d", "🔴", "@example_news", "t.me/example/7", "1,250", "news@example.org", "…"]
    ),
    st.sampled_from(["{text} {noise}", "{noise} {text}", "{text}\n{noise}"]),
)
def test_addresses_and_pictures_change_nothing(case: tuple[str, str], noise: str, order: str) -> None:
    language, text = case
    assert detect(order.format(text=text, noise=noise)) == language


@given(st.sampled_from([case for case in _cases() if case[0] in ("ar", "ckb", "fa")]), st.integers(0, 30))
def test_unseen_marks_change_nothing(case: tuple[str, str], at: int) -> None:
    language, text = case
    assert detect(text[:at] + "\u200f" + text[at:]) == language


def test_each_language_of_the_development_set_is_told_nearly_always() -> None:
    path = Path(__file__).parents[2].parent / "shared" / "eval" / "language.dev.jsonl"
    if not path.exists():
        pytest.skip("the development set is not here")
    right: dict[str, list[bool]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        right.setdefault(row["language"], []).append(detect(row["text"]) == row["language"])
    accuracy = {language: sum(hits) / len(hits) for language, hits in right.items()}
    assert sum(accuracy.values()) / len(accuracy) >= 0.985, accuracy
