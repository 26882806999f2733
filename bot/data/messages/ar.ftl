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
alert-repeated = قد يكون هذا التنبيه وصلك من قبل.
button-article = الخبر
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
    [one] معتقل واحد
    [two] معتقلان
    [few] { $count } معتقلين
    [many] { $count } معتقلاً
   *[other] { $count } معتقل
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
