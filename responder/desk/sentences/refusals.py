"""Why something was not done: responder/approve.py, correct.py, settle.py, incidents.py,
letters.py, listener/letters.py, trends.py."""

from __future__ import annotations

from typing import Final

from responder.desk.tongue import N_

MESSAGES: Final = (
    # decisions about drafts and replies
    N_("There is no such draft"),
    N_("There is no such reply"),
    N_("There is no such mention"),
    N_("There is no such reply, or its channel is gone"),
    N_("Too late: the reply is %(reply)s"),
    N_("The draft was changed meanwhile: read it again"),
    N_("%(name)s approved it first"),
    N_("The draft is %(draft)s"),
    N_("The customer changed the text: a new draft is on its way"),
    N_("The customer changed the text: read it again"),
    N_("The channel %(channel)s is not configured any more"),
    N_("This reply is not in doubt"),
    N_("It may still show up: look again in %(seconds)s s"),
    # setting right
    N_("a sentiment is set right to negative, neutral or positive"),
    N_("%(word)s is no topic"),
    N_("The words were erased: nobody can tell any more what they said"),
    N_("%(name)s set it right meanwhile: read it again"),
    # people
    N_("There is no agent named %(name)s"),
    # when people work: config/opening.py, hours.py
    N_("there is a comma with no day beside it: take it away"),
    N_("%(entry)s is no day with hours, such as Mon-Fri 09:00-18:00"),
    N_("%(entry)s is no span of hours, such as 09:00-18:00"),
    N_("%(entry)s is no day: Mon, Tue, Wed, Thu, Fri, Sat, Sun"),
    N_("%(entry)s is no span of hours: a day goes from 00:00 to 24:00"),
    N_("%(entry)s is never open: it begins and ends at the same time"),
    N_("it is never open"),
    N_("it is no span of hours, such as 22:00-08:00"),
    N_("it begins and ends at the same time"),
    N_("%(entry)s is no time of day, such as 22:00"),
    N_("%(entry)s is no whole minute"),
    N_("%(entry)s names a time zone: brand.timezone is the one that holds"),
    # incidents
    N_("an incident needs a title"),
    N_("There is no such incident"),
    N_("%(name)s closed it already"),
    N_("name topics or words: otherwise no mention belongs to it"),
    N_("there is no topic %(names)s (docs/glossary.md)"),
    N_("its words"),
    N_("the statement in %(language)s says nothing"),
    N_("the statement in %(language)s"),
    # what could not be read: responder/letters.py
    N_("It could be read now, and is heard like any other"),
    N_("The network does not show it any more: closed"),
    N_("It still cannot be read"),
    N_("The network says nothing clear about it: try again later"),
    N_("the network gave no id to ask for: look for it there, then dismiss it"),
    N_("There is no such dead letter"),
    N_("This dead letter is closed already"),
    N_("read after all"),
    N_("gone from the network"),
    N_("after is not a cursor of this list"),
)
