"""Why a mention stands where it does, and what it calls for: sentiment/prioritize.py,
listener/normalize.py, sentiment/explain.py, responder/decide.py."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # the reasons of a priority
    N_("sounds unhappy"),
    N_("wrote before and was not answered"),
    NN_("%(number)s follower", "%(number)s followers"),
    NN_("%(number)s reaction an hour", "%(number)s reactions an hour"),
    N_("safety: a person may be hurt"),
    N_("somebody may harm themselves"),
    N_("a threat"),
    N_("legal: the law is named"),
    N_("personal data in wrong hands"),
    N_("may be about danger or the law: please look"),
    N_("outage: something of ours does not work"),
    N_("asks for a human again"),
    N_("asks for a human"),
    N_("trouble with a payment"),
    # For translators: here a few words that give the reason why a mention is urgent, or is not
    N_("complaint"),
    N_("question of a customer"),
    N_("question about an order"),
    N_("question before buying"),
    N_("praise"),
    # what a reader should know of a text as it came
    N_("the network dates it %(date)s, which cannot be"),
    N_("what it shows or says in a picture or recording we cannot read"),
    N_("described as: %(words)s"),
    # what drew the judgement of a feeling; each stands in the two sentences below
    N_("%(pull)s speaks for it"),
    N_("%(pull)s speaks against it"),
    N_("an exclamation mark"),
    N_("several exclamation marks"),
    N_("a question mark"),
    N_("many capitals"),
    N_("the length"),
    N_("the shortness"),
    N_("how glad the words sound"),
    N_("how cross the words sound"),
    N_("that the words sound glad"),
    N_("that the words sound cross"),
    N_("a glad face"),
    N_("a cross face"),
    N_("what the encoder makes of the whole text"),
    # For translators: a cue is a turn of phrase that tells a topic, such as "delivery"
    N_("a cue for %(cue)s"),
    # what a mention calls for
    N_("somebody may harm themselves: a person writes, without a template"),
    N_("a threat: a person decides what to do"),
    N_("the law is involved"),
    N_("personal data may be in wrong hands"),
    N_("somebody may be hurt"),
    NN_(
        "answered %(number)s time, and it is not settled",
        "answered %(number)s times, and it is not settled",
    ),
    N_("the mood fell twice in this thread"),
    N_("it belongs to the incident: %(title)s"),
    N_("it belongs to the incident: %(title)s (no statement in its language)"),
    N_("it belongs to the incident: %(title)s (no statement in %(language)s)"),
    N_("another customer answered already"),
    N_("the channel's budget has no room for a reply"),
    # For translators: a day and an hour, such as "Mon 30 Nov, 09:00"
    N_("nobody is on duty before %(opens)s"),
    N_("it looks like danger or the law"),
    N_("it may be about danger or the law: a person looks"),
    N_("it may be about danger or the law"),
    N_("spam"),
    N_("the author asked us not to write"),
    # For translators: in front stands what the text is: "a complaint, but nobody can answer there"
    N_("%(sentence)s, but nobody can answer there"),
    N_("the customer asks for a person"),
    N_("a complaint"),
    N_("a question"),
    N_("a request"),
    N_("nobody spoke to us"),
    N_("the customer spoke to us"),
    N_("a complaint, going by like ones"),
    N_("praise, going by like texts"),
    N_("a question or a wish, going by like ones"),
    N_("praise beside a trouble: it may be scorn"),
    N_("praise, and the network lets only a person answer"),
    # responder/staffing/openings.py
    N_("nobody has opened this channel yet"),
)
