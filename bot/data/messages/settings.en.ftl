# Mistakes in the settings, as the operator's command line tells them. Each has a remedy beside it.
# No variable holds a value that was given: it may be the token in the wrong place.

heading = { $count ->
    [one] The settings cannot be used: one mistake.
   *[other] The settings cannot be used: { $count } mistakes.
}

## The file
file-missing = There is no such file
file-missing-remedy = Write the path of a file that exists, or leave --config out to run with the defaults.
file-unreadable = The file cannot be read ({ $reason })
file-unreadable-remedy = Give the path of a file that this user may read.
file-not-utf8 = The file is not UTF-8 text
file-not-utf8-remedy = Save it with the encoding UTF-8.
broken-yaml = This is not YAML from column { $column } on: { $reason }
broken-yaml-remedy = Write "key: value", indent with spaces, and put text that holds : # or quotes in "…".
broken-character = There is a control character here, which YAML does not allow
broken-character-remedy = Delete it.
broken-value = A value is written as a date, a number or a tag that does not exist
broken-value-remedy = Put it in quotes: "…".
duplicate-key = This key is given twice; the first is in line { $first }
duplicate-key-remedy = Keep one of the two.

## Keys
unknown-key = There is no such key
unknown-key-remedy = { $near ->
    [none] The keys here are: { $known }.
   *[other] Did you mean { $near }?
}
missing-key = This key is missing
missing-key-remedy = { $which ->
    [item] Write the selector of one item of the page, such as "li.post".
   *[other] Write it: every source has an id of its own, such as "daraa24".
}

## Values
want-whole-number = A whole number is wanted
want-whole-number-remedy = Write digits only, without quotes or a unit, such as 60.
want-number = A number is wanted
want-number-remedy = Write a number without quotes or a unit, such as 20 or 0.5.
want-true-or-false = Either true or false is wanted
want-true-or-false-remedy = Write true or false, without quotes.
want-text = Text is wanted
want-text-remedy = Put it in quotes: "…".
want-section = A section with keys of its own is wanted
want-section-remedy = Write "key: value" lines, indented below the section's name.
empty-text = There is nothing in this text
empty-text-remedy = Write something, or delete it.
want-list = A list is wanted
want-list-remedy = Begin every entry with "- ", on a line of its own; [] is an empty list.
out-of-range = This is outside what is allowed
out-of-range-remedy = Write a number from { $ge } to { $le }.
not-a-choice = This is none of the words allowed here
not-a-choice-remedy = Write one of: { $choices }.
refused = This value cannot be used
refused-remedy = See docs/configuration.md for what belongs here.
bad-webhook-url = Telegram cannot deliver to this address
bad-webhook-url-remedy = Write a public address with https, on port 443, 80, 88 or 8443: https://rasid.example.org/telegram.
bad-websub-url = Hubs cannot reach this address
bad-websub-url-remedy = Write a public address with https, without a query: https://rasid.example.org/websub.
bad-listen = This is no address to listen on
bad-listen-remedy = Write the address, then the port: 127.0.0.1:8443.
bad-url = This is not a web address
bad-url-remedy = Write the whole address, without a user name or password: https://example.org/feed.xml.
bad-database = This is not the address of a database that Rasid can use
bad-database-remedy = Write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME.
bad-api-base = This is not the address of a Bot API server
bad-api-base-remedy = Write the address up to /bot, without the token: https://api.telegram.org/bot.
not-a-header = Only Latin letters, digits and signs can be sent to a site
not-a-header-remedy = Write a name, a web address or an e-mail address in Latin letters.

## The token
bad-token = This is not a bot token
bad-token-remedy = Copy it whole from @BotFather: digits, a colon, then letters and digits; or leave it empty for local mode.
token-file-missing = The file that this variable names does not exist
token-file-missing-remedy = Write the path of the file that holds the token, or unset the variable.
token-file-unreadable = The file that this variable names cannot be read as text
token-file-unreadable-remedy = Let this user read it, and let it hold the token alone.
token-file-empty = The file that this variable names is empty
token-file-empty-remedy = Write the token into it, or unset the variable.

## The environment
unknown-variable = There is no setting of this name
unknown-variable-remedy = { $near ->
    [none] Unset it; docs/configuration.md lists the names.
   *[other] Did you mean { $near }? Otherwise unset it.
}
set-twice = This sets again what { $other } sets
set-twice-remedy = Keep one of the two.

## Sources
bad-area = This cannot be the code of an area
bad-area-remedy = Write the code of a governorate, district or sub-district, such as SY12 for Daraa, or SY for the whole country, or leave it out for any other source.
bad-id = This cannot be the id of a source
bad-id-remedy = Write small Latin letters, digits, - or _, at most 64, such as "daraa24".
bad-handle = This cannot be the name of a Telegram channel
bad-handle-remedy = Write the name alone, without a link: four to 32 Latin letters, digits or _, such as "sana_gov".
bad-enabled = Either true, false or check is wanted
bad-enabled-remedy = Write true or false, or check to have it tried once a day until it answers; without quotes.
bad-strip = This does not say where the text of an item is
bad-strip-remedy = Write "…" where it is: "#tag: …" is taken off the beginning, and "… Follow us" ends the text.
bad-selector = This CSS selector cannot be understood
bad-selector-remedy = Check its brackets and dots, as in li.post or h2 > a[href]. What follows "::" is for browsers only.
two-addresses = This source has two addresses, url and handle
two-addresses-remedy = Keep one of them; a second address is a source of its own.
handle-without-telegram = Only a Telegram channel has a handle
handle-without-telegram-remedy = Write kind: telegram beside it, or the address as url in its place.
missing-handle = This channel has no handle, and the catalogue does not have it
missing-handle-remedy = Write the channel's name: handle: sana_gov.
missing-selectors = A page is read with selectors, and this one has none
missing-selectors-remedy = Write selectors: {"{"}item: li.post, title: h2{"}"} below it, or kind: feed if it is a feed.
selectors-without-page = Only a page is read with selectors
selectors-without-page-remedy = Write kind: page beside them, or delete them.
duplicate-source = This id is taken by { $first }
duplicate-source-remedy = Give this source another id, or delete one of the two.
unknown-source = This source has no address, and the catalogue does not have it
unknown-source-remedy = { $near ->
    [none] Write its address: url: https://example.org/feed.xml.
   *[other] Did you mean the id { $near }? If not, write its address: url: https://example.org/feed.xml.
}
