"""The same of Mastodon and Bluesky, and what networks allow and charge."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # Mastodon
    N_("make a new access_token (docs/channels.md says how)"),
    N_("the server does not accept this one"),
    N_("see to the account, or make a new access_token (docs/channels.md says how)"),
    N_("make a new access_token"),
    N_("the server says it is not there"),
    N_("something in between says it is not there (%(detail)s): is api_url right?"),
    N_("the server refused it"),
    N_("the server does not allow it"),
    N_("the server answered %(detail)s"),
    N_("the server answers with a redirect (%(code)s): set api_url to the address it leads to"),
    N_("the server answered %(code)s with what is no JSON object"),
    N_("the server answered %(code)s with what is no JSON list"),
    N_("the server knows no posting"),
    N_("no Mastodon answers there"),
    N_("set api_url to the address of your Mastodon server: none answers there"),
    N_(
        "auto_reply is on, but the account is not marked as automated: tick it in the account's"
        " settings, under Public profile, or readers take it for a person"
    ),
    N_("the app lacks %(right)s: tick it there, and make a new access_token"),
    N_(
        "the account ignores %(whom)s: set it to Filter or Accept in its settings,"
        " under Notifications"
    ),
    N_("people you do not follow"),
    N_("people who do not follow you"),
    N_("new accounts"),
    N_("private mentions"),
    N_("moderated accounts"),
    N_("automated accounts"),
    N_("this token may not search"),
    N_("that is no status"),
    N_("Mastodon lets nobody hide what others write"),
    N_("the server lists no mentions before %(moment)s"),
    N_("the server lists no further back"),
    N_("the server answered with another status than was asked for"),
    N_("a status there could not be read: it may be the reply"),
    N_("the server does not say what stands under it"),
    N_("too many statuses of our own to find one reply among them"),
    N_(
        "a private answer goes to everybody it mentions: leave %(names)s out,"
        " or write the name without @"
    ),
    N_("the server does not say who wrote what is to be answered"),
    N_("the server took the reply but named no id"),
    N_("the server does not say what it hung the reply under"),
    N_("it stands where it should not: delete %(url)s by hand"),
    N_("the server showed a private answer to everybody: deleted again"),
    N_("the server no longer knew what we answered: deleted again"),
    N_("the server hung the answer under another post: deleted again"),
    N_("the server does not know what it shows: it was not deleted"),
    # Bluesky
    N_("on Bluesky nothing is hidden from here"),
    N_("that is not ours"),
    N_("the network cannot confirm our handle: look at its DNS entry or file"),
    N_("the account is called %(handle)s by now: set handle to that, or no login works"),
    N_("Bluesky answered without the posts that were asked for"),
    N_("Bluesky answered without %(field)s"),
    N_("Bluesky was too slow to begin writing: nothing was sent"),
    N_("Bluesky took the account down: ask moderation@blueskyweb.xyz, no password will help"),
    N_("Bluesky suspended the account for a while: its mailbox tells why and how long"),
    N_("the account is deactivated: log in at bsky.app and reactivate it"),
    N_("the account was deleted: the bot needs another one"),
    N_(
        "the account asks for a code by mail: use an app password, which needs none (Settings,"
        " Privacy and security, App passwords)"
    ),
    N_(
        "check handle and app_password; a new one is made at bsky.app, Settings, Privacy and"
        " security, App passwords"
    ),
    N_("this server of Bluesky cannot do that"),
    N_("no server of Bluesky answers there, check api_url"),
    N_("Bluesky calls the account %(status)s: look there"),
    N_("Bluesky does not take our token any more"),
    N_("Bluesky let us in without saying how"),
    N_("who opened this thread lets nobody, or not us, reply in it"),
    N_("it was deleted, or its author and we keep each other away"),
    N_("Bluesky shows the post without its version"),
    N_("our reply was there, and is gone again"),
    N_("other words of ours stand there under the key of this reply"),
    N_("the post under the key of this reply cannot be read"),
    N_("our own posts cannot be read"),
    N_("that is no post of Bluesky"),
    NN_(
        "Bluesky takes %(number)s character at most, this has %(seen)s",
        "Bluesky takes %(number)s characters at most, this has %(seen)s",
    ),
    NN_(
        "Bluesky takes %(number)s byte at most, this has %(seen)s: emoji of many parts are long",
        "Bluesky takes %(number)s bytes at most, this has %(seen)s: emoji of many parts are long",
    ),
    # how texts are counted
    N_("characters"),
    N_("weighted characters"),
    # what networks allow. For translators: behind "It allows": "It allows 300 calls in 5 minutes"
    N_("1,666 replies an hour, 11,666 a day"),
    N_("3,000 calls in 5 minutes from one address"),
    N_("30 logins in 5 minutes, 300 a day"),
    N_("in 24 hours 4,800 calls for each person who engaged with the Page"),
    N_("300 calls in 5 minutes, of which we keep 60 for replies"),
    N_("300 posts in 3 hours and 30 deletions in 30 minutes"),
    N_("other servers, and other settings of Mastodon, differ: what their answers say goes"),
    N_("100 replies in 15 minutes, and 10,000 in 24 hours for all accounts of the app"),
    N_("300 pages of mentions and 300 of search in 15 minutes"),
    N_("900 pages of our own posts in 15 minutes"),
    N_("X wants to be asked, in writing, before a model words replies there"),
    N_(
        "a system user's never; a person's with their password, their role or a permission"
        " unused for 90 days"
    ),
    # what they charge for. For translators: behind "costs": "A reply costs $0.02."
    N_("a reply"),
    N_("a reply with a link"),
    N_("a mention read"),
    N_("a post of somebody else read"),
    N_("an author read"),
)
