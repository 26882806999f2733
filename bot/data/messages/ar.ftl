# ما يقوله راصد بالعربية. النص هنا HTML كما يفهمه تلغرام؛ أما المتغيّرات فتُنظَّف قبل أن تدخل.

## التعارف
start-welcome =
    <b>راصد</b> يتابع لك أخبار سوريا، ولا يرسل إليك إلا ما يخصّك.

    اكتب اسم بلدتك أو أي كلمة تهمّك، مثل: <b>تابع جاسم</b>
    وحين يرد ذكرها في الأخبار يصلك ملخّص قصير مع مصدره.
start-examples = أو ابدأ بضغطة واحدة:
start-in-group =
    <b>راصد</b> يتابع أخبار سوريا لهذه المجموعة. يضيف المشرفون المتابعات بالأمر /watch، مثل:
    <code>/watch جاسم</code>
button-language = English
button-watch-example = { $watch }
examples = جاسم | درعا | حلب | دير الزور | السويداء | القامشلي
language-set = سأكلّمك بالعربية.

## المساعدة
help =
    <b>كيف تستعمل راصد</b>

    <b>تابع جاسم</b> ـ لتصلك أخبار جاسم
    <b>ألغِ جاسم</b> ـ لتتوقّف
    <b>قائمتي</b> ـ لترى ما تتابعه وتحذف منه بضغطة

    المتابعة كلمة أو عبارة: <b>دير الزور</b>، <b>حظر تجوال</b>، <b>انقطاع المياه</b>. تُقرأ الكلمات كما يقرؤها الناس: «لجاسم» و«بجاسم» و«جـاسم» كلمة واحدة، و«جملة» ليست «بجملتها».

    كل خبر يصلك مرة واحدة، مع اسم مصدره ورابطه.

    الأوامر: /watch /unwatch /list /help /forget
    لا نحفظ عنك سوى رقم المحادثة وما تتابعه، والأمر /forget يمحو كل شيء.

## المتابعات
watch-added = صرت تتابع { $watch }. سيصلك ما يُنشر عنها منذ الآن.
watch-already = أنت تتابع { $watch } من قبل.
watch-usage = اكتب ما تريد متابعته بعد الكلمة، مثل: <b>تابع جاسم</b>
watch-offer = هل تريد أن تتابع { $watch }؟
button-watch = تابع { $watch }
unwatch-done = لم تعد تتابع { $watch }.
unwatch-usage = اكتب ما تريد إلغاءه، مثل: <b>ألغِ جاسم</b>، أو افتح <b>قائمتي</b>.
unwatch-not-found = لا تتابع { $watch }. افتح <b>قائمتي</b> لترى ما تتابعه.
list-empty = لا تتابع شيئاً بعد. اكتب مثلاً: <b>تابع جاسم</b>
list-head = { $count ->
    [zero] لا تتابع شيئاً بعد.
    [one] تتابع كلمة واحدة. اضغط عليها لحذفها:
    [two] تتابع كلمتين. اضغط على إحداهما لحذفها:
    [few] تتابع { $count } كلمات. اضغط على واحدة لحذفها:
    [many] تتابع { $count } كلمة. اضغط على واحدة لحذفها:
   *[other] تتابع { $count } كلمة. اضغط على واحدة لحذفها:
 }
list-page = الصفحة { $page } من { $pages }
button-remove = ✕ { $watch }
button-next = التالي ‹
button-previous = › السابق
button-gone = حُذفت من قبل

## المحو
forget-ask = سيُمحى كل ما نحفظه عن هذه المحادثة: متابعاتها وتنبيهاتها. لا رجعة في ذلك. هل أنت متأكد؟
button-forget-yes = نعم، امحُ كل شيء
button-forget-no = لا، أبقِ عليه
forget-done = مُحي كل شيء. إن عدت يوماً فأرسل /start
forget-kept = لم يُمحَ شيء.

