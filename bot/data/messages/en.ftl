# What Rasid says in English. Texts are Telegram HTML; variables are escaped before they come in.

## Getting acquainted
start-welcome =
    <b>Rasid</b> follows the news of Syria for you, and sends you only what concerns you.

    Write the name of your town, or any word that matters to you: <b>watch Jasim</b>
    When the news mentions it, you get a short summary with its source.
start-examples = Or begin with one tap:
start-in-group =
    <b>Rasid</b> follows the news of Syria for this group. Admins add watches with /watch, for example:
    <code>/watch جاسم</code>
button-language = العربية
button-watch-example = { $watch }
examples = جاسم | درعا | حلب | دير الزور | السويداء | القامشلي
language-set = I will write to you in English. News stays in its own language.

## Help
help =
    <b>How to use Rasid</b>

    <b>watch جاسم</b>: get the news of Jasim
    <b>unwatch جاسم</b>: stop
    <b>my list</b>: see what you watch, and remove with a tap

    A watch is a word or a phrase: <b>دير الزور</b>, <b>حظر تجوال</b>. Words are matched as people read them, never inside another word.

    You are told of each story once, with its source and its link.

    Commands: /watch /unwatch /list /help /forget
    We keep nothing of you but the chat's number and what you watch; /forget erases everything.

## Watches
watch-added = You now watch { $watch }. You will get what is published about it from now on.
watch-already = You watch { $watch } already.
watch-usage = Write what to watch after the word: <b>watch جاسم</b>
watch-offer = Do you want to watch { $watch }?
button-watch = Watch { $watch }
unwatch-done = You no longer watch { $watch }.
unwatch-usage = Write what to stop: <b>unwatch جاسم</b>, or open <b>my list</b>.
unwatch-not-found = You do not watch { $watch }. Open <b>my list</b> to see what you watch.
list-empty = You watch nothing yet. Write for example: <b>watch جاسم</b>
list-head = { $count ->
    [one] You watch one thing. Tap it to remove it:
   *[other] You watch { $count } things. Tap one to remove it:
 }
list-page = Page { $page } of { $pages }
button-remove = ✕ { $watch }
button-next = Next ›
button-previous = ‹ Previous
button-gone = Removed already

## Erasing
forget-ask = Everything kept about this chat will be erased: its watches and its alerts. This cannot be undone. Are you sure?
button-forget-yes = Yes, erase everything
button-forget-no = No, keep it
forget-done = Everything is erased. Should you come back, send /start
forget-kept = Nothing was erased.

## What is not right
watch-empty = You did not write what to watch. Write for example: <b>watch جاسم</b>
watch-too-short = One letter is not enough; write a word of at least two.
watch-too-long = This is too long to be watched. The limit is { $limit } letters; write a word or a short phrase.
watch-only-punctuation = I find no word in this. Write letters or digits: <b>watch جاسم</b>
watch-unbalanced = A bracket or a quotation mark has no counterpart here: <b>{ $near }</b>
    Close it, or take it out.
watch-empty-group = These brackets are empty: <b>{ $near }</b>
    Write a word between them, or take them out.
watch-dangling-operator = This joins two words, and one of them is missing: <b>{ $near }</b>
    Write a word before it and a word after it: <b>قصف + درعا</b>, or take it out.
watch-only-negative = This is what you do not want, and what you want is missing: <b>{ $near }</b>
    Begin with a word to watch: <b>درعا - كرة</b>
watch-only-filters = This condition is not enough by itself: <b>{ $near }</b>
    Add a word to watch: <b>درعا + { $near }</b>
watch-empty-filter = Nothing follows <b>{ $name }:</b>
    Complete it, or take it out.
watch-unknown-filter = I know no condition named <b>{ $name }:</b>
    If the colon belongs to what you watch, put it in quotation marks: <b>«عاجل: درعا»</b>
