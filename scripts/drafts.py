"""make drafts: what the demo's customers write and what we propose to answer, as docs/drafts.md.

Everything is heard over HTTP from the sandbox networks and drafted as the bot does it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent.parent))

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from config import settings
from config.migrate import migrate
from config.secrets import Redactor
from config.settings import ROOT
from listener.models import Mention, MentionStatus
from listener.sandbox.sandbox import Sandbox
from responder.bot import Bot, assemble, database_url
from responder.demo import write_settings
from responder.desk.words import language_name
from responder.draft import draft_round
from responder.models import Draft

PAGE: Final = ROOT / "docs" / "drafts.md"
_ROUNDS: Final = 30
_HEAD: Final = (
    "# What customers write, and what we propose\n\n"
    "Written by `make drafts`; do not edit. Every customer of the sandbox networks, heard and "
    "drafted as the bot does it; which of a saved reply's variants is taken differs from run to "
    "run. A human reads each draft before it leaves.\n"
)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sandbox = Sandbox(seed=1, rate_per_minute=0, folder=folder / "sandbox")
        sandbox.start()
        try:
            while sandbox.story and sandbox.story.next():
                pass
            page = "\n".join([_HEAD, *_languages(_hear(folder, sandbox))])
        finally:
            sandbox.stop()
    PAGE.write_text(page + "\n", encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")
    return 0


def _hear(folder: Path, sandbox: Sandbox) -> Bot:
    """A bot of its own that has heard and drafted everything."""
    config = folder / "bot.toml"
    write_settings(config, folder, sandbox.tables())
    bot = assemble(
        settings.load(config, environment=False), source=str(config), redactor=Redactor()
    )
    migrate(bot.database, url=database_url(bot.settings))
    for _ in range(_ROUNDS):
        heard = [polled for channel in bot.channels.values() for polled in bot.poller.poll(channel)]
        if not any(polled.new for polled in heard):
            break
    draft_round(bot)
    return bot


def _languages(bot: Bot) -> Iterator[str]:
    with bot.database.read() as session:
        mentions = session.scalars(
            select(Mention)
            .where(Mention.status != MentionStatus.IGNORED)
            .options(joinedload(Mention.author))
            .order_by(Mention.created_at, Mention.id)
        ).all()
        drafts = {draft.mention_id: draft for draft in session.scalars(select(Draft))}
        for language in (*bot.settings.brand.languages, ""):
            told = [
                row
                for mention in mentions
                if mention.id in drafts and _place(bot, mention) == language
                for row in _row(mention, drafts[mention.id])
            ]
            if told:
                yield from (f"## {language_name(language) if language else 'Other languages'}", "")
                yield from told


def _place(bot: Bot, mention: Mention) -> str:
    return mention.language if mention.language in bot.settings.brand.languages else ""


def _row(mention: Mention, draft: Draft) -> Sequence[str]:
    rules = [f"{one['rule']} ({one['severity']})" for one in draft.findings]
    notes = [mention.channel, mention.priority.value, mention.status_reason, draft.made_from]
    return (
        _quoted(mention.text),
        "",
        _plain(draft.text) or "*(no words: a person writes)*",
        "",
        f"<sub>{_plain('; '.join(notes))}{'; ' + ', '.join(rules) if rules else ''}</sub>",
        "",
        "---",
        "",
    )


def _quoted(text: str) -> str:
    return "\n".join(f"> {_plain(line)}" for line in text.splitlines())


def _plain(text: str) -> str:
    """Nothing in a customer's words is markup."""
    for sign in "\\`*_<>[]#|":
        text = text.replace(sign, f"\\{sign}")
    return text


if __name__ == "__main__":
    sys.exit(main())