## ما لا يصحّ
watch-empty = لم تكتب ما تريد متابعته. اكتب مثلاً: <b>تابع جاسم</b>
watch-too-short = الحرف الواحد لا يكفي؛ اكتب كلمة من حرفين على الأقل.
watch-too-long = هذا أطول من أن يُتابَع. الحدّ { $limit } { $limit ->
    [few] أحرف
    [many] حرفاً
   *[other] حرف
 }؛ اكتب كلمة أو عبارة قصيرة.
watch-only-punctuation = لا أجد في هذا كلمة. اكتب حروفاً أو أرقاماً، مثل: <b>تابع جاسم</b>
watch-unbalanced = هنا قوس أو علامة اقتباس ليس لها ما يقابلها: <b>{ $near }</b>
    أغلقها أو احذفها.
watch-empty-group = القوسان هنا فارغان: <b>{ $near }</b>
    اكتب بينهما كلمة، أو احذفهما.
watch-dangling-operator = هنا ما يصل بين كلمتين، وتنقصه إحداهما: <b>{ $near }</b>
    اكتب كلمة قبله وكلمة بعده، مثل: <b>قصف + درعا</b>، أو احذفه.
watch-only-negative = هنا ما لا تريده، وينقص ما تريده: <b>{ $near }</b>
    ابدأ بكلمة تتابعها، مثل: <b>درعا - كرة</b>
watch-only-filters = هذا شرط لا يكفي وحده: <b>{ $near }</b>
    أضف إليه كلمة تتابعها، مثل: <b>درعا + { $near }</b>
watch-empty-filter = لم تكتب شيئاً بعد <b>{ $name }:</b>
    أكمله، أو احذفه.
watch-unknown-filter = لا أعرف شرطاً اسمه <b>{ $name }:</b>
    إن كانت النقطتان جزءاً مما تتابعه فضعه بين علامتي اقتباس، مثل: <b>«عاجل: درعا»</b>
watch-too-many-terms = في هذا كلمات أكثر مما يُتابَع معاً، والحدّ { $limit }. اجعله متابعتين أو أكثر.
watch-too-deep = الأقواس متداخلة كثيراً هنا: <b>{ $near }</b>
    اكتب ما تتابعه بأقواس أقل.
watch-filter-value = لا أعرف القيمة { $value } في هذا المرشِّح ({ $name }). جرّب مثلاً: <b>فئة: قصف</b>، <b>خطورة: عالية</b>، <b>صيغة: نفي</b>، <b>لغة: عربي</b>
watch-too-common = { $watch } في كل خبر تقريباً، فلا تنفع متابعتها. اكتب اسماً أو كلمة أضيق.
watch-limit = بلغتَ الحدّ: { $limit ->
    [one] متابعة واحدة
    [two] متابعتان
    [few] { $limit } متابعات
   *[other] { $limit } متابعة
 }. احذف واحدة من <b>قائمتي</b> ثم أضف غيرها.
admins-only = في المجموعات يغيّر المشرفون وحدهم ما يُتابَع.
not-understood = لم أفهم. اكتب <b>تابع</b> ثم ما يهمّك، مثل: <b>تابع جاسم</b>، أو /help
button-stale = هذا الزر قديم. أرسل الأمر من جديد.
too-many-commands = وصلتنا منك أوامر كثيرة دفعة واحدة، فلم ننفّذها كلها. انتظر دقيقة ثم أرسل ما تريد.
given-up = عذراً، لم نستطع تنفيذ طلبك. أرسله من جديد بعد قليل.
internal-error = عذراً، حدث خطأ عندنا ولم نُكمل طلبك. سُجّل الخطأ برقم { $reference }؛ حاول من جديد بعد قليل.

## لماذا؟
test-usage = اكتب نصاً بعد الأمر لترى هل كان سيصلك ولماذا، مثل: <code>/test قصف على أطراف جاسم</code>
test-found = ✓ { $watch }: يصلك، لأن فيه { $where }
test-doubtful = ؟ { $watch }: قد لا يكون المقصود في { $where }، فلا يصلك
test-absent = ✗ لا يخصّ: { $watches }