watch-too-many-terms = These are more words than can be watched together; the limit is { $limit }. Make two watches of them, or more.
watch-too-deep = Too many brackets within brackets here: <b>{ $near }</b>
    Write it with fewer.
watch-filter-value = I do not know the value { $value } of this filter ({ $name }). Try <b>category: shelling</b>, <b>severity: high</b>, <b>modality: denied</b>, <b>language: arabic</b>
watch-too-common = { $watch } stands in nearly every article. Write a name, or a narrower word.
watch-limit = You have reached the limit of { $limit ->
    [one] one watch
   *[other] { $limit } watches
 }. Remove one from <b>my list</b>, then add another.
admins-only = In groups only admins change what is watched.
not-understood = I did not understand. Write <b>watch</b> and what matters to you: <b>watch جاسم</b>, or /help
button-stale = This button is old. Send the command again.
too-many-commands = You sent many commands at once, and we did not follow all of them. Wait a minute, then send what you want.
given-up = Sorry, we could not do what you asked for. Please send it again in a little while.
internal-error = Sorry, something went wrong on our side and your request was not finished. It is noted as { $reference }; please try again in a while.

## Why?
test-usage = Write a text behind the command to see whether it would reach you, and why: <code>/test قصف على أطراف جاسم</code>
test-found = ✓ { $watch }: it reaches you, because of { $where }
test-doubtful = ? { $watch }: { $where } may not be what you mean, so it does not reach you
test-absent = ✗ not about: { $watches }

## Where the news comes from
sources-head = { $count ->
    [one] Rasid reads one source.
   *[other] Rasid reads { $count } sources.
 }
sources-note = What stands beside a name says who it is; it is no verdict on its news.
area-country = All of Syria
area-world = Wider than Syria (we take what concerns it)
source-fine = ✓ last read { $when }
source-failing = ⚠︎ Does not answer now; last read { $when }. We keep trying.
source-paused = ⏸ Does not let us read at present. We try once a day.
source-untried = ⏳ We could not read it yet. We keep trying.
slant-state = state
slant-near_state = close to the authorities
slant-party = party to the conflict
slant-independent = independent
slant-independent_opposition = independent, opposition-origin
slant-opposition = opposition-origin
slant-private = private
slant-local = local
slant-satire = social and satirical
slant-kurdish = Kurdish
slant-kurdish_northeast = Kurdish, close to the north-east administration
slant-kurdish_krg = Kurdish, Kurdistan Region
slant-kurdish_pkk = Kurdish, PKK-aligned
slant-monitor = monitor
slant-un = United Nations
slant-qatari = Qatar-based or Qatar-funded
slant-saudi = Saudi-owned
slant-emirati = UAE-based
slant-turkish = Turkish public
slant-russian = Russian state
slant-iran_aligned = close to Hezbollah and Iran
slant-western = Western public broadcaster
slant-abroad = based abroad
slant-aggregator = aggregator
slant-technical = automatic
role-official = official
role-press = news outlet
role-local = local network
role-monitor = monitor
role-humanitarian = humanitarian
role-aggregator = aggregator

## For who runs Rasid: adding sources
operators-only = This is for who runs Rasid only.
source-usage =
    Write the address of a site or a channel after the command: <code>/source example.org</code> or <code>/source @channel</code>
source-searching = Searching { $address } …
source-address =
    I find no address in this. Write that of a site or a public channel: <code>https://example.org</code> or <code>@channel</code>
source-nothing = I found nothing to follow at { $address }: no feed, no public channel, no news sitemap with items.
source-unreadable = I could not read { $address }: { $why }.
source-robots =
    The site of { $address } does not let programs read its pages (robots.txt), so I left it. If it has a feed or a public channel, send me that address.
source-known = We have this source already; its name is { $name }.
source-kind-feed = RSS feed
source-kind-telegram = Telegram channel
source-kind-sitemap = news sitemap
source-kind-page = page
source-count = { $count ->
    [one] one item
   *[other] { $count } items
 }
