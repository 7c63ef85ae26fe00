"""The views a BI tool reads: what is counted and timed, and nothing that says who wrote or what.

They are taken away before the tables change shape, and made anew afterwards: on SQLite no table can
be made anew under a view. Who may read them on PostgreSQL is kept. A changed view reaches the
databases there are with the next step (`make migration`). Their columns are promised in
docs/sql-views.md; a test holds it against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from config.errors import ConfigError

# Where days begin at noon UTC of the day before, or earlier: less than half a day added, which is
# right everywhere else, is not enough there.
_FAR_EAST: Final = (
    "Antarctica/McMurdo", "Antarctica/South_Pole", "Asia/Anadyr", "Asia/Kamchatka", "Etc/GMT-12",
    "Etc/GMT-13", "Etc/GMT-14", "Kwajalein", "NZ", "NZ-CHAT", "Pacific/Apia", "Pacific/Auckland",
    "Pacific/Chatham", "Pacific/Enderbury", "Pacific/Fakaofo", "Pacific/Fiji", "Pacific/Funafuti",
    "Pacific/Kanton", "Pacific/Kiritimati", "Pacific/Kwajalein", "Pacific/Majuro",
    "Pacific/Nauru", "Pacific/Norfolk", "Pacific/Tarawa", "Pacific/Tongatapu", "Pacific/Wake",
    "Pacific/Wallis",
)  # fmt: skip
_HERE: Final = "(SELECT zone FROM rollup_zone)"
_DAY: Final = {
    # A day begins at a moment in UTC: which date that is, SQLite has no zones to ask.
    "sqlite": (
        f"date(start, CASE WHEN {_HERE} IN {_FAR_EAST} THEN '+14 hours' ELSE '+719 minutes' END)"
    ),
    "postgresql": f"(start AT TIME ZONE {_HERE})::date",
}
_WAITED: Final = {
    "sqlite": "CAST(ROUND((julianday(replies.posted_at) - julianday(mentions.created_at)) * 86400)"
    " AS INTEGER)",
    "postgresql": "ROUND(EXTRACT(EPOCH FROM replies.posted_at - mentions.created_at))::bigint",
}
_COUNTED: Final = "mentions, scores / 1000.0 AS score_sum, reach, acquainted AS by_known_authors"


def views(dialect: str) -> Mapping[str, str]:
    """The query of each, by its name."""
    day = _DAY[dialect]
    return {
        "bi_mentions": (
            "SELECT id AS mention_id, channel, created_at, heard_at, language, sentiment,"
            " sentiment_score, sentiment_confidence, phase, priority, addressed, private,"
            " acquainted AS by_known_author, due_at, status FROM mentions"
        ),
        "bi_hours": (
            f"SELECT start, channel, sentiment, {_COUNTED} FROM rollups"
            " WHERE grain = 'hour' AND facet = ''"
        ),
        "bi_days": (
            f"SELECT {day} AS day, channel, language, phase, sentiment, {_COUNTED} FROM cubes"
            " WHERE grain = 'day' AND facet = ''"
        ),
        "bi_topics": (
            f"SELECT {day} AS day, substr(facet, 7) AS topic, channel, language, phase, sentiment,"
            f" {_COUNTED} FROM cubes"
            " WHERE grain = 'day' AND facet > 'topic:' AND facet < 'topic;'"
        ),
        "bi_replies": (
            "SELECT replies.id AS reply_id, replies.mention_id, replies.channel,"
            " drafts.language, replies.status, replies.author_kind AS who, replies.queued_at,"
            " replies.posted_at AS sent_at, mentions.created_at AS mention_created_at,"
            f" mentions.due_at, {_WAITED[dialect]} AS waited_seconds,"
            " replies.posted_at <= mentions.due_at AS in_time FROM replies"
            " JOIN mentions ON mentions.id = replies.mention_id"
            " JOIN drafts ON drafts.id = replies.draft_id"
        ),
    }


_ALL: Final = "PUBLIC"
_BUILT_UPON: Final = "2BP01"  # what PostgreSQL calls dependent_objects_still_exist

Readers = Mapping[str, frozenset[str]]
"""Who may read which view."""


def drop_views(connection: Connection) -> Readers:
    """Take them away. Returns who could read them."""
    readers = _readers(connection)
    for name in views(connection.dialect.name):
        _drop(connection, name)
    return readers


def _drop(connection: Connection, name: str) -> None:
    """Raises ConfigError if somebody built upon it: whether that may go is not ours to say."""
    try:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) != _BUILT_UPON:
            raise
        told = getattr(getattr(error.orig, "diag", None), "message_detail", None) or error.orig
        raise ConfigError(
            where="database",
            key=name,
            problem=f"this view has to be made anew, and something is built upon it ({told})",
            fix="drop that, do this again, and then make it anew",
        ) from None


def make_views(connection: Connection, readers: Readers) -> None:
    for name, query in views(connection.dialect.name).items():
        connection.execute(text(f"CREATE VIEW {name} AS {query.replace(':', chr(92) + ':')}"))
        for reader in sorted(readers.get(name, ())):
            connection.execute(text(f"GRANT SELECT ON {name} TO {_grantee(connection, reader)}"))


def _grantee(connection: Connection, reader: str) -> str:
    """PUBLIC is a word of the language, and no role: in quotes there is nobody of that name."""
    return reader if reader == _ALL else connection.dialect.identifier_preparer.quote(reader)


def _readers(connection: Connection) -> Readers:
    if connection.dialect.name == "sqlite":
        return {}  # there, whoever may open the file may read it
    granted = connection.execute(
        text(
            "SELECT table_name, grantee FROM information_schema.role_table_grants"
            " WHERE privilege_type = 'SELECT' AND table_schema = current_schema()"
            " AND grantee <> current_user"
        )
    )
    found: dict[str, set[str]] = {}
    for name, reader in granted:
        found.setdefault(name, set()).add(reader)
    return {name: frozenset(some) for name, some in found.items()}