## من أين تأتي الأخبار
sources-head = { $count ->
    [zero] لا يقرأ راصد مصدراً الآن.
    [one] يقرأ راصد مصدراً واحداً.
    [two] يقرأ راصد مصدرين.
    [few] يقرأ راصد { $count } مصادر.
    [many] يقرأ راصد { $count } مصدراً.
   *[other] يقرأ راصد { $count } مصدر.
 }
sources-note = ما بجانب الاسم تعريف بالجهة، لا حكم على أخبارها.
area-country = سوريا كلها
area-world = أوسع من سوريا (نأخذ ما يخصّها)
source-fine = ✓ آخر فحص ناجح { $when }
source-failing = ⚠︎ لا يجيب الآن، وآخر فحص ناجح { $when }. نعيد المحاولة.
source-paused = ⏸ لا يسمح لنا بالقراءة حالياً. نجرّبه مرة كل يوم.
source-untried = ⏳ لم نتمكّن من قراءته بعد. نعيد المحاولة.
slant-state = رسمي
slant-near_state = قريب من السلطات
slant-party = طرف في النزاع
slant-independent = مستقل
slant-independent_opposition = مستقل نشأ في بيئة المعارضة
slant-opposition = من بيئة المعارضة
slant-private = خاص
slant-local = محلي
slant-satire = اجتماعي ساخر
slant-kurdish = كردي
slant-kurdish_northeast = كردي قريب من إدارة شمال شرق سوريا
slant-kurdish_krg = كردي من إقليم كردستان العراق
slant-kurdish_pkk = كردي قريب من حزب العمال
slant-monitor = جهة رصد
slant-un = أممي
slant-qatari = قطري أو بتمويل قطري
slant-saudi = سعودي الملكية
slant-emirati = إماراتي
slant-turkish = تركي رسمي
slant-russian = روسي رسمي
slant-iran_aligned = قريب من حزب الله وإيران
slant-western = هيئة بث عامة غربية
slant-abroad = من خارج سوريا
slant-aggregator = مجمّع أخبار
slant-technical = رصد آلي
role-official = جهة رسمية
role-press = وسيلة إعلام
role-local = شبكة محلية
role-monitor = جهة توثيق
role-humanitarian = إنساني
role-aggregator = مجمّع

## لمن يشغّل راصد: إضافة المصادر
operators-only = هذا لمن يشغّل راصد وحده.
source-usage =
    اكتب عنوان موقع أو قناة بعد الأمر، مثل: <code>/source example.org</code> أو <code>/source @channel</code>
source-searching = أبحث في { $address } …
source-address =
    لا أجد في هذا عنواناً. اكتب عنوان موقع أو قناة عامة، مثل: <code>https://example.org</code> أو <code>@channel</code>
source-nothing = لم أجد في { $address } ما يُتابَع: لا خلاصة RSS ولا قناة عامة ولا خريطة أخبار فيها مواد.
source-unreadable = لم أستطع قراءة { $address }: { $why }.
source-robots =
    لا يسمح موقع { $address } للبرامج بقراءة صفحاته (robots.txt)، فتركتُه. إن كانت له خلاصة RSS أو قناة عامة فأرسل عنوانها.
source-known = هذا المصدر عندنا من قبل، واسمه { $name }.
source-kind-feed = خلاصة RSS
source-kind-telegram = قناة تلغرام
source-kind-sitemap = خريطة أخبار
source-kind-page = صفحة
source-count = { $count ->
    [zero] لا مواد فيه
    [one] فيه مادة واحدة
    [two] فيه مادتان
    [few] فيه { $count } مواد
    [many] فيه { $count } مادة
   *[other] فيه { $count } مادة
 }