source-latest = the latest { $when }
source-undated = without dates, so nothing of it can alert
source-preview = The latest, as those who follow it would get it:
button-source-syria = Add: its news is about Syria
button-source-world = Add: take what concerns Syria
source-added = { $name } is added. What it published before now alerts nobody; what comes reaches those who follow it.
source-removed = { $name } is no longer read.
button-source-remove = ✕ { $name }
opml-too-large = The file is too large. The limit is { $limit } kilobytes.
opml-broken = This is not a sound OPML file. Export it from your feed reader again.
opml-unsafe = This file declares a document type (DOCTYPE), which can do harm, so it was not read. Take that line out and send it again.
opml-empty = There are no sources in this file.
opml-too-many = There are more sources in the file than can be taken at once. The limit is { $limit }.
opml-new = { $count ->
    [0] Nothing in the file is new.
    [one] One source in the file is new.
   *[other] { $count } sources in the file are new.
 }
opml-known = Known already: { $count }
opml-useless = Of no use: { $count } (broken addresses, or pages without a feed)
opml-ask = Add them? Each is tried, and works once it has been read.
button-opml-yes = Add them
button-opml-no = No
opml-added = { $count ->
    [one] One source is added.
   *[other] { $count } sources are added.
 }
opml-left = Nothing was added.
opml-title = Sources of Rasid

## For who runs Rasid: how it is
health-head = <b>How Rasid is</b>
health-sources = Sources: { $fine } are read, { $failing } fail, { $paused } are paused, { $untried } were never read
health-worst = Failing the longest:
health-waiting = { $count ->
    [0] No alert is waiting.
    [one] One alert is waiting.
   *[other] { $count } alerts are waiting.
 }
health-late = The oldest was due { $when }.
health-sent = { $count ->
    [0] No alert was sent in the last hour.
    [one] One alert was sent in the last hour.
   *[other] { $count } alerts were sent in the last hour.
 }
health-last = The last alert went out { $when }.
health-dead = Could not be delivered in the last hour: { $count }
health-asked = Commands that wait for an answer: { $count }
notices-head = <b>About the sources</b>
condition-failing = cannot be read: { $why }. Last read { $when }.
condition-unread = was never read: { $why }.
condition-paused = its server refuses us, or says that it is gone; we try seldom now.
condition-silent = nothing new for much longer than usual.
condition-silent-since = unusually silent; the last item came { $when }.
condition-dates = all dates of its items are wrong or missing, so none can alert.
condition-language = publishes in a language that is not one of its own. Is it still what it was?
condition-title = calls itself something else now: { $detail }
condition-flood = brought more at once than may alert; the rest is in digests. Is it still what it was?
condition-folded = { $count ->
    [one] published more at once than may alert: one alert went into a digest. Is it still what it was?
   *[other] published more at once than may alert: { $count } alerts went into digests. Is it still what it was?
 }
condition-moved = has moved for good to { $detail }. Change its address in the settings.
condition-proven = was being tried, has been read, and is on now.
problem-unreachable = its server cannot be reached
problem-timeout = it did not answer in time
problem-status = its server refused, or failed
problem-too_large = what it sent is too large
problem-too_many_redirects = it redirects without end
problem-forbidden_address = its address is in a private network, which is not allowed
problem-not_a_feed = what stands there is neither a feed nor a channel
problem-empty = there are no items
problem-cut = it broke off before its end
problem-bad_entry = an item cannot be read
problem-reader_failed = what it sent could not be read
problem-robots = its site does not let programs read the page (robots.txt)
problem-gap = it published more than was read
problem-other = an unknown problem

