"""`run` and `check-config`."""

import asyncio

import typer

from bot import app, logs, process
from bot.commands.answers import ConfigFile, refuse, settings_of
from bot.domain.errors import StoreError
from bot.webhook import AddressTaken


def run(config: ConfigFile = None) -> None:
    """Start Rasid. Without a token it opens local mode: a chat page in your browser."""
    settings = settings_of(config)
    logs.configure(settings.log.level, settings.log.format)
    process.settle()
    try:
        asyncio.run(app.run(settings, announce=_announce))
    except StoreError as error:
        refuse(f"{error}\nCheck database_url. تحقّق من database_url.")
    except app.PlacesUnreadable as error:
        refuse(f"places.file: {error}\nتحقّق من places.file: لا يمكن قراءة جدول الأماكن (the table of places).")
    except app.PortTaken:
        port = settings.local.port
        refuse(f"Port {port} is in use; set local.port to another one.\nالمنفذ {port} مشغول؛ اختر غيره في local.port.")
    except AddressTaken as error:
        refuse(f"telegram.webhook_listen: {error} is in use.\nتحقّق من telegram.webhook_listen: العنوان مشغول.")
    except app.TokenRefused:
        refuse(
            "Telegram does not know this token; take it from @BotFather.\nتلغرام لا يعرف هذا الرمز؛ خذه من @BotFather."
        )


def check_config(config: ConfigFile = None) -> None:
    """Say everything that is wrong with the settings, without starting."""
    settings = settings_of(config)
    typer.echo(f"The settings are fine: {len(settings.enabled_sources)} sources are on. الإعدادات سليمة.")


def _announce(page_url: str) -> None:
    typer.echo(
        f"No token (BOT_TOKEN): local mode. Open {page_url} — لا رمز: الوضع المحلي، افتح الصفحة في متصفّحك", err=True
    )