source-latest = أحدثها { $when }
source-undated = بلا تاريخ، فلا تنبيه منه
source-preview = آخر ما نشره، كما يصل إلى من يتابعه:
button-source-syria = أضفه: أخباره عن سوريا
button-source-world = أضفه: خذ منه ما يخصّ سوريا
source-added = أُضيف { $name }. ما نشره قبل الآن لا يُنبَّه إليه، وما ينشره بعد الآن يصل إلى من يتابعه.
source-removed = لن يُقرأ { $name } بعد الآن.
button-source-remove = ✕ { $name }
opml-too-large = الملف أكبر مما يُقبل. الحدّ { $limit } كيلوبايت.
opml-broken = هذا ليس ملف OPML سليماً. صدّره من قارئ الخلاصات من جديد.
opml-unsafe = في هذا الملف تعريف نوع (DOCTYPE) قد يُستعمل للإضرار، فلم يُقرأ. احذف ذلك السطر منه وأرسله ثانية.
opml-empty = لا مصادر في هذا الملف.
opml-too-many = في الملف مصادر أكثر مما يُقبل معاً. الحدّ { $limit }.
opml-new = { $count ->
    [zero] لا جديد في الملف.
    [one] في الملف مصدر جديد واحد.
    [two] في الملف مصدران جديدان.
    [few] في الملف { $count } مصادر جديدة.
    [many] في الملف { $count } مصدراً جديداً.
   *[other] في الملف { $count } مصدر جديد.
 }
opml-known = نعرف من قبل: { $count }
opml-useless = لا يصلح: { $count } (عناوين ناقصة، أو صفحات بلا خلاصة)
opml-ask = أتُضاف؟ يُجرَّب كل منها، ولا يعمل إلا بعد أول قراءة ناجحة.
button-opml-yes = أضفها
button-opml-no = لا
opml-added = { $count ->
    [zero] لم يُضف شيء.
    [one] أُضيف مصدر واحد.
    [two] أُضيف مصدران.
    [few] أُضيفت { $count } مصادر.
    [many] أُضيف { $count } مصدراً.
   *[other] أُضيف { $count } مصدر.
 }
opml-left = لم يُضف شيء.
opml-title = مصادر راصد

## لمن يشغّل راصد: كيف الحال
health-head = <b>حال راصد</b>
health-sources = المصادر: { $fine } تُقرأ، { $failing } متعثّرة، { $paused } متوقفة، { $untried } لم تُقرأ بعد
health-worst = أطولها تعثّراً:
health-waiting = { $count ->
    [zero] لا تنبيه في الانتظار.
    [one] في الانتظار تنبيه واحد.
    [two] في الانتظار تنبيهان.
    [few] في الانتظار { $count } تنبيهات.
    [many] في الانتظار { $count } تنبيهاً.
   *[other] في الانتظار { $count } تنبيه.
 }
health-late = أقدمها حان وقته { $when }.
health-sent = { $count ->
    [zero] لم يُرسل تنبيه في الساعة الأخيرة.
    [one] أُرسل تنبيه واحد في الساعة الأخيرة.
    [two] أُرسل تنبيهان في الساعة الأخيرة.
    [few] أُرسلت { $count } تنبيهات في الساعة الأخيرة.
    [many] أُرسل { $count } تنبيهاً في الساعة الأخيرة.
   *[other] أُرسل { $count } تنبيه في الساعة الأخيرة.
 }
health-last = آخر تنبيه أُرسل { $when }.
health-dead = لم تصل إلى أصحابها في الساعة الأخيرة: { $count }
health-asked = أوامر تنتظر الجواب: { $count }
notices-head = <b>بلاغ عن المصادر</b>
condition-failing = لا يُقرأ: { $why }. آخر فحص ناجح { $when }.
condition-unread = لم يُقرأ قط: { $why }.
condition-paused = يرفض خادمه طلباتنا، أو يقول إنه أُغلق، فصرنا نجرّبه نادراً.
condition-silent = لم يأتِ منه جديد منذ مدة أطول بكثير من عادته.
condition-silent-since = لم يأتِ منه جديد على غير عادته، وآخر ما أتى { $when }.
condition-dates = تواريخ مواده كلها خاطئة أو ناقصة، فلا تنبيه منها.
condition-language = صار ينشر بلغة غير لغاته. أما زال كما كان؟
condition-title = صار يسمّي نفسه باسم آخر: { $detail }
condition-flood = جاء منه دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمع الباقي في خلاصة. أما زال كما كان؟
condition-folded = { $count ->
    [one] نشر دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمع تنبيه واحد منه في خلاصة. أما زال كما كان؟
    [two] نشر دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمع تنبيهان منه في خلاصة. أما زال كما كان؟
    [few] نشر دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمعت { $count } تنبيهات منه في خلاصة. أما زال كما كان؟
    [many] نشر دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمع { $count } تنبيهاً منه في خلاصة. أما زال كما كان؟
   *[other] نشر دفعةً واحدة أكثر مما يُنبَّه إليه، فجُمع { $count } تنبيه منه في خلاصة. أما زال كما كان؟
 }
