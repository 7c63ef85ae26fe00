"""What a network, or the way to it, did not do, as far as the words are ours: listener/channels/.

What follows a colon or stands in brackets is often the network's own English, and stays.
"""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # any network: errors.py, outbound.py, rates.py, wire.py, listener/guard.py, budget.py
    # For translators: what is limited is a call, the account or the app
    N_("rate limit until %(moment)s (%(scope)s)"),
    N_("rate limit until %(moment)s (%(scope)s) %(sentence)s"),
    N_("%(sentence)s (no writing until %(moment)s)"),
    N_("%(sentence)s (not asked again before %(moment)s)"),
    N_("the budget is spent"),
    N_("it is no longer there"),
    N_("%(network)s did not answer"),
    NN_(
        "%(network)s gave an answer of more than %(number)s byte",
        "%(network)s gave an answer of more than %(number)s bytes",
    ),
    N_("our clock is %(seconds)s s behind: set it right, or replies are lost track of"),
    N_("our clock is %(seconds)s s ahead: set it right, or replies are lost track of"),
    N_("%(left)s of %(limit)s are left"),
    N_("what is left is kept for replies"),
    N_("something of ours broke while it was asked"),
    N_(
        "the month's money for %(pot)s is spent: %(use)s needs up to %(cost)s,"
        " %(rest)s are left until %(day)s (%(setting)s)"
    ),
    N_(
        "the day's money for %(pot)s is spent: %(use)s needs up to %(cost)s,"
        " %(rest)s are left until %(day)s (%(setting)s)"
    ),
    N_("nobody can say what money is left"),
    N_("the channel %(channel)s is not configured any more"),
    N_("this channel has no stream %(stream)s"),
    N_("%(network)s answered %(code)s"),
    N_("%(network)s answered %(code)s with what is no JSON object"),
    N_("%(network)s answered with what is no JSON object"),
    N_("%(network)s took the reply but named no id"),
    N_("%(network)s refused the request"),
    N_("%(network)s does not allow it"),
    N_("a post of our own could not be read: it may be the reply"),
    N_("too many posts of our own to find one reply among them"),
    N_("status %(code)s"),
    # what could not be read
    N_("no readable JSON"),
    N_("%(field)s is no identifier"),
    N_("%(field)s is no text"),
    N_("%(field)s is no id"),
    N_("%(field)s is not JSON"),
    N_("a key stands twice"),
    N_("created_at has no time zone"),
    N_("id is no post id"),
    N_("id or created_at cannot be read"),
    N_("uri is no address of a post"),
    N_("it cannot be written down"),
    # gaps, and what was read again: listener/gaps.py, tally.py, walks.py
    N_("the way through the stretch was lost"),
    NN_(
        "one search reads no more than %(number)s page",
        "one search reads no more than %(number)s pages",
    ),
    NN_(
        "one walk reads no more than %(number)s page",
        "one walk reads no more than %(number)s pages",
    ),
    NN_(
        "a first start reads no more than %(number)s page",
        "a first start reads no more than %(number)s pages",
    ),
    NN_("one reading ends after %(number)s page", "one reading ends after %(number)s pages"),
    N_("what is older was not read"),
    N_("daily look back"),
    NN_(
        "%(network)s counts %(number)s text in this hour, we have %(ours)s",
        "%(network)s counts %(number)s texts in this hour, we have %(ours)s",
    ),
    N_("the query %(query)s rests"),
    # X
    N_("X does not accept our keys"),
    N_("check consumer_key, consumer_secret, access_token and access_token_secret"),
    N_("check consumer_key, consumer_secret, access_token and access_token_secret, and the clock"),
    N_("Read only: set the app to Read and write, then regenerate the access token"),
    N_(
        "Read only: set the app to Read and write, then regenerate the access token"
        " (https://docs.x.com/fundamentals/developer-apps)"
    ),
    N_("X: no credits left"),
    N_("something between us and X answered %(code)s: is api_url right?"),
    N_("X says this was posted before"),
    N_("X does not let this account or app in"),
    N_("X does not say who we are"),
    N_("check bearer_token"),
    N_("that is no post of X"),
    NN_(
        "%(used)s of %(number)s post of this month are read: raise the cap, or poll less often",
        "%(used)s of %(number)s posts of this month are read: raise the cap, or poll less often",
    ),
    N_("X lists it and says nothing of it"),
    N_("X searches no further back than seven days"),
    N_("X lists no more than the newest 800 mentions"),
    # Facebook and Instagram
    N_("Facebook: the allowance is nearly used up, the rest is for replies"),
    N_("make a new page_access_token, this one is dead"),
    N_("the app was removed"),
    N_("the person who made it must log in at facebook.com first"),
    N_("a password was changed"),
    N_("it has run out"),
    N_("the account is not confirmed"),
    N_("it was revoked"),
    N_("the person who made it lost their role on the Page"),
    N_("grant the app what it lacks, or free the Page"),
    N_("grant the app what it lacks"),
    N_("it can no longer read the Page itself"),
    N_("check page_access_token"),
    N_("too many comments to find our own among them"),
    N_("a comment there could not be read: it may be the reply"),
    N_("the token lacks %(right)s: grant it and make a new one"),
    N_("Facebook calls the token invalid: make a new page_access_token"),
    NN_(
        "the token lives for %(number)s more day: make a new page_access_token",
        "the token lives for %(number)s more days: make a new page_access_token",
    ),
    N_("that is nothing on Facebook"),
    N_("more new comments under post %(post)s than one fetch reads"),
)
