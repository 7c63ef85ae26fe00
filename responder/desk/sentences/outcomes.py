"""Where words come from, and what became of drafts and replies: responder/."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # where the words of a draft come from: responder/wording.py, compose.py, facts.py, learning/
    # For translators: behind "Words from": "Words from saved reply: delivery_late."
    N_("saved reply: %(key)s"),
    N_("saved reply: %(key)s, %(other)s"),
    N_("saved reply, plain: %(key)s"),
    N_("article: %(key)s"),
    N_("article: %(key)s (%(language)s only)"),
    N_("article, step by step: %(key)s"),
    N_("product: %(key)s"),
    N_("store: %(key)s"),
    N_("promotion: %(key)s"),
    N_("statement on an open incident"),
    N_("the team's answer to a similar mention"),
    N_("the team's answer to a similar mention (all in their own words)"),
    N_("the team's answer to a similar mention (share kept %(percent)s%%)"),
    N_("worded by a model"),
    N_("worded by a model, after %(sources)s"),
    N_("no words"),
    N_("a person writes here"),
    N_("nobody here speaks this language"),
    N_("this language is for a human"),
    N_("in %(language)s, a speaker is wanted"),
    N_("the language was not recognised"),
    N_("drafting failed"),
    # what became of a draft: responder/draft.py, redraft.py, correct.py, approve.py
    N_("a new draft could not be made"),
    N_("the customer changed the text"),
    N_("the mention is %(status)s"),
    N_("the answer these words came from was erased, or was private"),
    N_("%(name)s said that somebody is in danger"),
    N_("%(name)s said that nobody is in danger"),
    N_("the words before were rejected by %(name)s"),
    N_("read these words again"),
    N_("these words are new"),
    N_("%(name)s set right what the text says"),
    N_("%(name)s set right what it says"),
    N_("%(name)s decided not to answer"),
    N_("%(name)s answered on the network"),
    N_("%(name)s hid the mention"),
    N_("hidden by %(name)s"),
    # what became of a mention: listener/store.py, ingest.py, making.py, responder/outside.py
    N_("imported as history"),
    N_("older than this channel's first start"),
    N_("it can be seen again"),
    N_("deleted or hidden on the network"),
    N_("a colleague answered in the network's own app"),
    N_("it was gone when we answered"),
    # what became of a reply: responder/settle.py, post.py, reconcile.py
    N_("the network takes it for a repetition: change the words"),
    N_("the program stopped while it was being sent"),
    N_("a colleague wrote in this thread meanwhile: look at it first"),
    N_("it did not arrive"),
    N_("%(name)s saw it on the network"),
    N_("%(name)s did not find it on the network"),
    NN_("given up after %(number)s attempt", "given up after %(number)s attempts"),
    N_("the customer deleted the text"),
    N_("we lost track of it: the database did not take the outcome"),
    N_("a fault of ours: %(error)s"),
    N_("unexpected %(error)s"),
    N_("the network says nothing clear about the mention"),
    N_("another reply of ours in that very place is in doubt"),
    N_("found on the network"),
    N_("sent in vain, look at the thread"),
    # what holds a reply back: responder/obstacles.py, limits.py
    N_("quiet hours"),
    NN_(
        "%(number)s reply in 15 minutes is the most this channel sends",
        "%(number)s replies in 15 minutes are the most this channel sends",
    ),
    N_("many replies wait: one after the other"),
    N_("what is left of the month's money for replies is kept for P1"),
    N_("what is left of the day's money for replies is kept for P1"),
    N_("the customer changed the text after the approval"),
    N_("somebody settled the mention meanwhile: it is %(status)s"),
    N_("the network does not let us answer it any more"),
    N_("the words are not the ones that were approved"),
    NN_(
        "%(number)s automatic reply in 15 minutes is enough",
        "%(number)s automatic replies in 15 minutes are enough",
    ),
    NN_(
        "%(number)s automatic reply in an hour is enough",
        "%(number)s automatic replies in an hour are enough",
    ),
    NN_(
        "%(number)s automatic reply in one conversation is enough",
        "%(number)s automatic replies in one conversation are enough",
    ),
    NN_(
        "%(number)s automatic reply to one person in 24 hours is enough",
        "%(number)s automatic replies to one person in 24 hours are enough",
    ),
    N_("the author answers within seconds, again and again: it may be a program"),
)
