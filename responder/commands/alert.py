"""alert: prove that alerts arrive."""

from __future__ import annotations

from config.errors import ConfigError
from responder.alerts import Kind
from responder.bot import Bot, desk_url
from responder.notify import open_services


def send_test(bot: Bot, *, source: str) -> int:
    """Send one message through every service. Exit code 1 if any did not take it."""
    urls = bot.settings.alerts.urls
    if not urls:
        raise ConfigError(
            where=source,
            key="alerts.urls",
            problem="no alert is configured",
            fix='name at least one service, such as urls = ["mailto://user:password@example.com"]',
        )
    failed = False
    for service in open_services(urls, bot.redactor, where=source):
        title = f"Antiphon: {bot.settings.brand.name}"
        error = service.send(title, f"A test: alerts arrive.\n{desk_url(bot.settings)}", Kind.INFO)
        failed |= bool(error)
        print(f"{service.name}: {f'failed: {error}' if error else 'sent'}")
    return int(failed)