condition-moved = انتقل نهائياً إلى { $detail }. غيّر عنوانه في الإعدادات.
condition-proven = كان قيد التجربة، وقد قُرئ بنجاح، فصار يعمل.
problem-unreachable = لا يمكن الوصول إلى خادمه
problem-timeout = لم يُجب في الوقت المتاح
problem-status = أجاب خادمه برفض أو بخطأ
problem-too_large = ما أرسله أكبر مما يُقبل
problem-too_many_redirects = يحيل من عنوان إلى آخر بلا نهاية
problem-forbidden_address = عنوانه داخل شبكة خاصة، ولا يُسمح بذلك
problem-not_a_feed = ما عند هذا العنوان ليس خلاصة ولا قناة
problem-empty = لا مواد فيه
problem-cut = انقطع قبل أن يكتمل
problem-bad_entry = فيه مادة لا تُقرأ
problem-reader_failed = تعذّرت قراءة ما أرسله
problem-robots = لا يسمح موقعه للبرامج بقراءة الصفحة (robots.txt)
problem-gap = نشر أكثر مما قُرئ
problem-other = مشكلة غير معروفة

## التنبيه
alert-denied = 🚫 نفي: لا صحة لما يلي، بحسب { $sources }.
alert-development = تحديث
alert-labelled = { $label }: { $what }
alert-place = { $place } ({ $above })
alert-toll = الحصيلة: { $toll }
alert-source = المصدر:
alert-sources = المصادر ({ $count }):
alert-others = و{ $count } غيرها
alert-undated = التاريخ غير محدد
alert-unconfirmed = ⚠︎ مصدر واحد، لم يؤكّده غيره بعد
alert-confirmed = { $count ->
    [two] ✓ أكّده مصدران مستقلان
    [few] ✓ أكّدته { $count } مصادر مستقلة
    [many] ✓ أكّده { $count } مصدراً مستقلاً
   *[other] ✓ أكّده { $count } مصدر مستقل
 }
alert-retold = { $count ->
    [two] ⚠︎ نقله مصدران مستقلان
    [few] ⚠︎ نقلته { $count } مصادر مستقلة
    [many] ⚠︎ نقله { $count } مصدراً مستقلاً
   *[other] ⚠︎ نقله { $count } مصدر مستقل
 }
alert-conflicting = ⚠︎ الأرقام متضاربة بين المصادر
alert-match = تطابق: { $watches }
alert-foreign = العنوان الأصلي { $language }:
alert-without-topic = ⚠︎ أُغلق الموضوع الذي كانت التنبيهات تصل إليه أو حُذف، فصارت تصل إلى هنا. لاختيار موضوع آخر أرسل فيه /start
alert-repeated = قد يكون هذا التنبيه وصلك من قبل.

# خلاصة ما فات: تنبيهات انتظرت حتى فات وقتها، أو جاءت كلها دفعة واحدة.
digest-missed = { $count ->
    [one] فاتك خبر واحد:
    [two] فاتك خبران:
    [few] فاتتك { $count } أخبار، أهمها:
    [many] فاتك { $count } خبراً، أهمها:
   *[other] فاتك { $count } خبر، أهمها:
}
digest-item = • { $headline } ({ $source })
digest-more = { $count ->
    [one] وخبر آخر
    [two] وخبران آخران
    [few] و{ $count } أخبار أخرى
    [many] و{ $count } خبراً آخر
   *[other] و{ $count } خبر آخر
}

