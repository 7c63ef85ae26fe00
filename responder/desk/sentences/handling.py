"""Who does what about a mention, and why something was not done about it: responder/handling/,
spam.py, removal.py, lapse.py, history/again.py, listener/pictures.py."""

from __future__ import annotations

from typing import Final

from responder.desk.sentences.marks import NN_
from responder.desk.tongue import N_

MESSAGES: Final = (
    # For translators: most of these stand behind "Not done: "
    N_("Nobody has to do anything about it any more"),
    # whose it is: responder/handling/assign.py, escalate.py
    N_("That account is closed, or was never opened"),
    N_("%(name)s may only read"),
    N_("%(name)s does not see %(channel)s"),
    N_("%(name)s is not there now: it would come back at once"),
    N_("Say why: whoever takes it over wants to know"),
    # put off, notes: responder/handling/snooze.py, notes.py
    N_("What is of the most urgent class cannot be put off"),
    NN_(
        "It can be put off for %(number)s day at most, and not to the past",
        "It can be put off for %(number)s days at most, and not to the past",
    ),
    N_("The note says nothing"),
    NN_(
        "A note has %(number)s character at most",
        "A note has %(number)s characters at most",
    ),
    # two people: responder/handling/second_looks.py
    N_("two_people is on and one approver can sign in: what takes two people cannot leave"),
    N_("two_people is on and no approver can sign in: what takes two people cannot leave"),
    # spam, and the way back: responder/spam.py
    N_("%(name)s marked it as spam"),
    N_("Something else was decided about it since"),
    # our reply off the network: responder/removal.py
    N_("Nothing can be deleted on %(channel)s from here"),
    N_("It does not stand on the network"),
    N_("deleted by %(name)s"),
    N_("our reply was deleted by %(name)s"),
    # once more: responder/history/again.py, lapse.py
    N_("%(name)s tries again"),
    NN_(
        "approved by %(name)s, but it could not leave for %(number)s hour: read it again",
        "approved by %(name)s, but it could not leave for %(number)s hours: read it again",
    ),
    NN_(
        "it was approved, but it could not leave for %(number)s hour: read it again",
        "it was approved, but it could not leave for %(number)s hours: read it again",
    ),
    NN_(
        "a rule let it leave, but it could not leave for %(number)s hour: read it again",
        "a rule let it leave, but it could not leave for %(number)s hours: read it again",
    ),
    # why a picture is not shown: listener/pictures.py
    N_("It does not lie with the network itself"),
    N_("Its address is none of the internet"),
    N_("The network does not hand it out"),
    N_("What lies there is no picture"),
    N_("It is larger than %(megabytes)s MB"),
    N_("It came in part only"),
    N_("Nobody knows where it lies"),
)
