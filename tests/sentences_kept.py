"""What the search for sentences (tests/sentences_of.py) has to know: where nobody at the desk reads
a string, and which strings are no sentences."""

from __future__ import annotations

from typing import Final

ELSEWHERE: Final = {
    "responder/desk/*": "translated where it stands; constants: test_responder_desk_retold.py",
    "responder/commands/*": "the command line speaks English",
    "listener/sandbox/*": "networks of a test",
    "listener/channels/__init__.py": "settings, read at the start",
    "listener/channels/*/options.py": "settings, read at the start",
    "listener/channels/x/tariff.py": "a gap in our own list of prices, for a developer",
    "listener/channels/bluesky/session.py": "a file of ours, for the log",
    "listener/forecast/*": "names of methods; the rest is said by the command line",
    "listener/importing/*": "the command line speaks English",
    "listener/trends/counts.py": "a fault of ours, for a developer",
    "listener/trends/scope.py": "for programs: the desk has words of its own for its filter bar",
    "responder/alerts.py": "goes to a messenger, not to one reader",
    "responder/amounts.py": "words of customers",
    "responder/backup.py": "the command line",
    "responder/crisis/explain.py": "words of customers",
    "responder/daemon.py": "the command line",
    "responder/digests.py": "names of jobs",
    "responder/demo.py": "the command line",
    "responder/handling/views.py": "never shown: a list says in its own words what it did not keep",
    "responder/jobs.py": "names of jobs",
    "responder/learning/fit.py": "never shown: it tells why nothing was offered",
    "responder/library/cli.py": "the command line",
    "responder/measures/*": "shown by responder/desk/trends in words of its own",
    "responder/metrics.py": "for programs",
    "responder/model/permission.py": "settings, read at the start",
    "responder/model/prompt.py": "said to a language model",
    "responder/model/question.py": "said to a language model",
    "responder/model/translation.py": "never shown: it is said in place that nothing came",
    "responder/notify.py": "settings, read at the start",
    "responder/origins.py": "a line in the weights",
    "responder/reports/periods.py": "a fault of ours, for a developer",
    "responder/training.py": "the audit and the log",
    "responder/upkeep.py": "goes to a messenger",
    "responder/voice/cues.py": "our own cue lists, read at the start",
    "responder/warm.py": "said to nobody",
}
"""Modules whose strings nobody reads at the desk, or that are translated otherwise, and why."""

HELD: Final[dict[str, tuple[str, ...]]] = {
    "_allowed(session, reply)": ("approved by anna", "it was approved", "a rule let it leave"),
    "_cite(detail, why)": ("",),
    "_count(count, one, f'{one}s')": ("3 gaps", "3 unfilled gaps"),
    "_DATED": ("the network dates it ",),
    "_LET_IN": (
        (
            "check handle and app_password; a new one is made at bsky.app, Settings, Privacy"
            " and security, App passwords"
        ),
    ),
    "_KEYS": ("check consumer_key, consumer_secret, access_token and access_token_secret",),
    "_PERMISSION": (
        (
            "Read only: set the app to Read and write, then regenerate the access token"
            " (https://docs.x.com/fundamentals/developer-apps)"
        ),
    ),
    "_SECOND_FACTOR": (
        (
            "the account asks for a code by mail: use an app password, which needs none"
            " (Settings, Privacy and security, App passwords)"
        ),
    ),
    "_REMEDY": ("make a new access_token (docs/channels.md says how)",),
    "_STANDS[found.standing]": (
        "in force",
        "declined",
        "a former one",
        "superseded by a later one",
    ),
    "approval": ("anna",),
    "beat.name": ("poll x",),
    "by.value": ("day",),
    "channel.declaration.label": ("X",),
    "DELETED_BY": ("deleted by ",),
    "deed": ("wrote", "proposed"),
    "doing": ("reading", "writing"),
    "doubtful": ("3 replies are",),
    "draft.status.value": ("rejected",),
    "error": ("an answer of more than 7 bytes", "delivery"),
    "fix": (
        "set api_url to the address it leads to",
        "grant the app what it lacks: it can no longer read the Page itself",
    ),
    "fullest.pot": ("reads",),
    "incident.title": ("it belongs to the incident: X7",),
    "kept": ("; what is left is kept for replies",),
    "kind": ("object", "list", "delivery"),
    "left.period": ("month", "day"),
    "LEARNED": ("the team's answer to a similar mention",),
    "BY_MODEL": ("worded by a model",),
    "name": ("Greek", "X7"),
    "pause.level": ("auto",),
    "PauseLevel.ALL": ("all",),
    "POT_OF[use]": ("replies",),
    "reading.target.counted_in": ("characters", "weighted characters"),
    "reply.status.value": ("sent",),
    "REMOVED": ("our reply was ",),
    "REJECTED": ("the words before were rejected ",),
    "reason": ("counts 7 texts in this hour, we have 3", "delivery", "deleted by anna"),
    "review.verdict": ("bad",),
    "scope": ("read:accounts",),
    "self.scope": ("account",),
    "settled.value": ("formal",),
    "side": ("ahead of", "behind"),
    "spoken": ("its language", "Greek"),
    "status": ("301",),
    "still": ("has not run", "gave no sign of life"),
    "told": (
        "on x did not leave: a human decides",
        "x: 3 gaps, from 2026-11-30T09:00:00Z on",
        "on x stood there and does no more: the network hides or removed it",
    ),
    "use": ("reply",),
    "used": (
        "7",
        "90 % of this month's money for reads",
    ),
    "waiting": (
        "3 approved replies wait",
        "3 unreadable texts wait",
        "3 mentions of priority P1 wait",
    ),
    "way": ("ahead", "behind"),
    "where": ("everything", "x"),
    "who": ("one approver", "no approver"),
    "whose": ("of before", "of the files"),
    "why": (": it was revoked", "X7"),
}
"""What stands in the holes of f-strings that hold these expressions, where not just anything does.
One of several has to be known."""

