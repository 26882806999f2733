"""The bot against a Bot API that is not ours. Not part of `make test`: `make test-foreign` installs what it needs."""