# خلاصة الغياب: محادثة لم يكن بالإمكان الكتابة إليها، ثم عادت.
absent-since = أهلاً من جديد. عادت التنبيهات إلى هذه المحادثة، وكانت متوقفة منذ { $since }.
absent-nothing = أهلاً من جديد. عادت التنبيهات إلى هذه المحادثة، وكانت متوقفة منذ { $since }، ولم يفتك خلالها شيء.
button-article = الخبر
language-ar = بالعربية
language-en = بالإنكليزية
language-ckb = بالكردية (السورانية)
language-kmr = بالكردية (الكرمانجية)
language-tr = بالتركية
language-fa = بالفارسية
language-other = بلغة أخرى

## قائمة الأوامر في تلغرام
command-start = ابدأ
command-watch = تابع بلدة أو كلمة
command-unwatch = ألغِ متابعة
command-list = ما تتابعه
command-test = هل يخصّني هذا النص؟ ولماذا
command-sources = من أين تأتي الأخبار
command-help = كيف تستعمل راصد
command-forget = امحُ كل ما يخصّك

## ملخّص خبر بلغة أخرى، والحصيلة
composed-event = { $what } في { $places }، بحسب { $source }.
composed-what = { $what }، بحسب { $source }.
composed-where = خبر عن { $places }، بحسب { $source }.
composed-source = خبر نشره { $source }.
composed-toll = الحصيلة: { $toll }.
toll-dead = { $count ->
    [one] قتيل واحد
    [two] قتيلان
    [few] { $count } قتلى
    [many] { $count } قتيلاً
   *[other] { $count } قتيل
 }
toll-injured = { $count ->
    [one] جريح واحد
    [two] جريحان
    [few] { $count } جرحى
    [many] { $count } جريحاً
   *[other] { $count } جريح
 }
toll-missing = { $count ->
    [one] مفقود واحد
    [two] مفقودان
    [few] { $count } مفقودين
    [many] { $count } مفقوداً
   *[other] { $count } مفقود
 }
toll-detained = { $count ->
    [one] محتجز واحد
    [two] محتجزان
    [few] { $count } محتجزين
    [many] { $count } محتجزاً
   *[other] { $count } محتجز
 }
toll-and = { $toll } و{ $more }
toll-owned = { $toll } ({ $sources })

## ما يحدث، ومدى اليقين منه
source-unnamed = مصدر بلا اسم
modality-denied = نفي
modality-threatened = تهديد
modality-planned = مرتقب
modality-alleged = مزاعم
modality-background = حدث سابق
modality-anniversary = حدث سابق
modality-drill = تدريب
modality-recycled = خبر قديم
modality-abroad = خارج سوريا
modality-sport = رياضة
category-raid = اقتحام أو مداهمة
category-incursion = توغّل
category-arrest = اعتقال
category-kidnapping = خطف أو اختفاء
category-assassination = اغتيال أو محاولة اغتيال
category-killing = قتل أو إطلاق نار
category-shelling = قصف
category-airstrike = غارة جوية
category-drone = طائرة مسيّرة
category-projectile = سقوط جسم أو دويّ انفجار
category-explosion = انفجار
category-mine_erw = لغم أو مخلّفات حرب
category-clashes = اشتباكات
category-attack_on_post = هجوم أو كمين
category-communal_tension = توتر أهلي
category-checkpoint = حاجز
category-curfew = حظر تجوال
category-siege = حصار أو تطويق
category-reinforcement = تعزيزات عسكرية
category-withdrawal = انسحاب
category-settlement = تسوية أو هدنة
category-displacement = نزوح أو إجلاء
category-evacuation_order = إنذار بالإخلاء
category-return = عودة أهالٍ
category-protest = احتجاج أو إضراب
category-fire = حريق
category-earthquake = زلزال أو هزة
category-flood_storm = سيول أو عاصفة
category-collapse = انهيار
category-road_accident = حادث سير
category-disease = مرض أو تسمّم
category-chemical = هجوم كيميائي
category-water = مياه
category-electricity = كهرباء
category-bread = خبز
category-fuel = محروقات
category-prices = أسعار
category-roads_crossings = طرق أو معابر
category-schools = مدارس وامتحانات
category-missing_graves = مفقودون أو مقابر
category-release = إفراج
category-seizure = ضبط ومصادرة
category-aid = مساعدات
category-decision = قرار رسمي
