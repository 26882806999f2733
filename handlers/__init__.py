"""The people door: Telegram updates become calls to `bot.watchlists`, and a reply."""