_PARTS: Final = (
    "X7 % of this month's money for reads",
    "2026-11-30 09:00 UTC",
    "counts X7 texts in this hour, we have X7",
    (
        "the account asks for a code by mail: use an app password, which needs none (Settings,"
        " Privacy and security, App passwords)"
    ),
    (
        "check handle and app_password; a new one is made at bsky.app, Settings, Privacy and"
        " security, App passwords"
    ),
    (
        "Read only: set the app to Read and write, then regenerate the access token"
        " (https://docs.x.com/fundamentals/developer-apps)"
    ),
    "ahead of",
    "approved replies wait",
    "approved reply waits",
    "gave no sign of life",
    "has not run",
    "mention of priority P1 waits",
    "mentions of priority P1 wait",
    "on X7 did not leave: a human decides",
    "on X7 stood there and does no more: the network hides or removed it",
    "replies are",
    "reply is",
    "unreadable text waits",
    "unreadable texts wait",
    "unfilled gap",
    "the network dates it ",
    "its language",
    "of before",
    "of the files",
    "in force",
    "a former one",
    "superseded by a later one",
    "the app was removed",
    "the person who made it must log in at facebook.com first",
    "a password was changed",
    "it has run out",
    "the account is not confirmed",
    "it was revoked",
    "the person who made it lost their role on the Page",
    "set api_url to the address it leads to",
    "grant the app what it lacks: it can no longer read the Page itself",
    "approved by X7",
    "it was approved",
    "a rule let it leave",
    "deleted by ",
    "our reply was ",
    "the words before were rejected ",
    "is one",
    "is none",
    "one approver",
    "no approver",
    "codice fiscale",
    "numéro de sécurité sociale",
)
_ASKED_FOR: Final = (
    "Bluesky: X7",
    "Facebook: X7",
    "X: X7",
    "code X7",
    "could not locate record",
    "Invalid identifier or password",
    "nonexist(ing|ent) field",
    "endpoint requires the",
    "does not exist",
    "your login",
    "no JSON",
    "duplicate content",
    "deleted or not visible",
    "restricted who can reply",
    "@X7 -is:retweet -from:X7",
    "(X7) -from:X7",
    "Bearer X7",
    "Antiphon/0.1 (social listening and reply bot)",
    "X7 as app",
)
_KEYS: Final = (
    "spike watch",  # as whom the watch over spikes acts
    "handed over",
    "look back",
    "command line",
    "give back",
    "take over",
    "end escalation",
    "until X7",
    ", or an answer",
    "try again",
    "mark as spam",
    "change interface",
    "approve only",
    "by link",
    "for good",
    "answered outside",
    "answered by hand",
    "outside X7",
    "draft anew",
    "ignore findings",
    "mend findings",
    "approve library entry",
    "decline library entry",
    "supersede library entry",
    "propose to X7",
    "X7 library entry",
    "X7/X7/X7 version X7",
    "signal filler",
    "lexicon glad",
    "lexicon cross",
    "lexicon says glad",
    "lexicon says cross",
    "faces glad",
    "faces cross",
)
_UNREAD: Final = (
    "1 open mention",
    "X7 open mentions",
    "with {{name}}",
    "disclosure under replies no human approved",
    "Value error, ",
    "the library",
    "a language model",
    "the PAUSE file",
    "it needs one more person: X7",
    "the walk has no end",
    "no value for {{X7}}",
    "must begin with https:// (or http:// for a test server)",
)
_IN_PLACE: Final = (
    "Only a reply that did not leave can be tried again",
    "The customer changed the text after this was written",
    "It has been answered",
    "Another answer to it is under way",
    "Nobody can answer it any more",
)
KEPT: Final = frozenset((*_PARTS, *_ASKED_FOR, *_KEYS, *_UNREAD, *_IN_PLACE))
"""Strings that are no sentence of ours: parts of sentences (the whole is looked for), what networks
say and are asked, keys of the audit and of rows, what the desk does not show, and what it says in
its own words (responder/desk/history.py)."""

SPOKEN: Final = frozenset(
    {
        *("capitals", "shouting", "sarcasm", "links", "complaint", "praise", "spam", "characters"),
        *("texts %(place)s", "plain %(place)s", "answer", "steps"),
        *(
            "%(sign)s says nothing here: \\w \\d \\s \\b do",
            "rate limit until %(moment)s (%(scope)s)",
        ),
        *("saved reply: %(key)s, %(other)s", "article: %(key)s (%(language)s only)"),
    }
)
"""Messages of which no module holds a sentence of several words, because they are put together."""