## The alert
alert-denied = 🚫 Denied: what follows is not true, according to { $sources }.
alert-development = Update
alert-labelled = { $label }: { $what }
alert-place = { $place } ({ $above })
alert-toll = Toll: { $toll }
alert-source = Source:
alert-sources = Sources ({ $count }):
alert-others = and { $count } more
alert-undated = date unknown
alert-unconfirmed = ⚠︎ One source, not confirmed by another yet
alert-confirmed = ✓ Confirmed by { $count } independent sources
alert-retold = ⚠︎ Told by { $count } independent sources
alert-conflicting = ⚠︎ The sources give different numbers
alert-match = Matches: { $watches }
alert-foreign = Original headline, { $language }:
alert-without-topic = ⚠︎ The topic that alerts came to was closed or deleted, so they come here now. To choose another topic, send /start in it.
alert-repeated = You may have received this alert before.

# What was missed: alerts that waited until they were no news, or that came all at once.
digest-missed = { $count ->
    [one] One item that you missed
   *[other] { $count } items that you missed, the most important:
}
digest-item = • { $headline } ({ $source })
digest-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}

# A digest after an absence: a chat that could not be written to, and is back.
absent-since = Welcome back. Alerts come to this chat again; they had been paused since { $since }.
absent-nothing = Welcome back. Alerts come to this chat again; they had been paused since { $since }, and you missed nothing.
button-article = Read
language-ar = in Arabic
language-en = in English
language-ckb = in Kurdish (Sorani)
language-kmr = in Kurdish (Kurmanji)
language-tr = in Turkish
language-fa = in Persian
language-other = in another language

## The command menu of Telegram
command-start = Begin
command-watch = Watch a town or a word
command-unwatch = Stop watching
command-list = What you watch
command-test = Would this text concern me, and why
command-sources = Where the news comes from
command-help = How to use Rasid
command-forget = Erase everything about you

## The summary of an item in another language, and tolls
composed-event = { $what } in { $places }, according to { $source }.
composed-what = { $what }, according to { $source }.
composed-where = News of { $places }, according to { $source }.
composed-source = News published by { $source }.
composed-toll = Toll: { $toll }.
toll-dead = { $count } dead
toll-injured = { $count } injured
toll-missing = { $count } missing
toll-detained = { $count } detained
toll-and = { $toll } and { $more }
toll-owned = { $toll } ({ $sources })

## What happens, and how sure it is
source-unnamed = an unnamed source
modality-denied = Denied
modality-threatened = Threat
modality-planned = Expected
modality-alleged = Alleged
modality-background = Earlier event
modality-anniversary = Earlier event
modality-drill = Drill
modality-recycled = Old news
modality-abroad = Outside Syria
modality-sport = Sport
category-raid = Raid
category-incursion = Incursion
category-arrest = Arrest
category-kidnapping = Kidnapping or disappearance
category-assassination = Assassination or attempt
category-killing = Killing or shooting
category-shelling = Shelling
category-airstrike = Air strike
category-drone = Drone
category-projectile = Falling object or blast heard
category-explosion = Explosion
category-mine_erw = Mine or war remnant
category-clashes = Clashes
category-attack_on_post = Attack or ambush
category-communal_tension = Communal tension
category-checkpoint = Checkpoint
category-curfew = Curfew
category-siege = Siege or cordon
category-reinforcement = Military reinforcements
category-withdrawal = Withdrawal
category-settlement = Settlement or truce
category-displacement = Displacement or evacuation
category-evacuation_order = Evacuation order
category-return = Return of residents
category-protest = Protest or strike
category-fire = Fire
category-earthquake = Earthquake
category-flood_storm = Flood or storm
category-collapse = Collapse
category-road_accident = Road accident
category-disease = Disease or poisoning
category-chemical = Chemical attack
category-water = Water
category-electricity = Electricity
category-bread = Bread
category-fuel = Fuel
category-prices = Prices
category-roads_crossings = Roads or crossings
category-schools = Schools and exams
category-missing_graves = Missing people or graves
category-release = Release
category-seizure = Seizure
category-aid = Aid
category-decision = Official decision
